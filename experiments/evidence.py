"""What the catalogue shows of experiments: the implementation of `problems.evidence.Evidence`."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from experiments.models import ENDED, Run, State, SubmittedRecipe
from experiments.selectors.best_runs import Tried, best_of_problems, best_of_recipes
from experiments.selectors.headlines import headlines
from experiments.selectors.wall import headline_cell, lines, tiles
from experiments.services.headlines import Line
from experiments.templatetags.quantities import duration
from problems.evidence import LaptopTime, ResultCell, RunCard, UnreflectedRuns
from problems.models import Problem

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from problems.models import ListEntry, User
    from problems.models.querysets import ProblemQuerySet

CARDS = 12
RUNS = 10
LAPTOP = "laptop"
IN_A_LIST = ("state", "created_at", "recipe__title", "submitter__username")
ON_A_RECIPE_CARD = ("problem", "title", "size", "laptop_seconds", "laptop_rests_on", "author__username")
ON_A_CARD = (*IN_A_LIST, "recipe__problem__number")


class ExperimentEvidence:
    section_template = "experiments/_problem_section.html"
    front_template = "experiments/_front.html"
    person_template = "experiments/_person_section.html"

    def annotate(self, problems: "ProblemQuerySet") -> "ProblemQuerySet":
        recipes = SubmittedRecipe.objects.filter(problem=OuterRef("pk"))
        runs = Run.objects.filter(recipe__problem=OuterRef("pk"))
        return problems.annotate(
            n_recipes=_count(recipes, "problem"),
            n_laptop_recipes=_count(recipes.filter(size=LAPTOP), "problem"),
            n_runs=_count(runs, "recipe__problem"),
            n_succeeded_runs=_count(runs, "recipe__problem", counted=SUCCEEDED),
        )

    def row_cells(self, problems: "Sequence[Problem] | Sequence[ListEntry]") -> Mapping[int, ResultCell]:
        tried = best_of_problems([problem.pk for problem in problems])
        curves = headlines({row.best: row.state for row in tried if row.best})
        return {
            row.problem: _run_cell(row, curves[row.best]) if row.best else ResultCell(_starter_in_words(row))
            for row in tried
        }

    def done_within(self, seconds: float) -> "QuerySet[Any, Any]":
        quick = SubmittedRecipe.objects.filter(size=LAPTOP, laptop_seconds__lte=seconds)
        return quick.order_by().values("problem")

    def laptop_times(self, problems: Collection[int]) -> Mapping[int, LaptopTime]:
        known = SubmittedRecipe.objects.filter(size=LAPTOP, problem__in=problems, laptop_seconds__isnull=False)
        slowest_first = known.order_by("-laptop_seconds").values_list("problem", "laptop_seconds", "laptop_rests_on")
        words = dict(SubmittedRecipe.RestsOn.choices)
        return {problem: LaptopTime(seconds or 0.0, words[rests_on]) for problem, seconds, rests_on in slowest_first}

    def section(self, problem: Problem, user: "User | AnonymousUser") -> dict[str, Any]:
        entry = getattr(problem, "entry", None)  # what is merged or awaits approval has none
        recipes = [] if entry and not entry.n_recipes else list(recipes_of(problem)[:CARDS])
        best = {run.recipe_id: run for run in best_of_recipes([recipe.pk for recipe in recipes])}
        runs = list(runs_of(problem)[: RUNS + 1]) if best else []
        curves = headlines({run.pk: run.state for run in best.values()})
        return {
            "cards": [_card(recipe, best.get(recipe.pk), curves) for recipe in recipes],
            "runs": runs[:RUNS],
            "has_more_runs": len(runs) > RUNS,
        }

    def cards(self, runs: Collection[int]) -> Mapping[int, RunCard]:
        return {
            tile.run.pk: RunCard(tile.run.get_absolute_url(), "experiments/_run_card.html", {"tile": tile})
            for tile in tiles(runs_on_cards(runs))
        }

    def runs_since(self, problem: Problem, moment: datetime.datetime | None) -> UnreflectedRuns:
        wanted = SUCCEEDED & Q(ended_at__gt=moment) if moment else SUCCEEDED
        runs = Run.objects.filter(recipe__problem=problem)
        counted = runs.aggregate(n=Count("pk", filter=wanted), oldest=Min("ended_at", filter=wanted))
        return UnreflectedRuns(counted["n"], counted["oldest"])

    def front(self, user: "User | AnonymousUser") -> dict[str, Any]:
        runs = Run.objects.order_by("-pk")
        return {"running": lines(runs.live()[:4]), "finished": lines(runs.succeeded()[:4])}

    def person(self, person: "User") -> dict[str, Any]:
        runs = Run.objects.filter(submitter=person).order_by("-pk")
        return {"runs": lines(runs[:RUNS]), "n_runs": runs.count()}


def runs_on_cards(runs: Collection[int]) -> QuerySet[Run]:
    return Run.objects.filter(pk__in=runs).select_related("recipe__problem", "submitter").only(*ON_A_CARD)


def recipes_of(problem: Problem) -> QuerySet[SubmittedRecipe]:
    """The starters first, without their text and data, which are long and not shown."""
    recipes = problem.recipes.select_related("author").only(*ON_A_RECIPE_CARD)
    return recipes.order_by(*STARTERS_FIRST)


def runs_of(problem: Problem) -> QuerySet[Run]:
    """The newest first."""
    runs = Run.objects.filter(recipe__problem=problem).select_related("recipe", "submitter").order_by("-pk")
    return runs.only(*IN_A_LIST)


STARTERS_FIRST = (Case(When(preset="", then=1), default=0), "-pk")


def recipe_in_words(recipe: SubmittedRecipe) -> str:
    return ", ".join(filter(None, ["recipe", laptop_time_in_words(recipe)]))


def laptop_time_in_words(recipe: SubmittedRecipe) -> str:
    if recipe.size != LAPTOP or recipe.laptop_seconds is None:
        return ""
    return f"about {duration(recipe.laptop_seconds)} on a laptop, {recipe.get_laptop_rests_on_display()}"


# Asked as what is counted and not as what is looked for: SQLite, which keeps no statistics by itself, would else go
# through all runs in that state instead of those of one problem.
SUCCEEDED = Q(state=State.SUCCEEDED)


def _count(rows: QuerySet[Any], problem: str, *, counted: Q | None = None) -> Coalesce:
    """A count of the rows of each problem, as a subquery: a join would multiply those of other annotations."""
    numbers = rows.order_by().values(problem).annotate(n=Count("pk", filter=counted)).values("n")
    return Coalesce(Subquery(numbers, output_field=IntegerField()), Value(0))


def _run_cell(row: Tried, line: Line) -> ResultCell:
    text = f"{row.n_runs} run{'' if row.n_runs == 1 else 's'}"
    state = State(row.state)
    if state not in ENDED or state == State.FAILED:
        text += f", {state.label}" if row.n_runs == 1 else f", the newest {state.label}"
    if not line.points or not row.best:
        return ResultCell(text)
    return replace(headline_cell(row.best, line), text=text)


def _starter_in_words(row: Tried) -> str:
    starter = SubmittedRecipe(size=row.size, laptop_seconds=row.laptop_seconds, laptop_rests_on=row.laptop_rests_on)
    return recipe_in_words(starter)


def _card(recipe: SubmittedRecipe, run: Run | None, curves: Mapping[int, Line]) -> dict[str, Any]:
    cell = headline_cell(run.pk, curves[run.pk]) if run else None
    return {"recipe": recipe, "run": run, "cell": cell, "cost": laptop_time_in_words(recipe)}
