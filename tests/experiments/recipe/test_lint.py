"""Advice that refuses nothing."""

from experiments.recipe import recipe_from_toml
from experiments.recipe.lint import lint


def advice(toml: str) -> str:
    return "\n".join(lint(recipe_from_toml(toml)))


def test_two_seeds_are_few(toml):
    assert "at least three" in advice(toml.replace("[0, 1, 2]", "[0, 1]"))
    assert "at least three" not in advice(toml)


def test_late_checkpoints_only_miss_early_phases(toml):
    assert "first tenth" in advice(toml + '\n[checkpoints]\nschedule = "linear"\ncount = 10\n')
    assert "first tenth" not in advice(toml)


def test_one_kind_of_measure_hides_the_other_view(toml):
    assert "Only continuous" in advice(toml)
    assert "Only" not in advice(toml + '\n[[measures]]\nname = "accuracy"\n')


def test_missing_expectation_is_mentioned(toml):
    assert "No expectation" in advice(toml)
    assert "No expectation" not in advice(toml + '\n[[expect]]\nmeasure = "loss"\nsplit = "test"\nat_most = 1.0\n')


def test_a_task_answered_with_numbers_has_no_discrete_measure_to_add(toml):
    features = toml.replace('"modular-addition"\nmodulus = 7', '"feature-reconstruct"')
    features = features.replace("steps = 100", "steps = 100\nbatch = 8") + '\n[model]\nname = "toy-model"\n'
    assert "Only" not in advice(features)
