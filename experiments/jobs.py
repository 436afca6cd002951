"""What the site does by itself. Each job wakes up, calls one service, and may run twice without harm."""

from celery import shared_task

from experiments.services.dispatch import dispatch
from experiments.services.leases import reap_expired
from experiments.services.reclaiming import reclaim_overdue
from experiments.services.wake_ups import DISPATCH

REAP = "experiments.reap"


@shared_task(name=DISPATCH)  # type: ignore[untyped-decorator]
def dispatch_shards() -> None:
    dispatch()


@shared_task(name=REAP)  # type: ignore[untyped-decorator]
def reap_shards() -> None:
    reap_expired()
    reclaim_overdue()
