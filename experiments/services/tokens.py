"""Secrets of workers: made here, shown once, kept as a hash."""

import datetime
import hashlib
import secrets
from dataclasses import dataclass

from django.utils import timezone

from experiments.models import Lease, WorkerToken
from problems.models import User


def new_secret() -> tuple[str, str]:
    """A secret and its hash. It is random and long, so a plain hash needs no salt."""
    secret = secrets.token_urlsafe(32)
    return secret, hash_of(secret)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class NewToken:
    token: WorkerToken
    secret: str


def create_worker_token(
    *, owner: User, hardware_class: str = "any", label: str = "", expires_in: datetime.timedelta | None = None
) -> NewToken:
    secret, token_hash = new_secret()
    token = WorkerToken.objects.create(
        token_hash=token_hash,
        owner=owner,
        hardware_class=hardware_class,
        label=label,
        expires_at=timezone.now() + expires_in if expires_in else None,
    )
    return NewToken(token, secret)


def worker_token_of(secret: str) -> WorkerToken | None:
    return WorkerToken.objects.select_related("owner").filter(token_hash=hash_of(secret)).first()


def lease_of(secret: str) -> Lease | None:
    """With its shard: all that most calls of a worker read."""
    return Lease.objects.select_related("shard").filter(token_hash=hash_of(secret)).first()
