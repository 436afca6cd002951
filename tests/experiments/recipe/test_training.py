"""What training and task may ask of each other."""

import pytest

from experiments.recipe import InvalidRecipe, recipe_from_data

COPY = {"name": "previous-token", "vocabulary": 8, "length": 4}


def error_of(data, **changes):
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_data(data | changes)
    (error,) = caught.value.errors
    return error


@pytest.mark.parametrize(
    "training",
    [
        {"learning_rate_schedule": "step"},
        {"learning_rate_schedule": "constant", "step_at": [5]},
        {"learning_rate_schedule": "cosine", "warmup_steps": 100},
        {"sampling": "epochs"},
    ],
)
def test_fields_that_disagree_are_refused(data, training):
    assert error_of(data, training={"steps": 100} | training).field.startswith("training.")


def test_epochs_need_a_fixed_training_set(data):
    error = error_of(data, task=COPY, training={"batch": 4, "sampling": "epochs"})
    assert (error.field, "fresh" in error.message) == ("training.sampling", True)


def test_an_answer_that_is_not_there_is_told_with_those_that_are(data):
    error = error_of(data, task=COPY, training={"batch": 4, "loss_at": [0, 3]})
    assert error.field == "training.loss_at"
    assert "has no answer 3; allowed: 0 to 2" in str(error)


def test_the_same_answer_twice_is_refused(data):
    assert "more than once" in error_of(data, task=COPY, training={"batch": 4, "loss_at": [1, 1]}).message


def test_a_limit_of_the_gradient_is_above_zero_or_absent(data):
    assert recipe_from_data(data).training.max_gradient_norm is None
    assert error_of(data, training={"max_gradient_norm": 0.0}).field == "training.max_gradient_norm"
