"""A person's own token, for programs."""

import datetime

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AbstractBaseUser
from drf_spectacular.authentication import BasicScheme
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from pydantic import BaseModel
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView, answer, member
from problems.network import network_address
from problems.services.limits import spend


class NewToken(BaseModel):
    token: str  # shown once; send it as `Authorization: Token ...`
    expires_at: datetime.datetime | None


class PasswordAuthentication(BasicAuthentication):
    def authenticate_credentials(
        self, userid: str, password: str, request: Request | None = None
    ) -> tuple[AbstractBaseUser, None]:
        assert request is not None
        spend("tokens", by=network_address(request._request))
        if "\x00" in userid:  # which PostgreSQL would not even look for
            raise AuthenticationFailed("Invalid username/password.")
        user, nothing = super().authenticate_credentials(userid, password, request)
        if is_mfa_enabled(user):  # a password alone must not get round the second factor
            raise AuthenticationFailed("This account has a second factor. Make the token in the browser.")
        return user, nothing


class PasswordScheme(BasicScheme):  # type: ignore[no-untyped-call]
    target_class = "experiments.api.accounts.PasswordAuthentication"


class TokensView(ApiView):
    authentication_classes = [PasswordAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses={201: NewToken}, operation_id="tokens_create")
    def post(self, request: Request) -> Response:
        """Make a token. Sign in with handle and password (HTTP basic) or by the session of the browser."""
        if not isinstance(request.successful_authenticator, PasswordAuthentication):
            spend("tokens", by=member(request))  # a password was counted when it was tried
        kept, token = AuthToken.objects.create(member(request))
        return answer(NewToken(token=token, expires_at=kept.expiry), status=201)
