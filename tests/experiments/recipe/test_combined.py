"""Tasks made of tasks: their sizes, their shares of a batch, and what measures may ask of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.recipe import InvalidRecipe, recipe_from_data
from experiments.recipe.combined import Mixture, TwoPhase
from experiments.recipe.shares import apportioned, counts_at, phases, shares_at
from experiments.recipe.tasks import ModularAddition

ADD = {"name": "modular-addition", "modulus": 7, "train_fraction": 0.5}
SUBTRACT = ADD | {"name": "modular-subtraction"}
COPY = {"name": "previous-token", "vocabulary": 8, "length": 3}
FINE_TUNING = {"name": "two-phase", "first": ADD, "second": SUBTRACT, "switch_at": 40}
MIXED = {"name": "mixture", "parts": [{"name": "add", "task": ADD, "weight": 3.0}, {"name": "sub", "task": SUBTRACT}]}


def error_of(data, **changes):
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_data(data | changes)
    (error,) = caught.value.errors
    return error


def test_an_operation_token_needs_one_position_and_a_token_for_each_part():
    plain, told = Mixture(**MIXED, operation_token=False), Mixture(**MIXED)
    assert (plain.n_ctx, plain.d_vocab) == (3, 8)
    assert (told.n_ctx, told.d_vocab, told.d_vocab_out) == (4, 10, 7)


def test_sizes_of_the_data_add_up():
    assert (Mixture(**MIXED).n_train, Mixture(**MIXED).n_test) == (2 * 24, 2 * 25)


def test_a_task_is_followed_by_the_other_and_a_share_may_stay():
    task = TwoPhase(**FINE_TUNING, kept=0.25)
    assert shares_at(task, 39) == {"first": 1.0}
    assert shares_at(task, 40) == {"first": 0.25, "second": 0.75}
    assert phases(task, 100) == [(0, 40), (40, 60)]


def test_weights_of_a_mixture_become_shares():
    assert shares_at(Mixture(**MIXED), 0) == {"add": 0.75, "sub": 0.25}
    assert counts_at(Mixture(**MIXED), 8, 5) == {"add": 6, "sub": 2}


def test_a_part_without_weight_is_not_trained_and_one_has_to_be():
    parts = [part | {"weight": weight} for part, weight in zip(MIXED["parts"], (2.0, 0.0), strict=True)]
    task = Mixture(name="mixture", parts=parts)
    assert (shares_at(task, 0), counts_at(task, "full", 0)) == ({"add": 1.0}, {"add": 24})
    with pytest.raises(ValueError, match="parts: all of them have weight 0"):
        Mixture(name="mixture", parts=[part | {"weight": 0.0} for part in parts])


def test_a_full_batch_is_the_training_set_of_every_part_at_work():
    task = TwoPhase(**FINE_TUNING)
    assert counts_at(task, "full", 0) == {"first": 24}
    assert counts_at(task, "full", 40) == {"second": 24}
    assert counts_at(ModularAddition(modulus=7), "full", 0) == {"": 15}


@given(total=st.integers(1, 500), weights=st.lists(st.floats(0.01, 10), min_size=1, max_size=8))
def test_a_batch_is_shared_out_whole_and_fairly(total, weights):
    shares = {str(place): weight / sum(weights) for place, weight in enumerate(weights)}
    counts = apportioned(total, shares)
    assert sum(counts.values()) == total
    assert all(abs(counts[name] - total * share) < 1.001 for name, share in shares.items())


def test_parts_of_other_sizes_are_refused_with_both_sizes(data):
    error = error_of(data, task=FINE_TUNING | {"second": ADD | {"modulus": 11}})
    assert error.field == "task"
    assert "part 'second' has d_vocab 12 and part 'first' has 8" in error.message


def test_parts_with_the_same_name_are_refused(data):
    error = error_of(data, task=MIXED | {"parts": [MIXED["parts"][0]] * 2})
    assert "two of them have the same name" in error.message


def test_a_switch_after_the_end_is_refused(data):
    assert error_of(data, task=FINE_TUNING | {"switch_at": 100}).field == "task.switch_at"


def test_a_batch_that_cannot_hold_a_share_is_refused(data):
    error = error_of(data, task=FINE_TUNING | {"kept": 0.01}, training={"steps": 100, "batch": 8})
    assert (error.field, "part 'first'" in error.message) == ("training.batch", True)


def test_an_unknown_task_within_a_task_names_the_known_ones(data):
    error = error_of(data, task=FINE_TUNING | {"second": {"name": "chess"}})
    assert error.field == "task.second.name"
    assert "'modular-addition'" in error.allowed


def test_a_measure_of_an_unknown_part_names_the_known_ones(data):
    error = error_of(data, task=FINE_TUNING, measures=[{"name": "loss", "part": "third"}])
    assert (error.field, "'first', 'second'" in str(error)) == ("measures.0.part", True)
    assert "no parts" in str(error_of(data, measures=[{"name": "loss", "part": "first"}]))


def test_the_train_split_of_a_part_needs_a_training_set(data):
    mixed = MIXED | {"parts": [{"name": "here", "task": COPY}, {"name": "there", "task": COPY}]}
    measures = [{"name": "loss", "part": "there", "split": "train"}]
    error = error_of(data, task=mixed, training={"batch": 4}, measures=measures)
    assert (error.field, "part 'there' has no fixed training set" in error.message) == ("measures.0.split", True)


def test_an_expectation_names_a_part_that_is_measured(data):
    measures = [{"name": "accuracy", "part": "second"}]
    expected = {"measure": "accuracy", "split": "test", "component": "second", "at_least": 0.9}
    recipe_from_data(data | {"task": FINE_TUNING, "measures": measures, "expect": [expected]})
    for component in ("", "first"):
        error = error_of(data, task=FINE_TUNING, measures=measures, expect=[expected | {"component": component}])
        assert "is not among the measures: accuracy test second" in error.message
