"""Two kinds of token beside a person's own: of a worker process, and of one attempt at one shard."""

from typing import ClassVar

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from structlog.contextvars import bind_contextvars

from experiments.models import Lease, WorkerToken
from experiments.services.tokens import lease_of, worker_token_of
from problems.models import User


class _HeaderAuthentication(BaseAuthentication):
    keyword: ClassVar[str]

    def authenticate_header(self, request: Request) -> str:
        return self.keyword

    def secret(self, request: Request) -> str | None:
        keyword, _, secret = get_authorization_header(request).partition(b" ")
        if keyword.decode("latin-1").lower() != self.keyword.lower():
            return None
        return secret.decode("latin-1").strip()


class WorkerAuthentication(_HeaderAuthentication):
    """`Authorization: Worker TOKEN`; the token is then `request.auth`."""

    keyword = "Worker"

    def authenticate(self, request: Request) -> tuple[User, WorkerToken] | None:
        secret = self.secret(request)
        if secret is None:
            return None
        token = worker_token_of(secret)
        if token is None:
            raise AuthenticationFailed("This worker token is not known.", code="unknown_token")
        if not token.is_valid_at(timezone.now()):
            raise AuthenticationFailed(f"This worker token expired at {token.expires_at}.", code="expired_token")
        if not token.owner.is_active:
            raise AuthenticationFailed("The owner of this worker token is not active.", code="unknown_token")
        return token.owner, token


class RunAuthentication(_HeaderAuthentication):
    """`Authorization: Run TOKEN`; its lease is then `request.auth`, dead or alive: staleness is asked later."""

    keyword = "Run"

    def authenticate(self, request: Request) -> tuple[User | None, Lease] | None:
        secret = self.secret(request)
        if secret is None:
            return None
        lease = lease_of(secret)
        if lease is None:
            raise AuthenticationFailed("This run token is not known.", code="unknown_token")
        bind_contextvars(run=lease.shard.run_id, shard=lease.shard_id, epoch=lease.epoch, worker=lease.worker_id)
        return None, lease


class HasWorkerToken(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, WorkerToken)


class HoldsShard(BasePermission):
    """The run token must have come with a claim of the shard that the address names."""

    message = "This run token belongs to another shard."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Lease) and request.auth.shard_id == view.kwargs["shard_id"]
