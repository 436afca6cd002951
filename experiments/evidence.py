"""What the catalogue shows of experiments: the implementation of `problems.evidence.Evidence`."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from experiments.models import ENDED, LIVE, Run, State, SubmittedRecipe
from experiments.selectors.headlines import headline_points
from experiments.selectors.wall import Tile, headline_cell, tiles
from experiments.templatetags.quantities import duration
from problems.evidence import LaptopTime, ResultCell, RunCard, UnreflectedRuns
from problems.models import Problem

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from problems.models import User
    from problems.models.querysets import ProblemQuerySet

CARDS = 12
RUNS = 10
LAPTOP = "laptop"


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

    def row_cells(self, problems: Sequence[Problem]) -> Mapping[int, ResultCell]:
        shown = _with_best(Problem.objects.filter(pk__in=[problem.pk for problem in problems]))
        rows = [row for row in shown if row["starter"]]
        runs = Run.objects.select_related("recipe").in_bulk([row["best"] for row in rows if row["best"]])
        untried = [row["starter"] for row in rows if not row["best"]]
        starters = SubmittedRecipe.objects.in_bulk(untried)
        points = headline_points(runs.values())
        return {
            row["pk"]: _run_cell(runs[row["best"]], row["n_runs"], points)
            if row["best"]
            else ResultCell(recipe_in_words(starters[row["starter"]]))
            for row in rows
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
        recipes = list(problem.recipes.select_related("author").order_by(*STARTERS_FIRST)[:CARDS])
        newest = {run.recipe_id: run for run in _newest_runs(recipes)}
        shown = dict(zip(newest, tiles(newest.values()), strict=True))
        runs = Run.objects.filter(recipe__problem=problem).select_related("recipe", "submitter").order_by("-pk")
        return {
            "cards": [_card(recipe, shown.get(recipe.pk)) for recipe in recipes],
            "runs": runs[:RUNS],
            "n_runs": runs.count(),
        }

    def cards(self, runs: Collection[int]) -> Mapping[int, RunCard]:
        found = Run.objects.filter(pk__in=runs).select_related("recipe__problem", "submitter")
        return {
            tile.run.pk: RunCard(tile.run.get_absolute_url(), "experiments/_run_card.html", {"tile": tile})
            for tile in tiles(found)
        }

    def runs_since(self, problem: Problem, moment: datetime.datetime | None) -> UnreflectedRuns:
        wanted = SUCCEEDED & Q(ended_at__gt=moment) if moment else SUCCEEDED
        runs = Run.objects.filter(recipe__problem=problem)
        counted = runs.aggregate(n=Count("pk", filter=wanted), oldest=Min("ended_at", filter=wanted))
        return UnreflectedRuns(counted["n"], counted["oldest"])

    def front(self, user: "User | AnonymousUser") -> dict[str, Any]:
        runs = Run.objects.select_related("recipe__problem", "submitter").order_by("-pk")
        return {"running": tiles(runs.live()[:4]), "finished": tiles(runs.succeeded()[:4])}

    def person(self, person: "User") -> dict[str, Any]:
        runs = Run.objects.filter(submitter=person).select_related("recipe__problem", "submitter").order_by("-pk")
        return {"runs": tiles(runs[:RUNS]), "n_runs": runs.count()}


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


# The best run of a recipe or problem: the newest that succeeded, or else the newest live one, or else the newest.
BEST_FIRST: tuple[dict[str, Any], ...] = ({"state": State.SUCCEEDED}, {"state__in": LIVE}, {})


def _newest_of_recipe(**which: Any) -> Subquery:
    """Stands at the end of a stretch of the index `runs_of_recipe`, however many runs there are."""
    return Subquery(Run.objects.filter(recipe=OuterRef("pk"), **which).order_by("-pk").values("pk")[:1])


def _newest_of_problem(**which: Any) -> Subquery:
    recipes = SubmittedRecipe.objects.filter(problem=OuterRef("pk")).annotate(newest=_newest_of_recipe(**which))
    return Subquery(recipes.order_by(F("newest").desc(nulls_last=True)).values("newest")[:1])


def _with_best(problems: "ProblemQuerySet") -> QuerySet[Any, Any]:
    """By problem: its best run, its first starter recipe, and what the list says of the number of its runs."""
    starters = SubmittedRecipe.objects.filter(problem=OuterRef("pk")).order_by("-size", *STARTERS_FIRST)
    shown = problems.order_by().annotate(
        best=Coalesce(*(_newest_of_problem(**which) for which in BEST_FIRST)),
        starter=Subquery(starters.values("pk")[:1]),
        n_runs=Coalesce("entry__n_runs", 0),
    )
    return shown.values("pk", "best", "starter", "n_runs")


def _run_cell(run: Run, n_runs: int, points: Mapping[int, tuple[tuple[float, float], ...]]) -> ResultCell:
    text = f"{n_runs} run{'' if n_runs == 1 else 's'}"
    if run.state not in ENDED or run.state == State.FAILED:
        text += f", {run.get_state_display()}" if n_runs == 1 else f", the newest {run.get_state_display()}"
    if not points[run.pk]:
        return ResultCell(text)
    cell = headline_cell(run, points[run.pk])
    return ResultCell(text, points=cell.points, points_label=cell.points_label)


def _newest_runs(recipes: Sequence[SubmittedRecipe]) -> list[Run]:
    best = Coalesce(*(_newest_of_recipe(**which) for which in BEST_FIRST))
    chosen = SubmittedRecipe.objects.filter(pk__in=[r.pk for r in recipes]).annotate(best=best)
    pks = [pk for pk in chosen.values_list("best", flat=True) if pk]
    return list(Run.objects.filter(pk__in=pks).select_related("recipe__problem", "submitter"))


def _card(recipe: SubmittedRecipe, tile: Tile | None) -> dict[str, Any]:
    return {"recipe": recipe, "tile": tile, "cost": laptop_time_in_words(recipe)}
