"""The results wall: runs as small multiples, and the filters over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from experiments.forms.schema import members_of, recipe_schema
from experiments.models import Run, State
from experiments.selectors.headlines import headlines
from experiments.services.headlines import Line
from problems.evidence import ResultCell
from problems.models import Category
from problems.models.problems import LETTERS

ON_A_TILE = (
    *("state", "created_at", "submitter__username", "recipe__title"),
    *("recipe__problem__number", "recipe__problem__difficulty_low", "recipe__problem__difficulty_high"),
)


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
    n_seeds: int = 0  # where that is shown


def choices() -> dict[str, list[tuple[str, str]]]:
    """The values of each filter with their labels."""
    return {
        "difficulty": [(letter, letter) for letter in LETTERS],
        "category": [(str(category.number), str(category)) for category in Category.objects.only("number", "name")],
        "task": [(name, name) for name in members_of(recipe_schema()["properties"]["task"])],
        "state": [(state.value, state.label) for state in State],
    }


def filters_of(query: Mapping[str, str], known: Mapping[str, list[tuple[str, str]]]) -> Filters:
    said = {name: query.get(name, "") for name in known}
    return Filters(**{name: value for name, value in said.items() if value in dict(known[name])})


def runs_on_wall(filters: Filters) -> QuerySet[Run]:
    """Newest first. A range of difficulty matches each letter in it."""
    runs = Run.objects.select_related("recipe__problem", "submitter").only(*ON_A_TILE).order_by("-pk")
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


def tiles(runs: QuerySet[Run]) -> list[Tile]:
    """Of their recipes, which are long, only the seeds are read."""
    shown: list[Any] = list(runs.annotate(seeds=F("recipe__resolved__seeds")))
    found = headlines({run.pk: run.state for run in shown})
    return [Tile(run, headline_cell(run.pk, found[run.pk]), len(run.seeds)) for run in shown]


def lines(runs: QuerySet[Run]) -> list[Tile]:
    """For a place with room for a line each. The recipes stay in the database, but for their titles."""
    shown = list(runs.select_related("recipe").only("state", "created_at", "recipe__title"))
    found = headlines({run.pk: run.state for run in shown})
    return [Tile(run, headline_cell(run.pk, found[run.pk])) for run in shown]


def headline_cell(run: int, line: Line) -> ResultCell:
    text = f"{line.name} {line.points[-1][1]:.3g}" if line.points else ""
    label = f"{line.name} of run {run} over training, median of seeds"
    return ResultCell(text, points=line.points, points_label=label)
