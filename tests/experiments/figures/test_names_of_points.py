"""What is special about a grid point is said in few words, and in as many as it takes."""

from experiments.recipe import recipe_from_toml
from experiments.selectors.measured import points_of
from tests.experiments.making import recipe_toml

MASK = '\n[[interventions]]\nname = "mask-weights"\nkeep = 0.5\n'


def test_a_field_goes_by_its_last_word():
    recipe = recipe_from_toml(recipe_toml() + '\n[sweep]\n"model.d_mlp" = [8, 0]\n')
    assert points_of(recipe) == {0: "d_mlp = 8", 1: "d_mlp = 0"}


def test_fields_with_the_same_last_word_go_by_their_paths():
    sweep = '\n[sweep]\n"interventions.0.keep" = [0.1]\n"interventions.1.keep" = [0.2]\n"model.d_mlp" = [8]\n'
    recipe = recipe_from_toml(recipe_toml() + MASK + MASK + sweep)
    assert points_of(recipe) == {0: "interventions.0.keep = 0.1, interventions.1.keep = 0.2, d_mlp = 8"}


def test_without_a_sweep_there_is_nothing_special():
    assert points_of(recipe_from_toml(recipe_toml())) == {}
