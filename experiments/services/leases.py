"""A shard in the hands of a worker: taken by a claim, kept by heartbeats, lost when they stop."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least
from django.utils import timezone
from pydantic import ValidationError

from experiments.models import Lease, Run, Shard, State, Worker
from experiments.models.runs import ShardQuerySet
from experiments.protocol import LEASE_SECONDS, MAX_ATTEMPTS, RETRIED, FailureKind
from experiments.recipe import InvalidRecipe, Recipe, at_point
from experiments.recipe.engine import vocabulary_digest
from experiments.recipe.recipe import overridden
from experiments.services import fair_share
from experiments.services.admission import check_admission, check_room, offered_anew_if_refused
from experiments.services.refusals import Conflict, Forbidden, NotFound
from experiments.services.resuming import rewind
from experiments.services.starts import check_start
from experiments.services.tokens import new_secret
from experiments.services.transitions import lock_run, move_shard
from experiments.services.wake_ups import wake_dispatcher

LEASE = datetime.timedelta(seconds=LEASE_SECONDS)

AT_REST = {"lease_until": None, "phase": "", "seconds_left": None, "device_use": None}
NOT_OFFERED = {"dispatched_at": None, "dispatched_to": "", "offered_since": None}
BACK_IN_QUEUE = AT_REST | NOT_OFFERED | {"worker": None, "not_before": None}


@dataclass(frozen=True)
class Granted:
    lease: Lease
    secret: str
    recipe: Recipe  # at the shard's grid point


def claim_shard(*, shard_id: int, worker: Worker, key: str = "") -> Granted:
    """Give a queued shard to a worker, rewound to where it can go on. Of two who ask at once, one gets it.

    Whoever asks again with the same key did not hear the first answer, and is given the same attempt.
    """
    shard = Shard.objects.select_related("run__recipe").filter(pk=shard_id).first()
    if shard is None:
        raise NotFound("unknown_shard", f"there is no shard {shard_id}")
    if shard.hardware_class not in ("any", worker.hardware_class):
        raise Forbidden("wrong_class", f"shard {shard_id} needs a worker of class {shard.hardware_class}")
    if granted := _granted_before(shard, worker, key):
        return granted
    if shard.state != State.QUEUED:
        raise Conflict("not_claimable", f"shard {shard_id} is {shard.state}")
    recipe = _recipe_of(shard)

    now = timezone.now()
    secret, token_hash = new_secret()
    with offered_anew_if_refused(shard, worker), transaction.atomic():
        check_admission(shard, worker)
        run = lock_run(shard.run_id)
        if run.is_cancel_requested:
            raise Conflict("not_claimable", f"run {shard.run_id} was cancelled")
        check_room(shard, worker)
        taken = move_shard(
            shard,
            State.RUNNING,
            reason=f"claimed by worker {worker.name}",
            locked=run,
            epoch=shard.epoch + 1,
            attempts=shard.attempts + 1,  # as seen in the queue under this epoch, which only another claim ends
            worker=worker,
            lease_until=now + LEASE,
            started_at=shard.started_at or now,
            phase="starting",
        )
        if not taken:
            raise Conflict("not_claimable", f"shard {shard_id} has just been claimed")
        resume_step = rewind(shard)
        lease = Lease.objects.create(
            shard=shard,
            epoch=shard.epoch,
            worker=worker,
            token_hash=token_hash,
            claim_key=key,
            resume_step=resume_step,
            granted_at=now,
        )
    return Granted(lease, secret, recipe)


def _granted_before(shard: Shard, worker: Worker, key: str) -> Granted | None:
    """The attempt in hand, under a new secret: only the hash of the one that was lost on its way is known here."""
    if not key or not shard.is_held:
        return None
    secret, token_hash = new_secret()
    unheard = Lease.objects.filter(
        shard=shard, epoch=shard.epoch, worker=worker, claim_key=key, ended_at=None, next_seq=0
    )
    if not unheard.update(token_hash=token_hash):
        return None
    Shard.objects.filter(pk=shard.pk, epoch=shard.epoch).update(lease_until=timezone.now() + LEASE)
    lease = unheard.select_related("shard__run__recipe").get()
    return Granted(lease, secret, at_point(shard.run.recipe.recipe, shard.overrides))


def _recipe_of(shard: Shard) -> Recipe:
    """The recipe as today's vocabulary reads it. One that it no longer reads fails here rather than on every worker."""
    try:
        recipe = at_point(shard.run.recipe.recipe, shard.overrides)
        check_start(recipe, seeds=shard.seeds)
        return recipe
    except (InvalidRecipe, ValidationError) as error:
        move_shard(
            shard,
            State.FAILED,
            reason="invalid: the recipe is not valid any more",
            failure=FailureKind.INVALID,
            failure_message="The recipe was valid when it was submitted and is not any more.",
            failure_hint="Fork it: the editor says what has to change.",
            traceback=str(error),
        )
        raise Conflict("not_claimable", f"the recipe of shard {shard.pk} is not valid any more") from error


