"""What grows while training goes on, and what may."""

import pytest

from experiments.recipe import InvalidRecipe, recipe_digest, recipe_from_data
from experiments.recipe.budget import budget_of, phases_of
from experiments.recipe.curriculum import Curriculum, stages, task_at
from experiments.recipe.tasks import IclRegression

PUBLISHED = (Curriculum(field="dims", start=5), Curriculum(field="points", start=11, increment=2))
TASK = IclRegression(dims=20, points=41)
REGRESSION = {
    "title": "Tiny",
    "problem": "3.13",
    "task": {"name": "icl-regression", "dims": 4, "points": 9},
    "model": {"name": "transformer", "d_model": 8, "n_heads": 2, "d_mlp": 8},
    "training": {"steps": 100, "batch": 8},
    "measures": [{"name": "loss"}],
}
DIMS = {"field": "dims", "start": 2, "interval": 10}
POINTS = {"field": "points", "start": 3, "increment": 4, "interval": 20}


def with_curriculum(*curricula, **changes):
    return recipe_from_data(REGRESSION | {"curriculum": list(curricula)} | changes)


@pytest.mark.parametrize(("step", "dims", "points"), [(0, 5, 11), (1999, 5, 11), (2000, 6, 13), (40_000, 20, 41)])
def test_the_published_curriculum(step, dims, points):
    eased = task_at(TASK, PUBLISHED, step)
    assert (eased.dims, eased.points) == (dims, points)


def test_training_falls_into_stages_of_the_same_task():
    found = [(stage.first, stage.n_steps, stage.task.dims, stage.task.points) for stage in _stages(100)]
    assert found == [(0, 10, 2, 3), (10, 10, 3, 3), (20, 20, 4, 7), (40, 60, 4, 9)]
    assert [stage.n_steps for stage in _stages(15)] == [10, 5]


def _stages(steps):
    task = IclRegression(dims=4, points=9)
    return stages(task, [Curriculum(**DIMS), Curriculum(**POINTS)], steps)


def test_without_one_the_digest_is_what_it_was_and_with_one_another():
    plain = recipe_from_data(REGRESSION)
    assert "curriculum" not in plain.model_dump()
    assert recipe_digest(plain) == recipe_digest(with_curriculum())
    assert len({recipe_digest(recipe) for recipe in (plain, with_curriculum(DIMS), with_curriculum(POINTS))}) == 3
    assert with_curriculum(DIMS) == recipe_from_data(with_curriculum(DIMS).model_dump(mode="json"))


def test_a_shorter_task_costs_less():
    plain, eased = recipe_from_data(REGRESSION), with_curriculum(POINTS)
    assert [phase.task.points for phase in phases_of(eased)] == [3, 7, 9]
    assert budget_of(eased).flops < budget_of(plain).flops
    assert budget_of(eased).memory_bytes == budget_of(plain).memory_bytes


ADDITION = {"name": "modular-addition", "modulus": 7}
SORTING = {"name": "sort-list", "length": 5}
REFUSED = {
    "no such number": ({"curriculum": [DIMS | {"field": "depth"}]}, "whole number 'depth'.*allowed: dims, points"),
    "nothing to grow": ({"curriculum": [DIMS | {"start": 4}]}, "start: 4 does not grow to task.dims, 4"),
    "twice": ({"curriculum": [DIMS, DIMS]}, "curriculum.1.field: dims has a curriculum already"),
    "no task": ({"curriculum": [POINTS | {"start": 0}]}, "task of step 0 .* greater than or equal to 2"),
    "fixed set": (
        {"task": ADDITION, "training": {"steps": 9}, "curriculum": [DIMS | {"field": "modulus"}]},
        "'modular-addition' has a fixed training set",
    ),
    "other places": ({"task": SORTING, "curriculum": [DIMS | {"field": "length"}]}, "position names are START, x1, x2"),
    "other tokens": ({"task": SORTING, "curriculum": [DIMS | {"field": "vocabulary", "start": 9}]}, "9 outputs"),
    "answers that are not there": (
        {"curriculum": [POINTS], "training": {"steps": 9, "batch": 2, "loss_at": [8]}},
        "loss_at: does not go with a curriculum that has 3 of 9 answers",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_network_could_not_be_shown_is_refused(name):
    changes, message = REFUSED[name]
    with pytest.raises(InvalidRecipe, match=message):
        recipe_from_data(REGRESSION | changes)
