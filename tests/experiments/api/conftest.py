import json
from typing import Any

import pytest
from django.test import Client
from knox.models import AuthToken
from pydantic import BaseModel

from problems.models import User


class Caller:
    """Speaks JSON to the API under one authorization, and refuses to be given a page of an unhandled error."""

    def __init__(self, authorization: str = "") -> None:
        self._client = Client(raise_request_exception=True)
        self._headers = {"Authorization": authorization} if authorization else {}

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(path, query, headers=self._headers)

    def post(self, path: str, body: BaseModel | dict[str, Any] | bytes | None = None) -> Any:
        content = body.model_dump_json() if isinstance(body, BaseModel) else body
        content = json.dumps(content) if isinstance(content, dict) else content
        return self._client.post(path, content or b"", content_type="application/json", headers=self._headers)

    def put(self, path: str, content: bytes, **extra: Any) -> Any:
        return self._client.put(path, content, "application/octet-stream", headers=self._headers, **extra)


def caller_for(user: User) -> Caller:
    return Caller(f"Token {AuthToken.objects.create(user)[1]}")


@pytest.fixture
def stranger() -> Caller:
    return Caller()


@pytest.fixture
def as_alice(alice: User) -> Caller:
    return caller_for(alice)


@pytest.fixture
def as_bob(bob: User) -> Caller:
    return caller_for(bob)


@pytest.fixture
def as_carol(carol: User) -> Caller:
    return caller_for(carol)
