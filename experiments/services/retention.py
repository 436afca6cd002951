"""What is kept, and for how long. Measurements, panels, logs and both ends of every run stay for ever.

- Resume states: the newest while a shard runs, none once it succeeded, and for some days after any other end.
- Checkpoints: all of them for `CHECKPOINT_DAYS`; then the first, the last and some between them for each seed. Kept
  whole for ever: runs that their owner or a curator pinned, and the first that succeeded of each shipped recipe; and
  for as long as a run that starts from them has not ended, those.
- Bytes no file names: see `collecting`.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from experiments.models import ENDED, Artifact, Run, RunEvent, State
from experiments.services.blobs import forget_unreferenced
from experiments.services.collecting import Dropped
from experiments.services.pauses import may_operate
from experiments.services.refusals import Forbidden
from experiments.services.transitions import lock_run
from problems.models import User

RUNS_AT_ONCE = 50


def drop_old_resume_states(*, dry_run: bool = False) -> Dropped:
    """Of shards that ended days ago; a success has dropped its own at once."""
    then = timezone.now() - datetime.timedelta(days=settings.RESUME_DAYS_AFTER_FAILURE)
    old = Artifact.objects.filter(kind=Artifact.Kind.RESUME, shard__state__in=ENDED, shard__ended_at__lt=then)
    return _drop(old.select_related("blob")[:5000], dry_run=dry_run)


def to_thin_out() -> QuerySet[Run]:
    """Runs whose checkpoints have been kept whole for long enough."""
    then = timezone.now() - datetime.timedelta(days=settings.CHECKPOINT_DAYS)
    ended = Run.objects.filter(state__in=ENDED, ended_at__lt=then, pinned_at=None, thinned_at=None)
    return ended.exclude(pk__in=first_of_shipped_recipes()).exclude(pk__in=_awaited()).order_by("ended_at")


def _awaited() -> set[int]:
    """Runs whose checkpoints a run that has not ended yet starts from: which step it takes, its seeds tell later."""
    starts = Run.objects.exclude(state__in=ENDED).values_list("recipe__resolved__start__run", flat=True)
    return {number for number in starts.distinct() if number is not None}


def first_of_shipped_recipes() -> QuerySet[Run]:
    """What the starter recipes show: the first run of each that succeeded."""
    shipped = Run.objects.filter(state=State.SUCCEEDED).exclude(recipe__preset="")
    earlier = shipped.filter(recipe=OuterRef("recipe"), pk__lt=OuterRef("pk"))
    return shipped.filter(~Exists(earlier))


def thin_out_checkpoints(*, dry_run: bool = False) -> Dropped:
    return sum((_thin_out(run, dry_run=dry_run) for run in to_thin_out()[:RUNS_AT_ONCE]), Dropped())


def _thin_out(run: Run, *, dry_run: bool) -> Dropped:
    if dry_run:
        return _drop(_surplus(run), dry_run=True)
    with transaction.atomic():
        locked = lock_run(run.pk)
        if locked.pinned_at or locked.thinned_at:
            return Dropped()
        dropped = _drop(_surplus(run), dry_run=False)
        Run.objects.filter(pk=run.pk).update(thinned_at=timezone.now())
        if dropped.n:
            text = (
                f"{dropped.n} checkpoints were dropped after {settings.CHECKPOINT_DAYS} days; the first, the last and "
                f"{settings.CHECKPOINTS_BETWEEN} between them are kept for each seed"
            )
            RunEvent(run=run, kind=RunEvent.Kind.LOG, text=text).save()
    return dropped


def _surplus(run: Run) -> list[Artifact]:
    by_seed: defaultdict[tuple[int, int | None], list[Artifact]] = defaultdict(list)
    checkpoints = Artifact.objects.filter(shard__run=run, kind=Artifact.Kind.CHECKPOINT).select_related("blob")
    for checkpoint in checkpoints.order_by("shard", "seed", "step", "pk"):
        by_seed[checkpoint.shard_id, checkpoint.seed].append(checkpoint)
    return [checkpoint for ordered in by_seed.values() for checkpoint in surplus(ordered)]


def surplus(ordered: Sequence[Artifact]) -> list[Artifact]:
    """All but the first, the last and a number spread evenly between them."""
    n_kept = settings.CHECKPOINTS_BETWEEN + 2
    last = len(ordered) - 1
    kept = {round(place * last / (n_kept - 1)) for place in range(n_kept)}
    return [checkpoint for place, checkpoint in enumerate(ordered) if place not in kept]


def _drop(artifacts: "QuerySet[Artifact] | list[Artifact]", *, dry_run: bool) -> Dropped:
    """The rows go now; their bytes once the collector has waited its grace, unless another file names them."""
    going = list(artifacts)
    if not dry_run:
        with transaction.atomic():
            Artifact.objects.filter(pk__in=[artifact.pk for artifact in going]).delete()
            forget_unreferenced([artifact.blob_id for artifact in going])
    return Dropped(len(going), sum(artifact.blob.n_bytes for artifact in going))


def may_pin(run: Run, user: User) -> bool:
    return bool(user.is_authenticated and (run.submitter_id == user.pk or may_operate(user)))


def pin_run(*, run: Run, by: User) -> None:
    """Keep every checkpoint there is, until somebody unpins the run. They go on counting in the owner's space."""
    _set_pin(run, by, pinned_at=timezone.now())


def unpin_run(*, run: Run, by: User) -> None:
    _set_pin(run, by, pinned_at=None)


def _set_pin(run: Run, by: User, *, pinned_at: datetime.datetime | None) -> None:
    if not may_pin(run, by):
        raise Forbidden("not_yours", "Only the person who started a run, or a curator, may pin it or let it go.")
    with transaction.atomic():
        lock_run(run.pk)
        Run.objects.filter(pk=run.pk).update(pinned_at=pinned_at)
        RunEvent(run=run, kind=RunEvent.Kind.LOG, text=f"{'pinned' if pinned_at else 'unpinned'} by {by}").save()
