"""Before a shard goes on elsewhere, everything after its last resume state is dropped: no point may be there twice."""

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q

from experiments.columns import pack, unpack
from experiments.models import Artifact, MeasurementChunk, Shard
from experiments.services.blobs import forget_unreferenced
from experiments.services.last_values import keep_last_values, newest_rows


def rewind(shard: Shard) -> int | None:
    """Bring a shard back to its newest resume state and return that step; None where it starts afresh.

    Call it inside the transaction that claims the shard.
    """
    if shard.epoch == 1:
        return None  # nobody has had it before
    newest = shard.artifacts.filter(kind=Artifact.Kind.RESUME, step__isnull=False).order_by("-step").first()
    step = newest.step if newest else None
    _drop_artifacts(shard, step)
    if step is None:
        shard.chunks.all().delete()
        shard.last_values.all().delete()
    else:
        _truncate_measurements(shard, step)
    Shard.objects.filter(pk=shard.pk).update(step=step or 0)
    return step


def _drop_artifacts(shard: Shard, step: int | None) -> None:
    """Logs stay: they tell what happened to the attempts before."""
    late = shard.artifacts.exclude(kind=Artifact.Kind.LOG)
    if step is not None:
        late = late.filter(Q(step=None) | Q(step__gt=step))
    blobs = list(late.values_list("blob_id", flat=True))
    late.delete()
    forget_unreferenced(blobs)


def _truncate_measurements(shard: Shard, step: int) -> None:
    late = shard.chunks.filter(last_step__gt=step)
    if not late.exists():
        return
    for chunk in late.filter(first_step__lte=step):
        _cut(chunk, step)
    shard.chunks.filter(first_step__gt=step).delete()
    shard.last_values.all().delete()
    for chunk in shard.chunks.order_by("epoch", "seq", "part").iterator():
        keep_last_values(shard, newest_rows(unpack(bytes(chunk.data))))


def _cut(chunk: MeasurementChunk, step: int) -> None:
    table = unpack(bytes(chunk.data))
    kept = table.filter(pc.less_equal(table["step"], pa.scalar(step, pa.int64())))
    chunk.data = pack(kept)
    chunk.n_rows = kept.num_rows
    chunk.last_step = pc.max(kept["step"]).as_py()
    chunk.save(update_fields=["data", "n_rows", "last_step"])
