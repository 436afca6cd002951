"""Likeness of parts, where it is known by hand."""

import pytest
import torch

from experiments.recipe import InvalidRecipe, recipe_from_data
from tests.workers.science.runs import ADDITION, carry_out, of_kind, recipe
from workers.science.events import Measured
from workers.science.measures.part_similarity import linear_cka, overlap

ADD = {"name": "modular-addition", "modulus": 7, "train_fraction": 0.5}
PARTS = [{"name": "add", "task": ADD}, {"name": "subtract", "task": ADD | {"name": "modular-subtraction"}}]
X = torch.tensor([[[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]]], dtype=torch.float64)  # (seed, example, neuron)
ONLY = {"measures": [{"name": "part-similarity"}]}


def test_cka_does_not_see_rotation_scale_nor_mean():
    turned = X @ torch.tensor([[0.6, 0.8], [-0.8, 0.6]], dtype=torch.float64)
    assert linear_cka(X, 3 * turned + 5).item() == pytest.approx(1.0)


def test_cka_of_neurons_that_have_nothing_to_do_with_each_other_is_zero():
    first = torch.tensor([[[1.0], [1.0], [-1.0], [-1.0]]], dtype=torch.float64)
    second = torch.tensor([[[1.0], [-1.0], [1.0], [-1.0]]], dtype=torch.float64)
    assert linear_cka(first, second).item() == pytest.approx(0.0)
    # X^T X = diag(2, 8); of its first column alone, (2)
    assert linear_cka(X, X[:, :, :1]).item() == pytest.approx(4 / ((4 + 64) ** 0.5 * 2))


def test_spectra_overlap_in_what_both_have_at_the_same_frequency():
    p = torch.tensor([[0.2, 0.2, 0.0], [1.0, 0.0, 0.0]])
    q = torch.tensor([[0.3, 0.0, 0.1], [0.0, 0.5, 0.0]])
    assert overlap(p, q).tolist() == pytest.approx([0.5, 0.0])


@pytest.mark.parametrize("model", [{"name": "mlp", "d_mlp": 12}, {"name": "transformer", "d_model": 8, "d_mlp": 12}])
def test_it_is_measured_for_every_two_parts_and_same_parts_are_the_same(model):
    same = {"name": "again", "task": ADD}
    task = {"name": "mixture", "parts": [*PARTS, same], "operation_token": False}
    events = carry_out(recipe(task=task, model=model, **ONLY))
    at_end = {event.component: event.values for event in of_kind(Measured, events) if event.step == 20}
    assert set(at_end) == {
        f"{what} {pair}"
        for what in ("neurons", "frequencies")
        for pair in ("add subtract", "add again", "subtract again")
    }
    assert all(0 <= value <= 1 + 1e-9 for values in at_end.values() for value in values)
    for what in ("neurons", "frequencies"):  # without an operation token both parts are one and the same to the network
        assert at_end[f"{what} add again"] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize(
    "task",
    [ADD, {"name": "mixture", "parts": [PARTS[0], {"name": "times", "task": ADD | {"name": "modular-division"}}]}],
)
def test_parts_that_do_not_add_or_subtract_are_refused(task):
    with pytest.raises(InvalidRecipe, match="'part-similarity' needs a model with neurons, and parts"):
        recipe_from_data(ADDITION | {"task": task} | ONLY)
