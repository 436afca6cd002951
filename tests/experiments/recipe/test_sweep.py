"""The sweep grid: every point is a valid recipe, and seeds are cut into stacks by a fixed rule."""

import pytest

from experiments.recipe import InvalidRecipe, at_point, recipe_from_data, recipe_from_toml
from tests.experiments.recipe.test_fitting import data

FIXED = ["seeds", "title", "task", "sweep.x", "checkpoints.count", "nothing.x"]
FIXED += ["measures", "measures.0", "measures.1.split", "measures.x.split", "interventions.0.keep", "task."]


def test_grid_is_the_product_in_order(toml):
    recipe = recipe_from_toml(toml + '\n[sweep]\n"task.modulus" = [5, 7]\n"training.steps" = [10, 20]\n')
    assert recipe.n_points == 4
    assert list(recipe.points())[1] == {"task.modulus": 5, "training.steps": 20}


def test_recipe_without_sweep_has_one_point(toml):
    assert list(recipe_from_toml(toml).points()) == [{}]


def test_point_is_a_resolved_recipe_without_sweep(toml):
    recipe = recipe_from_toml(toml + '\n[sweep]\n"model.d_mlp" = [64, 0]\n')
    point = at_point(recipe, {"model.d_mlp": 0})
    assert (point.model.d_mlp, point.model.d_head, point.stack, point.sweep) == (0, 32, 3, {})


@pytest.mark.parametrize("name", FIXED)
def test_other_fields_cannot_be_swept(toml, name):
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_toml(toml + f'\n[sweep]\n"{name}" = [1]\n')
    assert caught.value.errors[0].allowed == "model.FIELD, task.FIELD, training.FIELD, measures.0.FIELD"


@pytest.mark.parametrize(("name", "said"), [("task.a", "task.a there is no such"), ("task.modulus.b", "no such field")])
def test_a_field_that_is_not_there_cannot_be_swept(toml, name, said):
    with pytest.raises(InvalidRecipe, match=said):
        recipe_from_toml(toml + f'\n[sweep]\n"{name}" = [1]\n')


def test_items_of_lists_are_swept_by_their_place(toml):
    masks = '\n[[interventions]]\nname = "mask-weights"\nkeep = 0.5\n'
    sweep = '\n[sweep]\n"interventions.1.keep" = [0.1, 0.2]\n"measures.0.split" = ["train", "test"]\n'
    recipe = recipe_from_toml(toml + masks + masks + sweep)
    points = [at_point(recipe, point) for point in recipe.points()]
    assert [[mask.keep for mask in point.interventions] for point in points] == [[0.5, k] for k in (0.1, 0.1, 0.2, 0.2)]
    assert [point.measures[0].split for point in points] == ["train", "test"] * 2


def test_an_analysis_is_swept_by_its_place(toml):
    analysis = '\n[[analyses]]\nname = "pca-over-training"\n'
    recipe = recipe_from_toml(toml + analysis + '\n[sweep]\n"analyses.0.of" = ["logits", "weights"]\n')
    assert [at_point(recipe, point).analyses[0].of for point in recipe.points()] == ["logits", "weights"]


def test_a_part_of_a_task_is_swept_by_its_path():
    part = {"name": "modular-addition", "modulus": 7}
    task = {"name": "two-phase", "first": part, "second": part, "switch_at": 5}
    recipe = recipe_from_data(data(task, {"d_model": 8}, sweep={"task.second.train_fraction": [0.3, 0.5]}))
    assert [at_point(recipe, point).task.second.train_fraction for point in recipe.points()] == [0.3, 0.5]


def test_a_bad_value_of_an_item_is_named(toml):
    mask = '\n[[interventions]]\nname = "mask-weights"\nkeep = 0.5\n'
    with pytest.raises(InvalidRecipe, match=r"interventions.0.keep must be less than 1.0, not 1.5") as caught:
        recipe_from_toml(toml + mask + '\n[sweep]\n"interventions.0.keep" = [0.5, 1.5]\n')
    assert caught.value.errors[0].field == "sweep.interventions.0.keep"


def test_bad_swept_value_is_named(toml):
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_toml(toml + '\n[sweep]\n"task.modulus" = [5, 1]\n')
    (error,) = caught.value.errors
    assert (error.field, error.value, error.line) == ("sweep.task.modulus", 1, 17)


def test_values_that_only_clash_together_are_named(toml):
    with pytest.raises(InvalidRecipe, match=r"d_model 20 is not a multiple of n_heads 8"):
        recipe_from_toml(toml + '\n[sweep]\n"model.d_model" = [64, 20]\n"model.n_heads" = [4, 8]\n')


def test_grid_has_a_limit(toml):
    values = list(range(1, 41))
    with pytest.raises(InvalidRecipe, match="too many points"):
        recipe_from_toml(toml + f'\n[sweep]\n"training.steps" = {values}\n"model.d_mlp" = {values}\n')


def test_seeds_are_stacked_in_order(toml):
    recipe = recipe_from_toml(toml.replace("seeds = [0, 1, 2]", "seeds = [5, 3, 9, 1, 0]\nstack = 2"))
    assert recipe.stacks() == [(5, 3), (9, 1), (0,)]


def test_default_stack_holds_at_most_sixteen_seeds(toml):
    recipe = recipe_from_toml(toml.replace("[0, 1, 2]", str(list(range(40)))))
    assert [len(stack) for stack in recipe.stacks()] == [16, 16, 8]
