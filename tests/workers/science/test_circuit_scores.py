"""Scores of weights that are known by hand, and those of TransformerLens."""

import pytest
import torch

from experiments.recipe.measures import CompositionScores, CopyingScore
from tests.workers.science.hand_built import moment, previous_token_weights
from tests.workers.science.parity import bridge_of, model_with, weights_of
from workers.science.measures import measure
from workers.science.mechanisms.circuits import composition_scores, copying_scores, random_composition

W_O, W_V = "blocks.0.attn.W_O", "blocks.0.attn.W_V"


def test_a_head_that_copies_scores_one_and_an_idle_one_zero():
    found = measure(CopyingScore(), moment())
    assert found["L0H0"].tolist() == pytest.approx([1.0, 0.0])
    assert found["L0H1"].tolist() == pytest.approx([0.0, 1.0])
    assert found["largest head"].tolist() == pytest.approx([1.0, 1.0])


def test_a_head_that_says_anything_but_what_it_reads_scores_minus_one():
    weights = previous_token_weights()
    weights[W_O] = -weights[W_O]
    assert measure(CopyingScore(), moment(weights))["L0H0"].tolist() == pytest.approx([-1.0, 0.0])


def test_a_head_that_says_the_next_token_does_not_copy():
    """The eigenvalues of a cycle are the roots of unity: they add up to 0."""
    weights = previous_token_weights()
    weights[W_V] = weights[W_V].roll(1, dims=-1)
    assert measure(CopyingScore(), moment(weights))["L0H0"].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_eigenvalues_are_those_of_transformer_lens():
    model = model_with(biases=True)
    weights = weights_of(model)
    bridge = bridge_of(model, weights, 1)
    circuit = bridge.OV  # a FactoredMatrix (layer, head, d_model, d_model)
    full = bridge.W_E[:6] @ circuit @ bridge.W_U
    eigenvalues = full.eigenvalues  # (layer, head, d_head)
    theirs = eigenvalues.real.sum(-1) / eigenvalues.abs().sum(-1)
    ours = copying_scores(model, weights)[1].view(2, 2)
    torch.testing.assert_close(ours, theirs.double(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("of", ["Q", "K", "V"])
def test_composition_is_that_of_transformer_lens(of):
    model = model_with(n_layers=3)
    weights = weights_of(model)
    theirs = bridge_of(model, weights, 1).all_composition_scores(of).scores  # (layer, head, layer, head)
    ours = composition_scores(model, weights, of)[1].view(3, 2, 3, 2)
    later = torch.ones(3, 3).triu(1)[:, None, :, None]
    torch.testing.assert_close(ours * later, theirs.double(), atol=1e-6, rtol=0)


def two_layers_of_one_direction(writes, reads):
    """Heads of rank one: the first layer's write to one direction, the second layer's keys read another."""
    model = model_with(d_mlp=0, n_heads=1)
    weights = {name: torch.zeros(2, *shape, dtype=torch.float64) for name, shape in model.shapes.items()}
    weights["blocks.0.attn.W_V"][:, :, 0, 0] = weights["blocks.1.attn.W_Q"][:, :, 0, 0] = 1.0
    weights["blocks.0.attn.W_O"][:, :, 0, writes] = weights["blocks.1.attn.W_K"][:, :, reads, 0] = 1.0
    return moment(weights, model)


@pytest.mark.parametrize(("reads", "score"), [(3, 1.0), (4, 0.0)])
def test_a_head_that_reads_the_one_direction_that_is_written_composes_fully(reads, score):
    snapshot = two_layers_of_one_direction(writes=3, reads=reads)
    found = measure(CompositionScores(), snapshot)
    assert list(found) == ["K largest", "K L0H0 to L1H0"]
    assert found["K largest"].tolist() == pytest.approx([score - random_composition(16, 6)] * 2)


@pytest.mark.parametrize(("d_model", "d_head"), [(16, 4), (64, 16), (128, 8)])
def test_random_heads_compose_by_chance(d_model, d_head):
    assert random_composition(d_model, d_head) == pytest.approx(d_model**-0.5, rel=0.05)
