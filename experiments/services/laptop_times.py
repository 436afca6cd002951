"""The time on a laptop that is kept with each recipe, and what it rests on."""

from functools import cache
from pathlib import Path

from django.db.models import Count, Sum

from experiments.models import Lease, Run, SubmittedRecipe
from experiments.recipe.budget import Budget
from experiments.recipe.laptop import estimated_seconds, measured_seconds, settings_digest

RESULTS = Path(__file__).resolve().parents[2] / "deploy" / "RESULTS.md"
RestsOn = SubmittedRecipe.RestsOn


def laptop_time(toml: str, budget: Budget) -> tuple[float, RestsOn]:
    """Of a recipe that nobody has run here yet."""
    measured = measured_here(RESULTS).get(settings_digest(toml))
    return (estimated_seconds(budget), RestsOn.ESTIMATE) if measured is None else (measured, RestsOn.MEASUREMENT)


@cache
def measured_here(results: Path) -> dict[str, float]:
    return measured_seconds(results.read_text(encoding="utf-8")) if results.exists() else {}


def renew_measured(recipe: SubmittedRecipe) -> None:
    """The project may have run it since it was loaded. A run here counts for more than an estimate."""
    measured = measured_here(RESULTS).get(settings_digest(recipe.toml))
    if measured is not None:
        keep(recipe, measured, RestsOn.MEASUREMENT)


def keep_time_of(run: Run) -> None:
    """Of a run that has succeeded, where the project has measured nothing: what its shards took on CPU workers, one
    after the other. A shard that went on elsewhere, or from a resume state, says nothing."""
    if run.recipe.laptop_rests_on == RestsOn.MEASUREMENT:
        return
    whole = Lease.objects.filter(shard__run=run, ended_as=Lease.End.SUCCEEDED, resume_step=None)
    took = whole.filter(worker__hardware_class="cpu").aggregate(seconds=Sum("charged_seconds"), n=Count("pk"))
    if took["seconds"] and took["n"] == run.shards.count():
        keep(run.recipe, took["seconds"], RestsOn.RUN)


def keep(recipe: SubmittedRecipe, seconds: float, rests_on: RestsOn) -> None:
    if (recipe.laptop_seconds, recipe.laptop_rests_on) != (seconds, rests_on):
        SubmittedRecipe.objects.filter(pk=recipe.pk).update(laptop_seconds=seconds, laptop_rests_on=rests_on)
