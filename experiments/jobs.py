"""What the site does by itself. Each job wakes up, calls one service, and may run twice without harm."""

from celery import shared_task

from experiments.services.dispatch import dispatch
from experiments.services.leases import reap_expired
from experiments.services.passes import noted
from experiments.services.reclaiming import reclaim_overdue
from experiments.services.tidying import DAILY, PARTS, tidy
from experiments.services.wake_ups import DISPATCH

REAP = "experiments.reap"
TIDY = "experiments.tidy"
TIDY_DAILY = "experiments.tidy_stray_files"


@shared_task(name=DISPATCH)  # type: ignore[untyped-decorator]
def dispatch_shards() -> None:
    noted("dispatch", dispatch)


@shared_task(name=REAP)  # type: ignore[untyped-decorator]
def reap_shards() -> None:
    noted("reaper", lambda: reap_expired() + reclaim_overdue())


@shared_task(name=TIDY)  # type: ignore[untyped-decorator]
def tidy_storage() -> None:
    tidy(PARTS)


@shared_task(name=TIDY_DAILY)  # type: ignore[untyped-decorator]
def tidy_stray_files() -> None:
    tidy(DAILY)
