"""Schedules always hold both ends, each step once, in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experiments.recipe.training import Schedule


@given(
    kind=st.sampled_from(["exponential", "linear", "mixed"]),
    count=st.integers(2, 2000),
    last=st.integers(1, 1_000_000),
)
def test_both_ends_are_in_and_the_count_is_not_passed(kind, count, last):
    steps = Schedule(schedule=kind, count=count).steps(last)
    assert steps[0] == 0 and steps[-1] == last
    assert steps == sorted(set(steps))
    assert len(steps) <= count + 2


def test_linear_steps_are_evenly_spaced():
    assert Schedule(schedule="linear", count=5).steps(100) == [0, 25, 50, 75, 100]


def test_exponential_steps_grow_by_a_constant_factor():
    assert Schedule(schedule="exponential", count=5).steps(1000) == [0, 1, 10, 100, 1000]


def test_listed_steps_beyond_the_end_are_left_out():
    assert Schedule(schedule="at", at=(5, 3, 50)).steps(10) == [0, 3, 5, 10]


@pytest.mark.parametrize("fields", [{"schedule": "at"}, {"schedule": "linear", "at": (1,)}])
def test_list_and_kind_must_agree(fields):
    with pytest.raises(ValidationError):
        Schedule(**fields)
