"""The end of an attempt: success only once every file of the manifest is known to be there."""

import hashlib

import rfc8785
from django.db import transaction

from experiments.models import Blob, Lease, RunEvent, Shard, State
from experiments.protocol import RETRIED, Failure, Outcome, StoredArtifact
from experiments.services.artifacts import check_blobs, check_panel, drop_resume_states, keep_artifacts
from experiments.services.blobs import is_stored
from experiments.services.leases import AT_REST, end_lease, give_back, retry_or_fail, stale_epoch
from experiments.services.refusals import Unprocessable
from experiments.services.transitions import lock_run, move_shard


def finish_shard(*, lease: Lease, outcome: Outcome) -> State:
    """End an attempt with what the worker says of it. The answer is the shard's state from then on."""
    shard = lease.shard
    if outcome.epoch != lease.epoch or shard.epoch != lease.epoch or lease.ended_as == Lease.End.LOST:
        raise stale_epoch(lease)
    if lease.ended_at:
        return State(shard.state)  # the answer to the first asking was lost on its way
    _check_expectations(shard, outcome)
    _keep_circumstances(lease, outcome)
    if outcome.result == "succeeded":
        _succeed(lease, shard, outcome)
    elif outcome.result == "failed":
        _fail(lease, shard, outcome)
    else:
        _stop(lease, shard)
    return State(shard.state)


def _check_expectations(shard: Shard, outcome: Outcome) -> None:
    strangers = sorted({scored.seed for scored in outcome.expectations} - set(shard.seeds))
    if strangers:
        detail = f"seeds {strangers[:5]} are not among those of the shard, {shard.seeds}"
        raise Unprocessable("invalid", detail, fields={"expectations": detail})


def _keep_circumstances(lease: Lease, outcome: Outcome) -> None:
    """Also of an attempt that failed: they help to see why."""
    if outcome.engine_digest is None:
        return
    Shard.objects.filter(pk=lease.shard_id, epoch=lease.epoch).update(
        engine_digest=outcome.engine_digest,
        environment=outcome.environment,
        environment_digest=hashlib.sha256(rfc8785.dumps(outcome.environment)).hexdigest(),
        hardware=outcome.hardware,
        device_seconds=outcome.device_seconds,
    )


def _succeed(lease: Lease, shard: Shard, outcome: Outcome) -> None:
    """In two steps, since asking the storage about every file takes time: FINISHING holds no lock meanwhile."""
    if shard.state == State.RUNNING and not move_shard(shard, State.FINISHING, reason="the worker is done"):
        raise stale_epoch(lease)
    check_blobs(outcome.manifest)
    _check_storage(outcome.manifest)
    for index, artifact in enumerate(outcome.manifest):
        check_panel(artifact, where=f"manifest.{index}")
    with transaction.atomic():
        run = lock_run(shard.run_id)
        keep_artifacts(shard, outcome.manifest)
        drop_resume_states(shard)
        end_lease(lease, Lease.End.SUCCEEDED)
        scored = [expectation.model_dump() for expectation in outcome.expectations]
        reason = f"all {len(outcome.manifest)} files are stored"
        ended = AT_REST | {"expectations": scored, "step": shard.steps}
        if not move_shard(shard, State.SUCCEEDED, reason=reason, locked=run, **ended):
            raise stale_epoch(lease)


def _check_storage(manifest: list[StoredArtifact]) -> None:
    """The row says the site hashed the bytes as they came in; this says they are still there."""
    blobs = Blob.objects.in_bulk({artifact.sha256 for artifact in manifest})
    gone = {a.name: f"no blob {a.sha256}" for a in manifest if a.sha256 not in blobs or not is_stored(blobs[a.sha256])}
    if gone:
        raise Unprocessable("missing_blobs", f"{len(gone)} files are not in the storage", fields=gone)


def _fail(lease: Lease, shard: Shard, outcome: Outcome) -> None:
    assert outcome.failure is not None  # Outcome refuses a failure without one
    failure = outcome.failure
    with transaction.atomic():
        run = lock_run(shard.run_id)
        _log_last_words(shard, failure)
        end_lease(lease, Lease.End.FAILED, is_free=failure.failure in RETRIED)
        if run.is_cancel_requested:
            moved = move_shard(shard, State.CANCELLED, reason=f"cancelled; {failure.failure}", locked=run, **AT_REST)
        else:
            moved = retry_or_fail(
                shard,
                run,
                failure.failure,
                message=failure.message,
                hint=failure.hint,
                traceback=failure.traceback,
            )
        if not moved:
            raise stale_epoch(lease)


def _log_last_words(shard: Shard, failure: Failure) -> None:
    """Of every attempt: one that is tried again leaves no other trace of why."""
    text = f"{failure.failure}: {failure.message}\n{failure.traceback}".rstrip()
    log_line = RunEvent(run_id=shard.run_id, shard=shard, kind=RunEvent.Kind.LOG, epoch=shard.epoch, text=text)
    log_line.save()


def _stop(lease: Lease, shard: Shard) -> None:
    """A cancel was obeyed; or, with none asked for, a worker that has to stop gives the shard back."""
    with transaction.atomic():
        run = lock_run(shard.run_id)
        end_lease(lease, Lease.End.CANCELLED)
        if run.is_cancel_requested:
            moved = move_shard(shard, State.CANCELLED, reason="cancelled", locked=run, **AT_REST)
        else:
            moved = give_back(shard, run)
        if not moved:
            raise stale_epoch(lease)
