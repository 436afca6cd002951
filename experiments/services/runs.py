"""A recipe becomes a run; a run is called off."""

from dataclasses import dataclass
from typing import Self

from django.db import transaction
from django.utils import timezone

from experiments.models import Run, Shard, SubmittedRecipe, Worker
from experiments.recipe import Recipe, at_point
from experiments.recipe.budget import budget_of
from experiments.services.quotas import check_quotas, demand_of
from experiments.services.refusals import Forbidden, Unprocessable
from experiments.services.transitions import cancel_queued_shards, lock_run
from experiments.services.wake_ups import wake_dispatcher
from problems.models import User
from problems.services.listed import relist
from problems.services.run_news import run_submitted


def submit_run(*, recipe: SubmittedRecipe, submitter: User) -> Run:
    """Queue every shard of a recipe. The rows are the outbox: the dispatcher sweeps up what no wake-up was sent for."""
    wanted = recipe.recipe
    check_memory(wanted)
    shards = shards_of(wanted)
    with transaction.atomic():
        check_quotas(submitter, demand_of(shards))
        run = Run.objects.create(recipe=recipe, submitter=submitter)
        for shard in shards:
            shard.run, shard.submitter = run, submitter
        Shard.objects.bulk_create(shards, batch_size=200)
        relist(recipe.problem_id)
        run_submitted(recipe.problem, submitter)
        transaction.on_commit(wake_dispatcher)
    return run


def shards_of(recipe: Recipe) -> list[Shard]:
    """One for each stack of seeds at each grid point, with what it will cost; not stored, and of no run yet."""
    costs = [_PointCost.of(at_point(recipe, overrides)) for overrides in recipe.points()]
    stacks = recipe.stacks()
    cells = [(point, overrides, seeds) for point, overrides in enumerate(recipe.points()) for seeds in stacks]
    return [
        Shard(
            index=index,
            point=point,
            overrides=overrides,
            seeds=list(seeds),
            steps=costs[point].steps,
            flops=costs[point].flops_of_a_seed * len(seeds),
            memory_bytes=costs[point].memory_bytes,
            artifact_bytes=round(costs[point].bytes_of_a_seed * len(seeds)),
        )
        for index, (point, overrides, seeds) in enumerate(cells)
    ]


@dataclass(frozen=True)
class _PointCost:
    steps: int
    flops_of_a_seed: float
    bytes_of_a_seed: float
    memory_bytes: int  # of a whole stack

    @classmethod
    def of(cls, point: Recipe) -> Self:
        budget, n_seeds = budget_of(point), len(point.seeds)
        return cls(point.training.steps, budget.flops / n_seeds, budget.artifact_bytes / n_seeds, budget.memory_bytes)


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
