"""A recipe becomes a run; a run is called off."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from experiments.models import Run, Shard, SubmittedRecipe, Worker
from experiments.recipe import Recipe, at_point
from experiments.recipe.budget import budget_of
from experiments.services.refusals import Forbidden, Refused, Unprocessable
from experiments.services.transitions import cancel_queued_shards, lock_run
from experiments.services.wake_ups import wake_dispatcher
from problems.models import User


class TooManyShards(Refused):
    """The person has as much waiting as one person may."""

    http_status = 429


def submit_run(*, recipe: SubmittedRecipe, submitter: User) -> Run:
    """Queue every shard of a recipe. The rows are the outbox: the dispatcher sweeps up what no wake-up was sent for."""
    wanted = recipe.recipe
    check_memory(wanted)
    with transaction.atomic():
        _check_quota(submitter, n_new=wanted.n_points * len(wanted.stacks()))
        run = Run.objects.create(recipe=recipe, submitter=submitter)
        Shard.objects.bulk_create(_shards(run, wanted), batch_size=200)
        transaction.on_commit(wake_dispatcher)
    return run


def _shards(run: Run, recipe: Recipe) -> list[Shard]:
    stacks = recipe.stacks()
    cells = [(point, overrides, seeds) for point, overrides in enumerate(recipe.points()) for seeds in stacks]
    steps = [at_point(recipe, overrides).training.steps for overrides in recipe.points()]
    return [
        Shard(
            run=run,
            submitter=run.submitter,
            index=index,
            point=point,
            overrides=overrides,
            seeds=list(seeds),
            steps=steps[point],
        )
        for index, (point, overrides, seeds) in enumerate(cells)
    ]


def check_memory(recipe: Recipe) -> None:
    """Refuses what no registered worker can hold. With no worker known there is nothing to compare with."""
    largest = Worker.objects.order_by("-memory_bytes").first()
    needed = budget_of(recipe).memory_bytes
    if largest is None or needed <= largest.memory_bytes:
        return
    raise Unprocessable(
        "too_large_for_workers",
        f"A shard needs about {_gib(needed)} of memory; the largest worker, {largest.name}, has "
        f"{_gib(largest.memory_bytes)}. A smaller stack, batch or model needs less.",
        fields={"stack": str(recipe.stack_size)},
    )


def _gib(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f} GiB"


def _check_quota(submitter: User, *, n_new: int) -> None:
    """Locks the person, so that two submissions at once are counted one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=submitter.pk)
    n_live = Shard.objects.live().of_user(submitter.pk).count()
    allowed = settings.LIVE_SHARDS_PER_USER
    if n_live + n_new > allowed:
        raise TooManyShards(
            "too_many_shards",
            f"This run has {n_new} shards and you have {n_live} waiting or running; allowed: {allowed} in all. "
            "Wait for some to end, cancel some, or ask for fewer seeds or grid points.",
            fields={"n_shards": str(n_new), "n_live": str(n_live), "allowed": str(allowed)},
        )


def may_cancel(run: Run, user: User) -> bool:
    return user.is_authenticated and (run.submitter_id == user.pk or user.is_curator or user.is_superuser)


def request_cancel(*, run: Run, by: User) -> Run:
    """Cancel what waits at once; what a worker holds ends when the worker hears of it. Asking twice changes nothing."""
    if not may_cancel(run, by):
        raise Forbidden("not_yours", "Only the person who started a run, or a curator, may cancel it.")
    with transaction.atomic():
        run = lock_run(run.pk)
        if run.is_ended or run.is_cancel_requested:
            return run
        run.cancel_requested_at = timezone.now()
        run.save(update_fields=["cancel_requested_at"])
        cancel_queued_shards(run, reason=f"cancelled by {by}")
    run.refresh_from_db()
    return run
