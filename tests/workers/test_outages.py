"""Batches stay in order and are stored once, whatever happens on the way."""

from collections.abc import Callable

import pytest

from tests.workers.conftest import CLAIM
from tests.workers.small_site import SmallSite
from workers.session import NotClaimable, Site, SiteUnreachable
from workers.supervisor import Supervisor

Supervise = Callable[..., Supervisor]
LINES = [["print", str(number)] for number in range(30)]
SLOW_LINES = [part for line in LINES[:10] for part in (line, ["sleep", 0.1])]


def test_an_outage_delays_the_batches_and_loses_nothing(small_site: SmallSite, supervise: Supervise) -> None:
    supervisor = supervise(*SLOW_LINES, ["finish"])
    small_site.outages = 8

    supervisor.run()

    assert small_site.logged == [str(number) for number in range(10)]
    assert [batch["seq"] for batch in small_site.batches] == list(range(len(small_site.batches)))
    assert len(small_site.batches) > 1
    assert small_site.outcomes[0]["result"] == "succeeded"


def test_a_lost_reply_repeats_the_same_batch_under_the_same_number(small_site: SmallSite, supervise: Supervise) -> None:
    supervisor = supervise(*LINES, ["sleep", 1], ["finish"])
    small_site.lost_replies = 3

    supervisor.run()

    assert small_site.logged == [str(number) for number in range(30)]
    sent = [path for _, path, _ in small_site.calls if path.endswith("/events/")]
    assert len(sent) == len(small_site.batches) + 3


def test_an_outage_longer_than_the_lease_ends_the_shard(small_site: SmallSite, supervise: Supervise) -> None:
    supervisor = supervise(["print", "hello"], ["sleep", 60], lease_seconds=1)
    small_site.outages = 10_000

    supervisor.run()

    assert small_site.outcomes == []


def test_a_shard_that_is_not_to_be_had_is_said_at_once(small_site: SmallSite, site: Site) -> None:
    with pytest.raises(NotClaimable):
        site.claim(3, worker=7, instance="i")

    assert len(small_site.calls) == 1


def test_a_claim_without_an_answer_is_repeated_with_its_key(small_site: SmallSite, site: Site) -> None:
    small_site.claim = CLAIM | {"recipe": {}}
    small_site.lost_replies = 2
    site.claim(3, worker=7, instance="i")
    site.claim(3, worker=7, instance="i")

    first, *again, other = [claim["key"] for claim in small_site.claims]
    assert again == [first, first]
    assert other != first


def test_a_site_that_is_away_is_named_after_the_patience_is_over() -> None:
    with Site("http://127.0.0.1:9", "token") as nowhere, pytest.raises(SiteUnreachable, match="ConnectError"):
        nowhere.call("GET", "/", "Worker token")
