"""The sweep grid: every point is a valid recipe, and seeds are cut into stacks by a fixed rule."""

import pytest

from experiments.recipe import InvalidRecipe, at_point, recipe_from_toml


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


@pytest.mark.parametrize("name", ["seeds", "title", "task", "task.a.b", "sweep.x", "checkpoints.count", "nothing.x"])
def test_other_fields_cannot_be_swept(toml, name):
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_toml(toml + f'\n[sweep]\n"{name}" = [1]\n')
    assert caught.value.errors[0].allowed == "model.FIELD, task.FIELD, training.FIELD"


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
