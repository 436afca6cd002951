"""What the site does by itself. Each job wakes up, calls one service, and may run twice without harm."""

import contextlib

from celery import shared_task

from experiments.services.dispatch import dispatch
from experiments.services.leases import reap_expired
from experiments.services.passes import noted
from experiments.services.reclaiming import reclaim_overdue
from experiments.services.tidying import DAILY, PARTS, tidy
from experiments.services.wake_ups import DISPATCH, takes_no_messages

REAP = "experiments.reap"
TIDY = "experiments.tidy"
TIDY_DAILY = "experiments.tidy_stray_files"


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


@shared_task(name=TIDY)  # type: ignore[untyped-decorator]
def tidy_storage() -> None:
    tidy(PARTS)


@shared_task(name=TIDY_DAILY)  # type: ignore[untyped-decorator]
def tidy_stray_files() -> None:
    tidy(DAILY)
