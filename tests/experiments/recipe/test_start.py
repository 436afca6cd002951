"""Starting from another run, and the interventions that look at it."""

import pytest

from experiments.recipe import InvalidRecipe, recipe_from_data

FOURIER = {"name": "fourier-loss", "coefficient": 1.0}
GRAFT = {"parameters": ["W_E"]}


def error_of(data, **changes):
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_data(data | changes)
    return caught.value.errors[0]


def test_a_run_can_be_gone_on_from(data):
    start = recipe_from_data(data | {"start": {"run": 42}}).start
    assert (start.is_fresh, start.seed, start.step, start.take) == (False, "same", "last", "everything")
    assert recipe_from_data(data).start.is_fresh


@pytest.mark.parametrize("asked", [{"step": 5}, {"seed": 0}, {"take": "nothing"}])
def test_nothing_can_be_taken_without_a_run(data, asked):
    assert error_of(data, start=asked).field == "start.run"


@pytest.mark.parametrize("start", [{"take": "grafts"}, {"grafts": [GRAFT]}])
def test_grafts_are_listed_when_they_are_what_is_taken_and_only_then(data, start):
    assert error_of(data, start={"run": 1} | start).field == "start.grafts"


def test_a_head_is_a_part_of_attention(data):
    graft = {"parameters": ["W_Q", "W_in"], "head": 1}
    error = error_of(data, start={"run": 1, "take": "grafts", "grafts": [graft]})
    assert "W_in has no heads" in error.message


def test_a_file_or_address_is_no_starting_point(data):
    assert error_of(data, start={"folder": "/tmp"}).field == "start.folder"


def test_the_magnitude_of_given_weights_needs_a_run(data):
    mask = {"name": "mask-weights", "keep": 0.5, "of": "given"}
    assert error_of(data, interventions=[mask]).field == "interventions.0.of"
    recipe_from_data(data | {"interventions": [mask], "start": {"run": 1, "take": "nothing"}})


def test_a_frequency_above_half_the_modulus_is_refused(data):
    error = error_of(data, interventions=[FOURIER | {"frequencies": [1, 4]}])
    assert "modulo 7 there is no 4; allowed: 1 to 3" in str(error)


def test_frequencies_are_given_once(data):
    assert "more than once" in error_of(data, interventions=[FOURIER | {"frequencies": [2, 2]}]).message


def test_fourier_loss_needs_a_modular_task(data):
    copy = {"name": "previous-token"}
    error = error_of(data, task=copy, training={"batch": 4}, interventions=[FOURIER])
    assert "needs a modular task" in error.message