def recipe_data(granted: Granted, worker: Worker) -> dict[str, Any]:
    """The recipe as this worker reads it: in today's words, or in those of its own vocabulary as they were stored."""
    submitted = granted.lease.shard.run.recipe
    if worker.vocabulary in ("", vocabulary_digest()):
        return granted.recipe.model_dump(mode="json")
    return overridden(submitted.resolved, granted.lease.shard.overrides)


def extend_lease(*, lease: Lease, step: int | None = None) -> bool:
    """One heartbeat. The answer: whether the run is to be cancelled. An expired lease nobody collected yet goes on."""
    now = timezone.now()
    held = Shard.objects.held().filter(pk=lease.shard_id, epoch=lease.epoch)
    progress = {} if step is None else {"step": Least(F("steps"), Value(step))}
    if not held.update(lease_until=now + LEASE, **progress):
        raise stale_epoch(lease)
    if lease.worker_id:
        Worker.objects.filter(pk=lease.worker_id).update(last_seen=now)
    return Shard.objects.values_list("run__cancel_requested_at", flat=True).get(pk=lease.shard_id) is not None


def stale_epoch(lease: Lease) -> Conflict:
    return Conflict("stale_epoch", f"epoch {lease.epoch} of shard {lease.shard_id} is over")


def end_lease(lease: Lease, ended_as: Lease.End, *, is_free: bool = False) -> None:
    """Close the books of an attempt; a free one is not charged. Call it inside a transaction, before the shard is
    moved."""
    now = timezone.now()
    charged = 0.0 if is_free else (now - lease.granted_at).total_seconds()
    in_hand = Lease.objects.filter(pk=lease.pk, ended_at=None)
    if in_hand.update(ended_at=now, ended_as=ended_as, charged_seconds=charged):
        transaction.on_commit(wake_dispatcher)  # a slot is free
        fair_share.charge(lease.shard.submitter_id, seconds=charged, now=now)


@dataclass(frozen=True)
class Loss:
    """Why the site takes a shard back from a worker that did not end it itself."""

    failure: FailureKind
    message: str
    hint: str
    seen_in: ShardQuerySet  # the shards it applies to, asked again under the lock: a word may come in between


def reap_expired() -> int:
    """Take back every shard whose worker has gone silent. The number taken back."""
    expired = Shard.objects.with_expired_lease(timezone.now())
    return sum(take_back(shard, _silence(shard)) for shard in expired.select_related("run", "worker"))


def _silence(shard: Shard) -> Loss:
    return Loss(
        FailureKind.WORKER_LOST,
        f"Nothing heard from worker {shard.worker or 'unknown'} for {LEASE_SECONDS} s.",
        "Run it again; if it happens again, the worker's machine may be short of memory.",
        Shard.objects.with_expired_lease(timezone.now()),
    )


def take_back(shard: Shard, loss: Loss) -> bool:
    """End the attempt in hand as lost; False if that is no longer so."""
    with transaction.atomic():
        run = lock_run(shard.run_id)
        if not loss.seen_in.filter(pk=shard.pk, epoch=shard.epoch).exists():
            return False
        for lease in shard.leases.filter(epoch=shard.epoch):
            end_lease(lease, Lease.End.LOST, is_free=loss.failure in RETRIED)
        if run.is_cancel_requested:
            reason = f"cancelled; {loss.message[0].lower()}{loss.message[1:].rstrip('.')}"
            return move_shard(shard, State.CANCELLED, reason=reason, locked=run, **AT_REST)
        return retry_or_fail(shard, run, loss.failure, message=loss.message, hint=loss.hint)


def give_back(shard: Shard, run: Run) -> bool:
    """A worker that stops in good order did not fail: the attempt does not count. The run is locked."""
    reason = f"given back by worker {shard.worker or 'unknown'}, which is stopping"
    return move_shard(shard, State.QUEUED, reason=reason, locked=run, attempts=F("attempts") - 1, **BACK_IN_QUEUE)


def _later(failure: FailureKind, shard: Shard) -> dict[str, Any]:
    """A storage that takes nothing is seldom well again at once; each time it is given longer."""
    if failure != FailureKind.STORAGE:
        return {}
    pause = datetime.timedelta(seconds=settings.STORAGE_RETRY_SECONDS * shard.attempts)
    return {"not_before": timezone.now() + pause}


def retry_or_fail(
    shard: Shard, run: Run, failure: FailureKind, *, message: str, hint: str = "", traceback: str = ""
) -> bool:
    """Back to the queue while the kind of failure may pass and attempts are left; failed for good otherwise. The run is
    locked."""
    if failure in RETRIED and shard.attempts < MAX_ATTEMPTS:
        reason = f"{failure}: {message} Attempt {shard.attempts} of {MAX_ATTEMPTS}; it goes back to the queue."
        return move_shard(shard, State.QUEUED, reason=reason, locked=run, **BACK_IN_QUEUE | _later(failure, shard))
    return move_shard(
        shard,
        State.FAILED,
        reason=f"{failure}: {message}",
        locked=run,
        failure=failure,
        failure_message=message,
        failure_hint=hint,
        traceback=traceback,
        **AT_REST,
    )
