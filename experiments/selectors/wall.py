"""The results wall: runs as small multiples, and the filters over them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from experiments.forms.schema import members_of, recipe_schema
from experiments.models import Run, State
from experiments.selectors.headlines import headline_of, headline_points
from problems.evidence import ResultCell
from problems.models import Category
from problems.models.problems import LETTERS


@dataclass(frozen=True)
class Filters:
    """What an address asks for; an unknown value counts as not asked."""

    difficulty: str = ""
    category: str = ""
    task: str = ""
    state: str = ""

    @property
    def are_set(self) -> bool:
        return any((self.difficulty, self.category, self.task, self.state))


@dataclass(frozen=True)
class Tile:
    run: Run
    cell: ResultCell
    n_seeds: int


def choices() -> dict[str, list[tuple[str, str]]]:
    """The values of each filter with their labels."""
    return {
        "difficulty": [(letter, letter) for letter in LETTERS],
        "category": [(str(category.number), str(category)) for category in Category.objects.all()],
        "task": [(name, name) for name in members_of(recipe_schema()["properties"]["task"])],
        "state": [(state.value, state.label) for state in State],
    }


def filters_of(query: Mapping[str, str], known: Mapping[str, list[tuple[str, str]]]) -> Filters:
    said = {name: query.get(name, "") for name in known}
    return Filters(**{name: value for name, value in said.items() if value in dict(known[name])})


def runs_on_wall(filters: Filters) -> QuerySet[Run]:
    """Newest first. A range of difficulty matches each letter in it."""
    runs = Run.objects.select_related("recipe__problem", "submitter").order_by("-pk")
    if filters.difficulty:
        low, high = "recipe__problem__difficulty_low__lte", "recipe__problem__difficulty_high__gte"
        known = runs.exclude(recipe__problem__difficulty_low="")
        runs = known.filter(**{low: filters.difficulty, high: filters.difficulty})
    if filters.category:
        runs = runs.filter(recipe__problem__category=int(filters.category))
    if filters.task:
        runs = runs.filter(recipe__resolved__task__name=filters.task)
    if filters.state:
        runs = runs.filter(state=filters.state)
    return runs


def tiles(runs: Iterable[Run]) -> list[Tile]:
    shown = list(runs)
    points = headline_points(shown)
    return [Tile(run, headline_cell(run, points[run.pk]), len(run.recipe.resolved["seeds"])) for run in shown]


def headline_cell(run: Run, points: tuple[tuple[float, float], ...]) -> ResultCell:
    measure, split = headline_of(run.recipe.resolved)
    name = " ".join(filter(None, [split, measure]))
    text = f"{name} {points[-1][1]:.3g}" if points else ""
    return ResultCell(text, points=points, points_label=f"{name} of run {run.pk} over training, median of seeds")
