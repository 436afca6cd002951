"""A recipe while it is being written: what is wrong with it, what a reviewer would say, what it costs."""

import tomllib
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from experiments.forms import Section, sections_of
from experiments.models import LIVE, Run, State, SubmittedRecipe, Worker
from experiments.recipe import InvalidRecipe, Recipe, RecipeError, recipe_digest
from experiments.recipe.budget import Budget, budget_of
from experiments.recipe.lint import lint
from experiments.recipe.parsing import MAX_RECIPE_BYTES
from experiments.services.quotas import Share, demand_of, shares_of
from experiments.services.recipes import checked_recipe
from experiments.services.runs import shards_of
from problems.models import User


@dataclass(frozen=True)
class Cost:
    budget: Budget
    slowest_worker: Worker | None  # of those that can hold it
    seconds: float | None  # on that worker alone
    too_large: bool  # workers are known and none can hold it


@dataclass(frozen=True)
class Draft:
    text: str
    errors: list[RecipeError] = field(default_factory=list)
    recipe: Recipe | None = None
    advice: list[str] = field(default_factory=list)
    cost: Cost | None = None
    digest: str = ""
    same_run: Run | None = None
    sections: list[Section] | None = None  # None as long as the text is no TOML


def draft_of(text: str) -> Draft:
    """Everything the editor shows for a text."""
    sections = _sections(text)
    try:
        recipe, _ = checked_recipe(text)
    except InvalidRecipe as error:
        return Draft(text, errors=error.errors, sections=sections)
    digest = recipe_digest(recipe)
    return Draft(
        text,
        recipe=recipe,
        advice=lint(recipe),
        cost=cost_of(recipe),
        digest=digest,
        same_run=same_run(digest),
        sections=sections,
    )


def cost_of(recipe: Recipe) -> Cost:
    """The budget, and how long the slowest worker that can hold it would take on its own."""
    budget = budget_of(recipe)
    workers = list(Worker.objects.accepting(timezone.now()))
    fitting = [w for w in workers if w.memory_bytes >= budget.memory_bytes]
    measured = [w for w in fitting if w.flops_per_second > 0]
    slowest = min(measured, key=lambda worker: worker.flops_per_second, default=None)
    seconds = budget.seconds_on(slowest.flops_per_second) if slowest else None
    return Cost(budget, slowest, seconds, too_large=bool(workers) and not fitting)


def shares_for(recipe: Recipe | None, user: User | AnonymousUser) -> list[Share]:
    """The quotas of whoever is signed in, with what this recipe would take of each."""
    if recipe is None or not isinstance(user, User):
        return []
    return shares_of(user, wanted=demand_of(shards_of(recipe)))


def same_run(digest: str) -> Run | None:
    """The newest run of the same experiment that succeeded or still may."""
    runs = Run.objects.filter(recipe__digest=digest, state__in=[State.SUCCEEDED, *LIVE])
    return runs.select_related("recipe").order_by("-pk").first()


def starting_text(*, problem: str, fork: SubmittedRecipe | None) -> str:
    """What the editor begins with: the recipe to fork, or the problem's first starter, or a small recipe."""
    if fork:
        return fork.toml
    starters = SubmittedRecipe.objects.filter(problem__number=problem)
    starter = starters.starters().order_by("-size", "pk").first()
    return starter.toml if starter else BLANK.replace("PROBLEM", problem)


def _sections(text: str) -> list[Section] | None:
    if len(text) > MAX_RECIPE_BYTES:
        return None
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return sections_of(data)


BLANK = """\
title = ""
problem = "PROBLEM"
seeds = [0, 1, 2]

[task]
name = "modular-addition"

[model]
name = "transformer"

[training]
steps = 2000

[checkpoints]
schedule = "exponential"

[[measures]]
name = "loss"
split = "train"

[[measures]]
name = "loss"
split = "test"

[[measures]]
name = "accuracy"
split = "test"
"""
