"""Expectations that hold at some points of a sweep only."""

import pytest

from experiments.recipe import InvalidRecipe, at_point, point_from_data, recipe_from_toml

SWEEP = '\n[sweep]\n"model.n_layers" = [1, 2]\n"model.biases" = [false, true]\n'
EXPECT = '\n[[expect]]\nmeasure = "loss"\nsplit = "{split}"\nat_most = 0.1\nwhere = {{ {where} }}\n'


def limited(toml, where, split="test", sweep=SWEEP):
    return recipe_from_toml(toml + sweep + EXPECT.format(where=where, split=split))


def points_of(recipe):
    """Those at which the first expectation is scored, as each one's own recipe has it."""
    return [index for index, point in enumerate(recipe.points()) if at_point(recipe, point).expected_here()]


@pytest.mark.parametrize(
    ("where", "points"),
    [
        ("", [0, 1, 2, 3]),
        ('"model.n_layers" = 2', [2, 3]),
        ('"model.n_layers" = 2, "model.biases" = true', [3]),
        ('"model.n_layers" = [1, 2], "model.biases" = false', [0, 2]),
    ],
)
def test_it_holds_where_every_field_has_one_of_its_values(toml, where, points):
    recipe = limited(toml, where)
    assert points_of(recipe) == points
    assert [i for i, point in enumerate(recipe.points()) if recipe.expect[0].holds_at(point)] == points


def test_the_place_in_the_list_stays(toml):
    expect = EXPECT.format(split="test", where='"model.n_layers" = 2')
    recipe = recipe_from_toml(toml + SWEEP + expect + EXPECT.format(split="test", where=""))
    assert [list(at_point(recipe, point).expected_here()) for point in recipe.points()] == [[1], [1], [0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("where", "message", "allowed"),
    [
        ('"model.d_mlp" = 2', "model.d_mlp is not swept", "model.n_layers, model.biases"),
        ('"model.n_layers" = 3', "the sweep does not try model.n_layers = 3", "1, 2"),
        ('"model.n_layers" = [1, 5]', "the sweep does not try model.n_layers = 5", "1, 2"),
        ('"model.n_layers" = true', "the sweep does not try model.n_layers = true", "1, 2"),
        ('"model.biases" = 1', "the sweep does not try model.biases = 1", "false, true"),
    ],
)
def test_a_point_that_there_is_not_is_refused(toml, where, message, allowed):
    with pytest.raises(InvalidRecipe) as caught:
        limited(toml, where)
    (error,) = caught.value.errors
    assert (error.field, error.message, error.allowed) == ("expect.0.where", message, allowed)
    assert error.line is not None


def test_without_a_sweep_there_is_no_point_to_name(toml):
    with pytest.raises(InvalidRecipe) as caught:
        limited(toml, '"model.n_layers" = 1', sweep="")
    assert caught.value.errors[0].allowed == "none, for this recipe has no sweep"


def test_an_empty_list_of_values_is_refused(toml):
    with pytest.raises(InvalidRecipe, match="at least 1 item"):
        limited(toml, '"model.n_layers" = []')


def test_a_measure_is_needed_only_where_it_is_expected(toml):
    sweep = '\n[sweep]\n"measures.0.split" = ["train", "test"]\n'
    recipe = limited(toml, '"measures.0.split" = "train"', split="train", sweep=sweep)
    assert points_of(recipe) == [0]
    with pytest.raises(InvalidRecipe, match="'loss train' is not among the measures: loss test"):
        limited(toml, '"measures.0.split" = "test"', split="train", sweep=sweep)


def test_the_recipe_of_a_point_is_read_without_its_sweep(toml):
    recipe = limited(toml, '"model.n_layers" = 2')
    point = at_point(recipe, {"model.n_layers": 2, "model.biases": False})
    assert point_from_data(point.model_dump(mode="json")) == point
    assert list(point.expected_here()) == [0]


def test_it_says_where(toml):
    said = limited(toml, '"model.n_layers" = [1, 2], "model.biases" = true').expect[0]
    assert str(said) == "test loss at most 0.1 at the end, where model.n_layers = 1 or 2 and model.biases = true"
