"""What the site does by itself. Each job wakes up, calls one service, and may run twice without harm."""

import contextlib

import structlog
from celery import shared_task
from django.utils import timezone

from experiments.selectors.unowned import shards_without_owner
from experiments.services.dispatch import dispatch
from experiments.services.leases import reap_expired
from experiments.services.passes import noted
from experiments.services.reclaiming import reclaim_overdue
from experiments.services.tidying import DAILY, PARTS, tidy
from experiments.services.wake_ups import DISPATCH, takes_no_messages

REAP = "experiments.reap"
TIDY = "experiments.tidy"
TIDY_DAILY = "experiments.tidy_stray_files"

log = structlog.get_logger(__name__)


class BrokerAway(Exception):
    """Noted for whoever reads why a shard waits; the next sweep finds out whether it is back."""


@shared_task(name=DISPATCH)  # type: ignore[untyped-decorator]
def dispatch_shards() -> None:
    with contextlib.suppress(BrokerAway):
        noted("dispatch", _dispatch)


def _dispatch() -> int:
    n_sent = dispatch()
    if takes_no_messages():
        raise BrokerAway("the broker takes no messages")
    return n_sent


@shared_task(name=REAP)  # type: ignore[untyped-decorator]
def reap_shards() -> None:
    noted("reaper", lambda: reap_expired() + reclaim_overdue())
    noted("watch", _watch)


def _watch() -> int:
    """How many shards nobody takes care of: noted with each pass, so that the sum tells whether there ever was one."""
    shards = shards_without_owner(timezone.now())
    for shard in shards:
        log.error("shard_without_owner", run=shard.run_id, shard=shard.pk, state=shard.state)
    return len(shards)


@shared_task(name=TIDY)  # type: ignore[untyped-decorator]
def tidy_storage() -> None:
    tidy(PARTS)


@shared_task(name=TIDY_DAILY)  # type: ignore[untyped-decorator]
def tidy_stray_files() -> None:
    tidy(DAILY)
