"""Messages to Celery. They only wake somebody up: what is to be done is in the database. A lost one is sent again."""

import time
from functools import cache

import structlog
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

CARRY_OUT = "workers.carry_out"
DISPATCH = "experiments.dispatch"
SITE_QUEUE = "site"

# One pass of the dispatcher fills every free slot, and it sweeps by itself every so often: of the wake-ups that many
# workers send at once, those that waited until then are dropped, so that they cannot pile up before other jobs.
SWEEP_SECONDS = 5.0
EXPIRY_SECONDS = {DISPATCH: SWEEP_SECONDS}

# A broker that was restarted leaves us with a dead connection, which only the first try finds out.
ONE_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}

# A broker that hangs costs everybody who sends its whole patience, so for a moment nobody tries again.
REST_SECONDS = 4.0  # shorter than from one sweep to the next, which must find out that it is back

log = structlog.get_logger(__name__)


class SiteApp(Celery):  # type: ignore[misc] # Celery has no types
    rests_until = 0.0  # by the clock of this process


@cache
def celery_app() -> SiteApp:
    """JSON only. The broker has a second for each try: nobody who submits a run waits longer for it."""
    app = SiteApp("circuitboard-site", broker=settings.BROKER_URL, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_default_queue=SITE_QUEUE,
        broker_use_ssl=settings.BROKER_TLS,
        broker_connection_timeout=1,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0},
        worker_hijack_root_logger=False,
    )
    return app


def send(task: str, *, args: tuple[int, ...] = (), queue: str) -> bool:
    """Whether the broker took the message. If not, the next sweep of the dispatcher sends what is still due."""
    if takes_no_messages():
        return False
    app = celery_app()
    try:
        expires = EXPIRY_SECONDS.get(task)
        app.send_task(task, args=args, queue=queue, expires=expires, retry_policy=ONE_RETRY, ignore_result=True)
    except (OperationalError, OSError) as error:
        app.rests_until = time.monotonic() + REST_SECONDS
        log.warning("wake_up_not_sent", task=task, queue=queue, error=str(error))
        return False
    return True


def takes_no_messages() -> bool:
    """Whether the broker has just refused one, or not answered."""
    return time.monotonic() < celery_app().rests_until


def wake_dispatcher() -> None:
    send(DISPATCH, queue=SITE_QUEUE)


def wake_worker(shard_id: int, *, hardware_class: str) -> bool:
    return send(CARRY_OUT, args=(shard_id,), queue=f"compute.{hardware_class}")
