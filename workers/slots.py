"""Celery's pool of threads, whose threads are the slots of this worker."""

from typing import Any

from celery.concurrency.thread import TaskPool
from kombu.asynchronous import get_event_loop


class Slots(TaskPool):  # type: ignore[misc] # Celery has no types
    """A pool that tells Celery's loop when a slot is free.

    With prefetching off the loop reads no message while every slot is taken, and looks again only once a second: a
    worker would wait for most of a second between two short shards.
    """

    def on_apply(self, *job: Any, **options: Any) -> Any:
        applied = super().on_apply(*job, **options)
        applied.f.add_done_callback(_look_again)
        return applied


def _look_again(_: object) -> None:
    if loop := get_event_loop():
        loop.call_soon(_nothing)  # type: ignore[no-untyped-call] # what counts is that it wakes up


def _nothing() -> None:
    pass
