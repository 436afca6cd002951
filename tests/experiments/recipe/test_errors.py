"""Bad recipes: every error at once, by dotted field, with value, allowed values and line."""

import json

import pytest

from experiments.recipe import InvalidRecipe, RecipeError, recipe_from_data, recipe_from_toml


def errors_of(toml: str) -> dict[str, RecipeError]:
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_toml(toml)
    return {error.field: error for error in caught.value.errors}


def test_unknown_task_names_the_known_ones(toml):
    error = errors_of(toml.replace("modular-addition", "modular-magic"))["task.name"]
    assert error.value == "modular-magic"
    assert "'modular-addition'" in error.allowed and "'previous-token'" in error.allowed
    assert error.line == 6


def test_negative_size_is_told_with_its_bound(toml):
    error = errors_of(toml.replace("modulus = 7", "modulus = -7"))["task.modulus"]
    assert (error.value, error.allowed, error.line) == (-7, "at least 3", 7)


def test_text_is_not_taken_for_a_number(toml):
    error = errors_of(toml.replace("modulus = 7", 'modulus = "7"'))["task.modulus"]
    assert error.value == "7"
    assert error.allowed == "a whole number"


def test_a_billion_steps_are_refused(toml):
    error = errors_of(toml.replace("steps = 100", "steps = 1_000_000_000"))["training.steps"]
    assert error.allowed == "at most 1000000"


def test_unknown_field_lists_the_fields_of_that_table(toml):
    error = errors_of(toml.replace("modulus", "modulos"))["task.modulos"]
    assert error.allowed == "name, modulus, train_fraction"


def test_branches_of_a_union_become_one_error(toml):
    error = errors_of(toml.replace("steps = 100", 'steps = 100\nbatch = "half"'))["training.batch"]
    assert error.allowed == "'full' or a whole number"


def test_all_errors_come_at_once(toml):
    bad = toml.replace("modulus = 7", "modulus = 0").replace("steps = 100", "steps = 0").replace("loss", "los")
    assert set(errors_of(bad)) == {"task.modulus", "training.steps", "measures.0.name"}


def test_broken_toml_names_its_line(toml):
    assert errors_of(toml.replace("modulus = 7", "modulus = "))[""].line == 7


@pytest.mark.parametrize("text", ["[" * 30_000, "a = " + "[" * 5_000, "x" * 70_000, "\x00", "= 1"])
def test_text_that_is_no_toml_is_an_error_not_a_crash(text):
    with pytest.raises(InvalidRecipe):
        recipe_from_toml(text)


@pytest.mark.parametrize("data", [None, 1, "text", [], {}, {"task": None}, {"seeds": {"a": 1}}])
def test_data_of_the_wrong_shape_is_an_error_not_a_crash(data):
    with pytest.raises(InvalidRecipe):
        recipe_from_data(data)


def test_not_a_number_is_refused(toml):
    assert "training.learning_rate" in errors_of(toml.replace("steps = 100", "learning_rate = nan"))


def test_a_validator_names_the_field_it_blames(toml):
    fresh = toml.replace('"modular-addition"\nmodulus = 7', '"previous-token"')
    assert "fresh examples" in errors_of(fresh)["training.batch"].message


def test_repeated_seed_is_refused(toml):
    assert errors_of(toml.replace("[0, 1, 2]", "[0, 1, 1]"))["seeds"].message == "given more than once: 1"


def test_heads_must_divide_the_model_width(toml):
    error = errors_of(toml + "\n[model]\nd_model = 30\nn_heads = 4\n")["model.n_heads"]
    assert "30 is not a multiple of n_heads 4" in error.message


def test_expectation_of_something_not_measured_is_refused(toml):
    expect = '\n[[expect]]\nmeasure = "accuracy"\nsplit = "test"\nat_least = 0.9\n'
    assert "loss test" in errors_of(toml + expect)["expect.0"].message


@pytest.mark.parametrize("number", ["nan", "-inf", "1e400", "9" * 5000, "0x" + "F" * 5000])
def test_numbers_no_computer_holds_are_told_in_plain_json(number, toml):
    (error,) = errors_of(toml.replace("modulus = 7", f"modulus = {number}")).values()
    assert json.dumps(error.as_json(), allow_nan=False)
