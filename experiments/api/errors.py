"""Every refusal of the API in one shape: {"code", "detail", "fields"}, and a recipe's "errors"."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import UnreadablePostError
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as standard_handler

from experiments.recipe import InvalidRecipe
from experiments.services.refusals import Refused
from problems.services.limits import LimitReached


class InvalidBody(Refused):
    http_status = 422


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, Refused):
        return _response(error.http_status, error.code, error.detail, fields=error.fields)
    if isinstance(error, InvalidRecipe):
        return _invalid_recipe(error)
    if isinstance(error, LimitReached):
        response = _response(429, "limit_reached", str(error))
        response["Retry-After"] = str(error.retry_after_seconds)
        return response
    if isinstance(error, RequestDataTooBig):
        return _response(413, "too_large", "The body of this request is too large.")
    if isinstance(error, RecursionError):  # JSON of a million brackets
        return _response(400, "parse_error", "The body of this request is nested too deeply.")
    if isinstance(error, UnreadablePostError):
        return _response(400, "truncated", "The body of this request broke off.")
    return _standard(error, context)


def _invalid_recipe(error: InvalidRecipe) -> Response:
    fields = {e.field: e.message for e in error.errors}
    detail = f"The recipe has {len(error.errors)} error{'s' if len(error.errors) > 1 else ''}."
    errors = [e.as_json() for e in error.errors]
    return _response(422, "invalid_recipe", detail, fields=fields, errors=errors)


def _standard(error: Exception, context: dict[str, Any]) -> Response | None:
    """What Django and the REST framework raise themselves, in our shape."""
    response = standard_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError) and isinstance(response.data, dict):
        fields = {name: " ".join(str(message) for message in messages) for name, messages in response.data.items()}
        summary = " ".join(f"{name}: {message}" for name, message in fields.items())
        return _response(response.status_code, "invalid", summary, fields=fields)
    detail = response.data.get("detail", error) if isinstance(response.data, dict) else error
    code = getattr(detail, "code", None) or {403: "permission_denied", 404: "not_found"}.get(response.status_code)
    response.data = {"code": code or "invalid", "detail": str(detail), "fields": {}}
    return response


def _response(status: int, code: str, detail: str, *, fields: dict[str, str] | None = None, **more: Any) -> Response:
    return Response({"code": code, "detail": detail, "fields": fields or {}, **more}, status=status)
