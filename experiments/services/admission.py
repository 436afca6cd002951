"""Whether a worker may have a shard it asks for: no pause stands against it, it reads the recipe, and it has room."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q, Sum
from django.utils import timezone

from experiments.models import Shard, State, Worker
from experiments.recipe.engine import vocabulary_digest
from experiments.services.pauses import check_not_paused
from experiments.services.refusals import Conflict

PATIENCE = datetime.timedelta(minutes=2)  # how long small shards may pass one that finds no room beside them


def check_admission(shard: Shard, worker: Worker) -> None:
    """Refuses with the reason; the shard stays in the queue. Takes a shard with its run and recipe."""
    check_not_paused(shard, hardware_class=worker.hardware_class)
    if worker.drain_requested_at:
        raise Conflict("draining", f"worker {worker.name} was asked to take nothing new")
    if worker.disk_full:
        raise Conflict("no_room", f"the disk of worker {worker.name} is full")
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


class NoRoom(Conflict):
    """It fits on the worker, but not beside the shards that are there."""


def check_room(shard: Shard, worker: Worker) -> None:
    """Refuses what does not fit beside the shards this worker holds, and what would keep out for ever a large one that
    has waited for long. Call it inside a transaction: it locks the worker, so that two claims of its slots are counted
    one after the other."""
    worker = Worker.objects.select_for_update(no_key=True).get(pk=worker.pk)
    free = free_memory(worker)
    if free is not None and shard.memory_bytes > free:
        refusal = NoRoom if shard.memory_bytes <= worker.memory_bytes else Conflict
        raise refusal(
            "no_room",
            f"shard {shard.pk} needs {shard.memory_bytes} bytes; worker {worker.name} has {free} beside what it holds",
        )
    waiting = awaited_by(worker, now=timezone.now())
    if waiting is not None and waiting.pk != shard.pk:
        raise Conflict("no_room", f"worker {worker.name} is kept free for shard {waiting.pk}, which needs more of it")


def awaited_by(worker: Worker, *, now: datetime.datetime) -> Shard | None:
    """The shard that a worker takes nothing else before, for it has found no room there again and again."""
    shard, since = worker.kept_free_for, worker.kept_free_since
    if shard is None or since is None or shard.state != State.QUEUED or now - since < PATIENCE:
        return None
    return shard


def free_memory(worker: Worker) -> int | None:
    """What is left of its memory when each shard it holds is at its peak; None where it has announced no memory."""
    if not worker.memory_bytes:
        return None
    held = Shard.objects.held().filter(worker=worker).aggregate(n=Sum("memory_bytes"))["n"] or 0
    return max(worker.memory_bytes - held, 0)


@contextmanager
def offered_anew_if_refused(shard: Shard, worker: Worker) -> Iterator[None]:
    """The wake-up of a refused claim is used up: the next sweep sends another, to whoever can take the shard."""
    try:
        yield
    except Conflict as refusal:
        queued = Shard.objects.filter(pk=shard.pk, state=State.QUEUED, epoch=shard.epoch)
        queued.update(dispatched_at=None, dispatched_to="", offered_since=None)
        if isinstance(refusal, NoRoom):
            _remember(shard, worker)
        raise


def _remember(shard: Shard, worker: Worker) -> None:
    """That it found no room there, unless another one waits for the same worker already."""
    nobody = Q(kept_free_for=None) | ~Q(kept_free_for__state=State.QUEUED)
    found = Worker.objects.filter(nobody, pk=worker.pk)
    found.update(kept_free_for=shard, kept_free_since=timezone.now())
