"""The run that stands for a recipe or a problem: the newest that succeeded, or else the newest live one, or else the
newest.

Asked in SQL, which is the same on both databases: to build these questions as querysets takes longer than the answer.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection

from experiments.models import LIVE, Run, State

WHICH = (f"AND run.state = '{State.SUCCEEDED}'", f"AND run.state IN {tuple(map(str, LIVE))}", "")


def newest_of_recipe(which: str) -> str:
    """It stands at the end of a stretch of the index `runs_of_recipe`, however many runs there are."""
    return f"(SELECT max(run.id) FROM experiments_run AS run WHERE run.recipe_id = recipe.id {which})"


def newest_of_problem(which: str) -> str:
    recipes = "experiments_submittedrecipe AS recipe WHERE recipe.problem_id = entry.problem_id"
    return f"(SELECT max({newest_of_recipe(which)}) FROM {recipes})"


OF_RECIPES = f"""
    SELECT run.id, run.state, recipe.id FROM experiments_submittedrecipe AS recipe
    JOIN experiments_run AS run ON run.id = COALESCE({", ".join(map(newest_of_recipe, WHICH))})
    WHERE recipe.id IN ({{keys}})
"""
OF_PROBLEMS = f"""
    SELECT entry.problem_id, entry.n_runs, run.id, COALESCE(run.state, ''),
        starter.size, starter.laptop_seconds, starter.laptop_rests_on
    FROM problems_listentry AS entry
    LEFT JOIN experiments_run AS run ON run.id = COALESCE({", ".join(map(newest_of_problem, WHICH))})
    JOIN experiments_submittedrecipe AS starter ON starter.id = (
        SELECT recipe.id FROM experiments_submittedrecipe AS recipe WHERE recipe.problem_id = entry.problem_id
        ORDER BY recipe.size DESC, recipe.preset = '', recipe.id DESC LIMIT 1
    )
    WHERE entry.n_recipes > 0 AND entry.problem_id IN ({{keys}})
"""


class Tried(NamedTuple):
    """What there is of a problem on the list that has a recipe."""

    problem: int
    n_runs: int
    best: int | None  # none where nothing was run
    state: str  # of that run; empty then
    size: str  # of the recipe to begin with: one for a laptop, one that ships with the project
    laptop_seconds: float | None
    laptop_rests_on: str


def best_of_problems(problems: Collection[int]) -> list[Tried]:
    return [Tried(*row) for row in _rows(OF_PROBLEMS, problems)]


def best_of_recipes(recipes: Collection[int]) -> list[Run]:
    """In no order; each with its key, its state and the key of its recipe, and nothing else."""
    return [Run(pk=pk, state=state, recipe_id=recipe) for pk, state, recipe in _rows(OF_RECIPES, recipes)]


def _rows(asking: str, keys: Collection[int]) -> list[tuple[Any, ...]]:
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(asking.format(keys=", ".join(["%s"] * len(keys))), list(keys))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
