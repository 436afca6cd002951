"""Recipes that start from another run: which of its checkpoints they take, and whether they are there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db.models import QuerySet

from experiments.models import Artifact, Run
from experiments.recipe import InvalidRecipe, Recipe, RecipeError
from experiments.recipe.start import Start
from experiments.recipe.toml_lines import lines_of_fields

FOLDER = "start"  # in the folder of a shard on the worker: see START_FOLDER in workers/science/shard.py
MANY = 30  # steps or seeds that an error lists


def check_start(recipe: Recipe, *, seeds: Sequence[int] = (), toml: str = "") -> None:
    """Raises InvalidRecipe unless the seeds, all of the recipe's if none are named, find what they start from.

    Asked at the submission, with the text to point into, and at each claim: checkpoints may go while a run waits.
    """
    error = None if recipe.start.is_fresh else _trouble(recipe.start, seeds or recipe.seeds)
    if error:
        lines = lines_of_fields(toml)
        raise InvalidRecipe([replace(error, line=lines.get(error.field, lines.get("start.run")))])


def start_files(start: Start, seeds: Sequence[int]) -> list[Artifact]:
    """The checkpoint of each seed of the other run that these seeds start from; those that are there."""
    if start.is_fresh:
        return []
    found = _checkpoints(start).filter(seed__in=_seeds(start, seeds)).select_related("blob").order_by("step")
    if start.step != "last":
        found = found.filter(step=start.step)
    return list({artifact.seed: artifact for artifact in found}.values())  # the last of each seed


def name_on_worker(start: Start, artifact: Artifact) -> str:
    """Where the engine looks for it: see `StartFiles` in workers/science/start_files.py."""
    return f"{FOLDER}/point-{start.point:03d}/checkpoints/seed-{artifact.seed}/step-{artifact.step:08d}.safetensors"


def _seeds(start: Start, seeds: Sequence[int]) -> set[int]:
    return set(seeds) if start.seed == "same" else {start.seed}


def _checkpoints(start: Start) -> QuerySet[Artifact]:
    return Artifact.objects.filter(kind=Artifact.Kind.CHECKPOINT, shard__run=start.run, shard__point=start.point)


def _trouble(start: Start, seeds: Sequence[int]) -> RecipeError | None:
    assert start.run is not None  # a fresh start has no trouble
    run = Run.objects.filter(pk=start.run).first()
    if run is None:
        return RecipeError("start.run", "there is no run with this number", start.run)
    if not run.is_ended:  # its last checkpoint is another one tomorrow, and a second attempt must start like the first
        return RecipeError("start.run", f"run {run.pk} has not ended yet", start.run, "a run that has ended")
    points = sorted(set(run.shards.values_list("point", flat=True)))
    if start.point not in points:
        return RecipeError("start.point", f"run {run.pk} has no such grid point", start.point, f"0 to {points[-1]}")
    steps: defaultdict[int, list[int]] = defaultdict(list)
    for seed, step in _checkpoints(start).order_by("seed", "step").values_list("seed", "step"):
        if seed is not None and step is not None:
            steps[seed].append(step)
    return _missing_seed(start, seeds, steps) or _missing_step(start, seeds, steps)


def _missing_seed(start: Start, seeds: Sequence[int], steps: Mapping[int, list[int]]) -> RecipeError | None:
    missing = sorted(_seeds(start, seeds) - set(steps))
    if not missing:
        return None
    what = f"run {start.run} has no checkpoint of seed {', '.join(map(str, missing[:MANY]))}"
    field = "start.run" if not steps else "start.seed"
    return RecipeError(field, what, start.seed, _listed(sorted(steps)) if steps else "a run that kept checkpoints")


def _missing_step(start: Start, seeds: Sequence[int], steps: Mapping[int, list[int]]) -> RecipeError | None:
    if start.step == "last":
        return None
    common = set.intersection(*(set(steps[seed]) for seed in _seeds(start, seeds)))
    if start.step in common:
        return None
    what = f"run {start.run} has no checkpoint at this step"
    return RecipeError("start.step", what, start.step, f"last, {_listed(sorted(common))}")


def _listed(numbers: Sequence[int]) -> str:
    more = f", ... up to {numbers[-1]}" if len(numbers) > MANY else ""
    return ", ".join(map(str, numbers[:MANY])) + more
