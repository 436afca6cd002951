"""What the site reads is strict, and what a worker reads is not: the one is renewed before the other."""

from typing import Any

import pytest
from pydantic import BaseModel

from experiments import protocol
from experiments.protocol import Announcement, ClaimRequest, EventBatch, Heartbeat, Message, Outcome, Reply

READ_BY_THE_SITE = (Announcement, ClaimRequest, Heartbeat, EventBatch, Outcome)
READ_BY_WORKERS = (protocol.Welcome, protocol.Claim, protocol.Lease, protocol.Stored, protocol.Finished)


def parts_of(schema: Any) -> list[dict[str, Any]]:
    """Every object in a JSON Schema that has fields, however deep."""
    inner = list(schema.values()) if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    own = [schema] if isinstance(schema, dict) and isinstance(schema.get("properties"), dict) else []
    return own + [part for value in inner for part in parts_of(value)]


@pytest.mark.parametrize("message", READ_BY_THE_SITE)
def test_no_part_of_what_the_site_reads_may_hold_an_unknown_field(message: type[BaseModel]) -> None:
    assert all(part["additionalProperties"] is False for part in parts_of(message.model_json_schema()))


@pytest.mark.parametrize("reply", READ_BY_WORKERS)
def test_every_part_of_a_reply_may_hold_more_than_is_known(reply: type[BaseModel]) -> None:
    assert all("additionalProperties" not in part for part in parts_of(reply.model_json_schema()))


def test_every_message_is_of_one_kind_or_the_other() -> None:
    called = {m for m in vars(protocol).values() if isinstance(m, type) and issubclass(m, Message)} - {Message, Reply}
    assert {m for m in called if issubclass(m, Reply)} == {*READ_BY_WORKERS, protocol.ClaimedArtifact}
