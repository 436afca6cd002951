"""What a worker tells while it holds a shard: numbered batches, each stored whole, once, and in order."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc
from django.db import transaction

from experiments.models import Lease, MeasurementChunk, RunEvent, Shard, State
from experiments.protocol import (
    ArtifactEvent,
    Event,
    EventBatch,
    LogEvent,
    MeasurementsEvent,
    ProgressEvent,
    Stored,
    StoredArtifact,
)
from experiments.services.artifacts import check_panel, keep_artifacts
from experiments.services.blobs import store_small_blobs
from experiments.services.last_values import keep_last_values
from experiments.services.leases import stale_epoch
from experiments.services.measurement_checks import Measured, checked_measurements
from experiments.services.refusals import Conflict, Unprocessable
from experiments.services.transitions import lock_run


@dataclass(frozen=True)
class Checked:
    """A batch that is valid, and whose small files are in the storage."""

    batch: EventBatch
    measured: Sequence[Measured]

    @property
    def artifacts(self) -> list[StoredArtifact]:
        return [event.artifact for event in self.batch.events if isinstance(event, ArtifactEvent)]


def store_batch(*, lease: Lease, batch: EventBatch) -> Stored:
    """Store a batch in one transaction. A number that was here already is answered and not stored again."""
    checked = check_batch(lease, batch)
    with transaction.atomic():
        run = lock_run(lease.shard.run_id)
        is_new = store_checked(lease, checked)
    return Stored(seq=batch.seq, stored=is_new, cancel=run.is_cancel_requested)


def check_batch(lease: Lease, batch: EventBatch) -> Checked:
    """All that needs no lock, and may take its time."""
    shard = lease.shard  # what is read of it before it is locked never changes
    measured = [
        checked_measurements(event, shard=shard, after=lease.resume_step, where=f"events.{index}")
        for index, event in enumerate(batch.events)
        if isinstance(event, MeasurementsEvent)
    ]
    _store_files(lease, batch)
    for index, event in enumerate(batch.events):
        if isinstance(event, ArtifactEvent):
            check_panel(event.artifact, where=f"events.{index}")
    return Checked(batch, measured)


def store_checked(lease: Lease, checked: Checked, *, named: Sequence[StoredArtifact] = ()) -> bool:
    """Whether the batch was new; `named` are files to keep with those of the batch in any case.

    Call it in a transaction that has locked the run: the lock also keeps the chunks of a run in the order of their
    ids, which readers use to ask for what is new.
    """
    shard, batch = lease.shard, checked.batch
    is_new = _take_number(lease, batch)
    if is_new:
        _store_measurements(shard, batch, checked.measured)
        _store_log(shard, batch.epoch, [event for event in batch.events if isinstance(event, LogEvent)])
        _store_progress(shard, batch.events)
    keep_artifacts(shard, [*(checked.artifacts if is_new else ()), *named])
    return is_new


def _store_files(lease: Lease, batch: EventBatch) -> None:
    """The bytes that came within the events. Before the transaction, for a storage may take its time; so what is known
    without a lock tells beforehand whether the batch counts at all."""
    files = {
        f"events.{index}.content": event
        for index, event in enumerate(batch.events)
        if isinstance(event, ArtifactEvent) and event.content is not None
    }
    if not files:
        return
    shard = lease.shard
    if _is_next(batch, lease=lease, epoch=shard.epoch, state=shard.state, next_seq=lease.next_seq):
        store_small_blobs({event.artifact.sha256: _bytes_of(event, where=where) for where, event in files.items()})


def _bytes_of(event: ArtifactEvent, *, where: str) -> bytes:
    try:
        content = base64.b64decode(event.content or "", validate=True)
    except binascii.Error as error:
        raise Unprocessable("invalid", f"{where} is not base64", fields={where: str(error)}) from error
    if len(content) != event.artifact.n_bytes:
        detail = f"{where} has {len(content)} bytes; {event.artifact.name} was said to have {event.artifact.n_bytes}"
        raise Unprocessable("invalid", detail, fields={where: detail})
    return content


def _take_number(lease: Lease, batch: EventBatch) -> bool:
    """Whether this batch is to be stored now; its number is used up then. The lock of the run keeps all three still."""
    columns = ("next_seq", "shard__epoch", "shard__state")
    next_seq, epoch, state = Lease.objects.values_list(*columns).get(pk=lease.pk)
    is_next = _is_next(batch, lease=lease, epoch=epoch, state=state, next_seq=next_seq)
    if is_next:
        Lease.objects.filter(pk=lease.pk).update(next_seq=batch.seq + 1)
    return is_next


def _is_next(batch: EventBatch, *, lease: Lease, epoch: int, state: str, next_seq: int) -> bool:
    """Whether this is the next batch of the attempt in hand. Refuses what comes too early, too late, or from before."""
    if batch.epoch != lease.epoch or epoch != lease.epoch or state == State.QUEUED:
        raise stale_epoch(lease)
    if batch.seq < next_seq:
        return False
    if state != State.RUNNING:
        raise Conflict("finished", f"this attempt at shard {lease.shard_id} was already brought to an end")
    if batch.seq > next_seq:
        detail = f"batch {batch.seq} came before batch {next_seq}"
        raise Unprocessable("out_of_order", detail, fields={"seq": f"expected {next_seq}"})
    return True


def _store_measurements(shard: Shard, batch: EventBatch, measured: Sequence[Measured]) -> None:
    for part, checked in enumerate(measured):
        steps = pc.min_max(checked.table["step"]).as_py()
        MeasurementChunk.objects.create(
            shard=shard,
            epoch=batch.epoch,
            seq=batch.seq,
            part=part,
            first_step=steps["min"],
            last_step=steps["max"],
            n_rows=checked.table.num_rows,
            data=checked.data,
        )
        keep_last_values(shard, checked.newest)


def _store_log(shard: Shard, epoch: int, lines: Sequence[LogEvent]) -> None:
    RunEvent.objects.bulk_create(
        RunEvent(
            run_id=shard.run_id,
            shard=shard,
            kind=RunEvent.Kind.LOG,
            epoch=epoch,
            text=line.text,
            worker_clock=line.at,
        )
        for line in lines
    )


def _store_progress(shard: Shard, events: Sequence[Event]) -> None:
    """Only the newest counts."""
    progress = next((event for event in reversed(events) if isinstance(event, ProgressEvent)), None)
    if progress is None:
        return
    Shard.objects.filter(pk=shard.pk).update(
        phase=progress.phase,
        step=min(progress.step, shard.steps),
        seconds_left=progress.seconds_left,
        device_use=progress.device_use,
    )
