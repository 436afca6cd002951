"""Neurons of which it is known what they tell, read, and write."""

import pytest
import torch

from experiments.recipe.measures import NeuronAuroc, NeuronDirections
from tests.workers.science.runs import recipe
from workers.science.analyses.neuron_examples import tokens_at_the_top
from workers.science.measures import measure
from workers.science.neurons import auroc, directions, layer_of_neurons, main_state

TINY = recipe(
    task={"name": "othello", "size": 4, "n_test": 60},
    model={"n_layers": 1, "d_model": 16, "n_heads": 2, "d_mlp": 8},
    training={"steps": 1, "batch": 4},
    measures=[{"name": "loss"}],
)


def area(values, holds, asked=None):
    holds = torch.tensor(holds)
    asked = torch.ones_like(holds) if asked is None else torch.tensor(asked)
    return auroc(torch.tensor(values)[None, :, None], holds[None, :, None], asked[None]).item()


def test_a_detector_has_area_one_one_of_the_absence_zero_and_ties_count_half():
    assert area([0.1, 0.2, 3.0, 4.0], [False, False, True, True]) == 1.0
    assert area([5.0, 4.0, 1.0, 2.0], [False, False, True, True]) == 0.0
    assert area([1.0, 1.0, 1.0, 1.0], [False, True, False, True]) == 0.5
    assert area([1.0, 3.0, 2.0, 4.0], [False, False, True, True]) == 0.75  # 3 of the 4 pairs are in order
    assert area([0.0, 0.0, 0.0, 1.0], [False, False, True, True]) == 0.75  # two ties of four pairs


def test_what_is_not_asked_for_does_not_count():
    values, holds = [9.0, 0.0, 3.0, 4.0], [False, False, True, True]
    assert area(values, holds, [False, True, True, True]) == 1.0
    assert torch.isnan(torch.tensor(area(values, holds, [True, True, False, False])))


def test_a_neuron_that_reads_and_writes_a_direction_of_the_probe_has_cosine_one(setup, snapshot):
    state = main_state(snapshot)
    read = directions(snapshot, "blocks.0.hook_resid_mid", state)[:, :, 3, 0]
    w_in, w_out = (snapshot.weights[f"blocks.0.mlp.{name}"].clone() for name in ("W_in", "W_out"))
    w_in[:, :, 0] = 7 * read.float()
    w_out[:, 0] = -2 * read.float()
    changed = setup.snapshot(snapshot.weights | {"blocks.0.mlp.W_in": w_in, "blocks.0.mlp.W_out": w_out})
    found = layer_of_neurons(changed, state, 0)
    assert found.reads[:, 0, 3, 0].tolist() == pytest.approx([1.0, 1.0])
    assert found.in_out[:, 0].tolist() == pytest.approx([-1.0, -1.0])


def test_weights_that_were_never_trained_read_no_better_than_random_vectors(snapshot):
    values = measure(NeuronDirections(), snapshot)
    assert (values["reads L0"] - values["random L0"]).abs().max() < 0.15
    assert (values["in-out L0"].abs() < 0.25).all() and (values["erasing L0"] < 0.3).all()


def test_the_best_neuron_of_all_layers_is_scored_by_class(snapshot):
    values = measure(NeuronAuroc(), snapshot)
    assert values.keys() == {"", "L0", "mine", "theirs", "empty"}
    assert torch.equal(values[""], values["L0"])  # there is one layer
    assert ((values[""] > 0.4) & (values[""] < 0.95)).all()


def test_shares_of_tokens_add_up_to_one(snapshot):
    shares = tokens_at_the_top(snapshot, 0, torch.tensor([[0, 1, 2], [5, 6, 7]]))
    assert shares.shape == (2, 3, 13)
    assert torch.allclose(shares.sum(-1), torch.ones(2, 3).double())
