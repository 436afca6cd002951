"""The circuits of a head that picks the largest number, built by hand."""

import pytest
import torch

from experiments.recipe.measures import LargestError, ValueCopying, ValueOrder
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import ReduceList
from tests.workers.science.runs import PREVIOUS_TOKEN, carry_out, of_kind, recipe
from workers.science.events import Analysed
from workers.science.measures import measure
from workers.science.randomness import generator
from workers.science.setup import set_up
from workers.science.value_circuits import share_in_order

V = 5
LISTS = PREVIOUS_TOKEN | {
    "problem": "3.5",
    "task": {"name": "reduce-list", "vocabulary": V},
    "model": {"name": "transformer", "d_model": V + 1, "n_heads": 1, "d_mlp": 0},
    "measures": [{"name": "accuracy"}],
}


def by_hand(setup, score_of):
    """One head on one-hot embeddings: "=" asks for score_of(v) of each number v, and what is attended to is copied."""
    weights = {name: torch.zeros(1, *shape) for name, shape in setup.model.shapes.items()}
    weights["embed.W_E"][0] = torch.eye(V + 1)
    weights["blocks.0.attn.W_Q"][0, 0, V, 0] = 1.0
    weights["blocks.0.attn.W_K"][0, 0, :V, 0] = torch.tensor([float(score_of(v)) for v in range(V)])
    for name in ("W_V", "W_O"):
        weights[f"blocks.0.attn.{name}"][0, 0] = torch.eye(V + 1)
    weights["unembed.W_U"][0] = torch.eye(V + 1)[:, :V]
    return setup.snapshot(weights)


def snapshot(score_of, **task):
    return by_hand(set_up(recipe(LISTS, task=LISTS["task"] | task), (0,), torch.device("cpu")), score_of)


@pytest.mark.parametrize(
    ("operation", "score_of", "share"),
    [
        ("max", lambda v: 9 * v, 1.0),
        ("min", lambda v: 9 * v, 0.0),
        ("min", lambda v: -9 * v, 1.0),
        ("max", lambda v: 9 * (v > 2), 0.6),  # of the ten pairs, the six with one number on either side
    ],
)
def test_the_share_of_pairs_in_order_is_counted(operation, score_of, share):
    values = measure(ValueOrder(), snapshot(score_of, operation=operation))
    assert values[""].item() == values["L0H0"].item() == pytest.approx(share)


def test_places_count_as_well_as_numbers():
    scores = torch.tensor([[0.0, 10.0], [1.0, 11.0]])  # (number, place): the second place always wins
    assert share_in_order(scores, largest_first=True).item() == pytest.approx(0.5)


def test_a_head_that_copies_and_one_that_writes_the_same_everywhere():
    copying = snapshot(lambda v: 9 * v)
    assert measure(ValueCopying(), copying)[""].item() == 1.0
    copying.weights["unembed.W_U"][0] = torch.arange(V).expand(V + 1, V)
    assert measure(ValueCopying(), copying)[""].item() == pytest.approx(1 / V)


def test_the_largest_error_is_that_of_the_worst_answer():
    assert measure(LargestError(), snapshot(lambda v: 9 * v))[""].item() == 0
    assert measure(LargestError(), snapshot(lambda v: -9 * v))[""].item() == V - 1


def test_the_panels_show_both_circuits_of_every_head_and_seed():
    run = recipe(LISTS, model=LISTS["model"] | {"n_heads": 2}, analyses=[{"name": "value-circuits"}])
    scores, logits = (event.panel for event in of_kind(Analysed, carry_out(run)))
    assert [(s.name, s.seed) for s in scores.series] == [("L0H0", 0), ("L0H1", 0), ("L0H0", 1), ("L0H1", 1)]
    assert len(logits.grids) == 4 and len(logits.grids[0].z) == len(logits.grids[0].z[0]) == V


def test_a_network_without_layers_has_no_circuits():
    run = recipe(LISTS, model=LISTS["model"] | {"n_layers": 0}, analyses=[{"name": "value-circuits"}])
    assert not of_kind(Analysed, carry_out(run))


@pytest.mark.parametrize("model", [{"n_layers": 2}, {"normalization": "LN"}])
def test_what_is_read_off_one_layer_is_asked_of_no_other(model):
    assert not ValueOrder().fits(ReduceList(), TransformerSpec(**model))


def test_random_heads_have_no_order():
    scores = torch.randn(64, 2, generator=generator(0, "scores"))
    assert share_in_order(scores, largest_first=True).item() == pytest.approx(0.5, abs=0.1)
