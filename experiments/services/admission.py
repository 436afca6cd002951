"""Whether a worker may have a shard it asks for: no pause stands against it, it reads the recipe, and it has room."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Sum

from experiments.models import Shard, State, Worker
from experiments.recipe.engine import vocabulary_digest
from experiments.services.pauses import check_not_paused
from experiments.services.refusals import Conflict


def check_admission(shard: Shard, worker: Worker) -> None:
    """Refuses with the reason; the shard stays in the queue. Takes a shard with its run and recipe."""
    check_not_paused(shard, hardware_class=worker.hardware_class)
    if worker.drain_requested_at:
        raise Conflict("draining", f"worker {worker.name} was asked to take nothing new")
    if not reads(worker, shard.run.recipe.vocabulary):
        raise Conflict(
            "engine_too_old",
            f"worker {worker.name} reads another recipe vocabulary than the one of recipe {shard.run.recipe_id}; "
            "a worker of the site's version reads every recipe",
        )


def reads(worker: Worker, vocabulary: str) -> bool:
    """A worker of today's vocabulary reads every recipe, as the site does; any other those of its own alone.

    One that has said nothing yet (a row from before workers said so) is taken to be of today.
    """
    return worker.vocabulary in ("", vocabulary_digest(), vocabulary)


def check_room(shard: Shard, worker: Worker) -> None:
    """Refuses what does not fit beside the shards this worker holds. Call it inside a transaction: it locks the worker,
    so that two claims of its slots are counted one after the other."""
    worker = Worker.objects.select_for_update(no_key=True).get(pk=worker.pk)
    free = free_memory(worker)
    if free is not None and shard.memory_bytes > free:
        raise Conflict(
            "no_room",
            f"shard {shard.pk} needs {shard.memory_bytes} bytes; worker {worker.name} has {free} beside what it holds",
        )


def free_memory(worker: Worker) -> int | None:
    """What is left of its memory when each shard it holds is at its peak; None where it has announced no memory."""
    if not worker.memory_bytes:
        return None
    held = Shard.objects.held().filter(worker=worker).aggregate(n=Sum("memory_bytes"))["n"] or 0
    return max(worker.memory_bytes - held, 0)


@contextmanager
def offered_anew_if_refused(shard: Shard) -> Iterator[None]:
    """The wake-up of a refused claim is used up: the next sweep sends another, to whoever can take the shard."""
    try:
        yield
    except Conflict:
        queued = Shard.objects.filter(pk=shard.pk, state=State.QUEUED, epoch=shard.epoch)
        queued.update(dispatched_at=None, dispatched_to="")
        raise
