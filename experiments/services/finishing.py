"""The end of an attempt: success only once every file of the manifest is known to be there."""

import hashlib
from collections.abc import Sequence
from typing import Any

import rfc8785
from django.db import transaction

from experiments.models import Blob, Lease, Run, RunEvent, Shard, State
from experiments.protocol import RETRIED, Failure, Outcome, StoredArtifact
from experiments.services.artifacts import check_blobs, check_panel, drop_resume_states, keep_artifacts
from experiments.services.blobs import is_stored
from experiments.services.events import Checked, check_batch, store_checked
from experiments.services.leases import AT_REST, end_lease, give_back, retry_or_fail, stale_epoch
from experiments.services.refusals import Unprocessable
from experiments.services.transitions import lock_run, move_shard

VERIFIED_AT_ONCE = 20  # files that are asked about without saying so
DONE = "the worker is done"


def finish_shard(*, lease: Lease, outcome: Outcome) -> State:
    """End an attempt with what the worker says of it. The answer is the shard's state from then on."""
    shard = lease.shard
    if outcome.epoch != lease.epoch or shard.epoch != lease.epoch or lease.ended_as == Lease.End.LOST:
        raise stale_epoch(lease)
    if lease.ended_at:
        return State(shard.state)  # the answer to the first asking was lost on its way
    _check_expectations(shard, outcome)
    batch = None if outcome.last_batch is None else check_batch(lease, outcome.last_batch)
    if outcome.result == "succeeded":
        _succeed(lease, batch, outcome)
    else:
        with transaction.atomic():
            run = _lock_and_store(lease, batch)
            Shard.objects.filter(pk=shard.pk, epoch=lease.epoch).update(**_circumstances(outcome))
            moved = _fail(lease, run, outcome.failure) if outcome.failure else _stop(lease, run)
            if not moved:
                raise stale_epoch(lease)
    return State(shard.state)


def _lock_and_store(lease: Lease, batch: Checked | None, *, named: Sequence[StoredArtifact] = ()) -> Run:
    """The run, locked, with the last batch and what the manifest names stored. Call it inside a transaction."""
    run = lock_run(lease.shard.run_id)
    if batch is not None:
        store_checked(lease, batch, named=named)
    else:
        keep_artifacts(lease.shard, named)
    return run


def _check_expectations(shard: Shard, outcome: Outcome) -> None:
    strangers = sorted({scored.seed for scored in outcome.expectations} - set(shard.seeds))
    if strangers:
        detail = f"seeds {strangers[:5]} are not among those of the shard, {shard.seeds}"
        raise Unprocessable("invalid", detail, fields={"expectations": detail})


def _circumstances(outcome: Outcome) -> dict[str, Any]:
    """Kept of an attempt that failed as well: they help to see why."""
    if outcome.engine_digest is None:
        return {"device_seconds": outcome.device_seconds}
    return {
        "engine_digest": outcome.engine_digest,
        "environment": outcome.environment,
        "environment_digest": hashlib.sha256(rfc8785.dumps(outcome.environment)).hexdigest(),
        "hardware": outcome.hardware,
        "device_seconds": outcome.device_seconds,
    }


def _succeed(lease: Lease, batch: Checked | None, outcome: Outcome) -> None:
    """Asking the storage about many files takes time: the shard is FINISHING meanwhile, and nothing is locked."""
    shard = lease.shard
    if len(outcome.manifest) > VERIFIED_AT_ONCE and shard.state == State.RUNNING:
        with transaction.atomic():
            run = _lock_and_store(lease, batch)
            if not move_shard(shard, State.FINISHING, reason=DONE, locked=run):
                raise stale_epoch(lease)
        batch = None
    try:
        _check_storage(outcome.manifest)
    except Unprocessable:
        with transaction.atomic():  # what was measured is kept, even if the attempt fails for want of a file
            _lock_and_store(lease, batch)
        raise
    with transaction.atomic():
        run = _lock_and_store(lease, batch, named=outcome.manifest)
        drop_resume_states(shard)
        end_lease(lease, Lease.End.SUCCEEDED)
        scored = [expectation.model_dump() for expectation in outcome.expectations]
        reason = f"{DONE}, and all {len(outcome.manifest)} files are stored"
        ended = AT_REST | {"expectations": scored, "step": shard.steps} | _circumstances(outcome)
        if not move_shard(shard, State.SUCCEEDED, reason=reason, locked=run, **ended):
            raise stale_epoch(lease)


def _check_storage(manifest: Sequence[StoredArtifact]) -> None:
    """The row of a file says the site hashed the bytes as they came in; this says they are still there."""
    blobs = {a.name: Blob(sha256=a.sha256, n_bytes=a.n_bytes) for a in manifest}
    gone = {name: f"no blob {blob.sha256}" for name, blob in blobs.items() if not is_stored(blob)}
    if gone:
        check_blobs(manifest)  # which has more to say, where the row is missing or names another size
        raise Unprocessable("missing_blobs", f"{len(gone)} files are not in the storage", fields=gone)
    for index, artifact in enumerate(manifest):
        check_panel(artifact, where=f"manifest.{index}")


def _fail(lease: Lease, run: Run, failure: Failure) -> bool:
    shard = lease.shard
    _log_last_words(shard, failure)
    end_lease(lease, Lease.End.FAILED, is_free=failure.failure in RETRIED)
    if run.is_cancel_requested:
        reason = f"cancelled; {failure.failure}"
        return move_shard(shard, State.CANCELLED, reason=reason, locked=run, **AT_REST)
    return retry_or_fail(
        shard,
        run,
        failure.failure,
        message=failure.message,
        hint=failure.hint,
        traceback=failure.traceback,
    )


def _log_last_words(shard: Shard, failure: Failure) -> None:
    """Of every attempt: one that is tried again leaves no other trace of why."""
    text = f"{failure.failure}: {failure.message}\n{failure.traceback}".rstrip()
    log_line = RunEvent(run_id=shard.run_id, shard=shard, kind=RunEvent.Kind.LOG, epoch=shard.epoch, text=text)
    log_line.save()


def _stop(lease: Lease, run: Run) -> bool:
    """A cancel was obeyed; or, with none asked for, a worker that has to stop gives the shard back."""
    end_lease(lease, Lease.End.CANCELLED)
    if run.is_cancel_requested:
        return move_shard(lease.shard, State.CANCELLED, reason="cancelled", locked=run, **AT_REST)
    return give_back(lease.shard, run)
