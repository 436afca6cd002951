import pytest

from experiments.recipe.expectations import Expectation
from workers.science.events import Measured
from workers.science.expectations import Scoreboard


def score(expectation, values_by_step, *, measure="accuracy", split="test", component=""):
    scoreboard = Scoreboard({0: expectation}, [7])
    for step, value in values_by_step.items():
        scoreboard.see(Measured(step, measure, split, component, (7,), (value,)))
    (scored,) = scoreboard.scored()
    return scored.value, scored.step, scored.met


def expectation(at, **bounds):
    return Expectation(measure="accuracy", split="test", at=at, **bounds)


@pytest.mark.parametrize(
    ("at", "expected"),
    [("end", (0.6, 30, False)), ("any", (0.9, 20, True)), (11, (0.9, 20, True)), (25, (0.6, 30, False))],
)
def test_the_value_that_is_judged_is_the_one_the_expectation_speaks_of(at, expected):
    assert score(expectation(at, at_least=0.8), {0: 0.1, 10: 0.5, 20: 0.9, 30: 0.6}) == expected


def test_any_that_is_never_met_keeps_the_closest_value():
    assert score(expectation("any", at_least=0.8), {0: 0.1, 10: 0.7, 20: 0.3}) == (0.7, 10, False)


def test_any_that_is_met_keeps_the_first_value_that_met_it():
    assert score(expectation("any", at_most=0.5), {0: 0.9, 10: 0.4, 20: 0.3}) == (0.4, 10, True)


def test_both_bounds_must_hold():
    between = expectation("end", at_least=0.2, at_most=0.4)
    assert score(between, {0: 0.3})[2]
    assert not score(between, {0: 0.5})[2]
    assert not score(between, {0: 0.1})[2]


def test_a_value_that_is_no_number_meets_nothing():
    assert not score(expectation("any", at_least=0.0), {0: float("nan")})[2]


def test_what_was_never_measured_is_not_met():
    assert score(expectation(40, at_least=0.0), {0: 1.0}) == (None, None, False)


@pytest.mark.parametrize("other", [{"measure": "loss"}, {"split": "train"}, {"component": "W_E"}])
def test_other_measurements_do_not_count(other):
    assert score(expectation("end", at_least=0.0), {0: 1.0}, **other) == (None, None, False)
