"""Neurons whose rule is known."""

import pytest
import torch

from experiments.recipe.measures import NeuronRules
from tests.workers.science.runs import carry_out, of_kind, recipe
from workers.science.events import Analysed
from workers.science.measures import measure
from workers.science.neuron_rules import f1_of, firing_threshold, precision_and_recall, rules_of, said_of, scores_of
from workers.science.neurons import directions, layer_of_neurons, main_state

TINY = recipe(
    task={"name": "othello", "size": 4, "n_test": 60},
    model={"n_layers": 2, "d_model": 16, "n_heads": 2, "d_mlp": 8},
    training={"steps": 1, "batch": 4},
    measures=[{"name": "loss"}],
    analyses=[{"name": "neuron-map"}],
)


def bools(*rows):
    return torch.tensor(rows, dtype=torch.bool).T[None]


def test_precision_and_recall_of_four_answers():
    fires, holds = bools([1, 1, 0, 0], [1, 0, 0, 0]), bools([1, 1, 1, 0], [0, 0, 0, 1])
    precision, recall = precision_and_recall(fires, holds)
    assert precision[0].tolist() == pytest.approx([2 / 3, 0.0]) and recall[0].tolist() == pytest.approx([1.0, 0.0])
    assert f1_of(precision, recall)[0].tolist() == pytest.approx([0.8, 0.0])


def test_a_rule_that_never_holds_and_a_neuron_that_never_fires_score_nothing():
    nothing, everything = bools([0, 0, 0]), bools([1, 1, 1])
    assert [s.item() for s in precision_and_recall(everything, nothing)] == [0.0, 0.0]
    assert [s.item() for s in precision_and_recall(nothing, everything)] == [0.0, 0.0]


# one seed, ten answers, of which the last is not asked for; two items with classes 0 to 2
CLASSES = torch.tensor([[0, 0, 0, 1, 1, 2, 0, 1, 2, -1], [2, 1, 2, 2, 0, 0, 0, 1, 1, -1]]).T[None]
BOTH = ((CLASSES[..., 0] == 0) & (CLASSES[..., 1] == 2)).double()[..., None]  # a neuron that fires where both hold


def test_two_conditions_together_are_the_rule_of_a_neuron_that_needs_both():
    conditions = torch.tensor([[[0 * 3 + 0, 1 * 3 + 2]]])
    precision, recall = scores_of((BOTH, CLASSES), torch.full((1, 1), 0.5), conditions, 3)
    assert precision[0, 0].tolist() == pytest.approx([0.5, 1.0])  # class 0 of the first item holds four times
    assert recall[0, 0].tolist() == [1.0, 1.0]


def test_a_tenth_of_the_answers_that_are_asked_for_lies_above_the_threshold():
    activations = torch.arange(100.0)[None, :, None]
    classes = torch.zeros(1, 100, 1, dtype=torch.int64)
    assert (activations > firing_threshold(activations, classes)).sum() == 10
    classes[:, 50:] = -1
    assert firing_threshold(activations, classes).item() == pytest.approx(0.9 * 49)


def test_a_neuron_that_reads_the_direction_of_a_class_has_it_for_its_first_condition(setup, snapshot):
    state = main_state(snapshot)
    read = directions(snapshot, "blocks.0.hook_resid_mid", state)[:, :, 5, 1]
    w_in = snapshot.weights["blocks.0.mlp.W_in"].clone()
    w_in[:, :, 3] = 50 * read.float()
    changed = setup.snapshot(snapshot.weights | {"blocks.0.mlp.W_in": w_in})
    rules = rules_of(changed, state, 0, layer_of_neurons(changed, state, 0).reads)
    assert rules.conditions[:, 3, 0].tolist() == [5 * 3 + 1] * 2
    assert (rules.precision[:, 3] > 0.1).all()
    named = said_of(rules, state, 0)[3]
    assert named.startswith("theirs of b2") and named.count(" and ") == rules.n_conditions[0, 3] - 1


def test_layers_have_their_means_and_there_is_a_control(snapshot):
    values = measure(NeuronRules(), snapshot)
    kinds = ("precision", "recall", "f1", "shuffled f1")
    assert set(values) == {f"{kind}{layer}" for kind in kinds for layer in ("", " L0", " L1")}
    torch.testing.assert_close(values["recall"], (values["recall L0"] + values["recall L1"]) / 2)
    assert all(((value >= 0) & (value <= 1)).all() for value in values.values())


def test_each_neuron_is_a_point_with_its_rule_beside_it():
    (*_, panel) = (e.panel for e in of_kind(Analysed, carry_out(TINY)))
    assert panel.key == "neuron-rules" and panel.x.label == "recall" and panel.y.label == "precision"
    assert [(s.name, s.seed, len(s.x)) for s in panel.series] == [(f"L{n}", seed, 8) for n in (0, 1) for seed in (0, 1)]
    assert " of " in panel.series[0].text[0]
