"""What all our API views share: bodies are read by pydantic models, and answers written by them."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.api.errors import InvalidBody
from problems.models import User

Body = TypeVar("Body", bound=BaseModel)


class ApiView(APIView):
    def perform_authentication(self, request: Request) -> None:
        # Signing in by session looks for a form, which would use up the body before we read it.
        request._request.body  # noqa: B018
        super().perform_authentication(request)


def body_of(request: Request, model: type[Body]) -> Body:
    """The body of a request, strictly: a string is never taken for a number."""
    try:
        return model.model_validate_json(request._request.body or b"{}", strict=True)
    except ValidationError as error:
        fields = {".".join(map(str, e["loc"])): e["msg"].removeprefix("Value error, ") for e in error.errors()}
        name, message = next(iter(fields.items()))
        detail = f"{name}: {message}" if name else message
        raise InvalidBody("invalid", detail[:500], fields=dict(list(fields.items())[:100])) from error


def answer(message: BaseModel, status: int = 200) -> Response:
    return Response(message.model_dump(mode="json"), status=status)


def member(request: Request) -> User:
    """The person who asks; the permission of the view has made sure that there is one."""
    assert isinstance(request.user, User)
    return request.user
