"""The process that dispatches and reaps: `celery -A deploy.site_jobs worker -B`, one beat in all."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
django.setup()

from celery.signals import worker_init, worker_ready, worker_shutting_down  # noqa: E402
from django.conf import settings  # noqa: E402

from deploy.understudy import Understudy  # noqa: E402
from experiments.jobs import REAP, TIDY, TIDY_DAILY  # noqa: E402
from experiments.services.wake_ups import DISPATCH, SWEEP_SECONDS, celery_app  # noqa: E402
from problems.jobs import NIGHTLY  # noqa: E402

REAP_SECONDS = 10.0
TIDY_SECONDS = 3600.0
HOUR_SECONDS = 3600.0
DAY_SECONDS = 86400.0

app = celery_app()
app.set_default()
app.conf.update(
    # This process also reads, and a read that waits for a message takes longer than the second that others allow.
    broker_transport_options={**app.conf.broker_transport_options, "socket_timeout": 5},
    imports=["experiments.jobs", "problems.jobs"],
    beat_schedule={
        # A sweep that waited longer than until the next one is of no use: after an outage they do not pile up.
        "dispatch": {"task": DISPATCH, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
        "reap": {"task": REAP, "schedule": REAP_SECONDS, "options": {"expires": REAP_SECONDS}},
        "tidy": {"task": TIDY, "schedule": TIDY_SECONDS, "options": {"expires": TIDY_SECONDS}},
        "tidy stray files": {"task": TIDY_DAILY, "schedule": DAY_SECONDS, "options": {"expires": DAY_SECONDS}},
        # It does once a day what is due once a day; asked each hour, no night is lost to a machine that was off.
        "nightly": {"task": NIGHTLY, "schedule": HOUR_SECONDS, "options": {"expires": HOUR_SECONDS}},
    },
    beat_schedule_filename=str(settings.DATA_DIR / "beat"),
)

understudy = Understudy()
worker_init.connect(lambda **_: understudy.start(), weak=False)  # before the broker is looked for
worker_shutting_down.connect(lambda **_: understudy.stop(), weak=False)


@worker_ready.connect  # type: ignore[untyped-decorator]
def leave_out_what_is_loaded(**_: object) -> None:
    """Of the collection of garbage, as the web server does."""
    gc.collect()
    gc.freeze()
