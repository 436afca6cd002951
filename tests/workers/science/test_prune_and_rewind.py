"""Iterative magnitude pruning in one run: train, prune, go back, train again."""

import pytest
import torch

from experiments.recipe.interventions import PruneAndRewind
from tests.workers.science.runs import MemoryArchive, carry_out, recipe
from workers.science.interventions.mask_weights import largest

EVERY = 4
SHOWN = {"schedule": "at", "at": [4, 5, 8, 9, 12]}


def checkpoints(training=None, **asked):
    archive = MemoryArchive()
    spec = PruneAndRewind(every=EVERY, **asked).model_dump(mode="json")
    given = {"steps": 12, "learning_rate": 1e-2, "warmup_steps": 0} | (training or {})
    carry_out(recipe(interventions=[spec], training=given, checkpoints=SHOWN), archive=archive)
    return archive.checkpoints


def share_left(weights):
    return {name: (weight != 0).flatten(1).double().mean(1).tolist() for name, weight in weights.items()}


def test_what_is_pruned_are_the_smallest_trained_entries_and_they_stay_zero():
    kept = checkpoints(keep=0.5)
    for name, trained in kept[4].items():
        left = largest(trained, 0.5)
        assert torch.equal(kept[5][name] != 0, left)
        assert torch.equal(kept[12][name] != 0, left)


def test_the_survivors_go_back_to_their_first_values():
    kept = checkpoints({"learning_rate": 1e-9}, keep=0.5)
    for name, weight in kept[5].items():
        first = kept[0][name]
        assert torch.allclose(weight[weight != 0], first[weight != 0], atol=1e-7)


def test_each_round_prunes_the_same_share_of_what_is_left():
    kept = checkpoints(keep=0.25, rounds=2)
    for name, weight in kept[0].items():
        exactly = 0.5 / weight[0].numel()
        assert share_left(kept[5])[name] == pytest.approx([0.5, 0.5], abs=exactly)
        assert share_left(kept[9])[name] == pytest.approx([0.25, 0.25], abs=exactly)
    assert all(torch.all((kept[9][name] == 0) >= (kept[5][name] == 0)) for name in kept[0])


@pytest.mark.parametrize("control", [{"by": "random"}, {"survivors": "shuffled"}])
def test_the_controls_leave_as_much_but_something_else(control):
    ours, theirs = checkpoints(keep=0.5), checkpoints(keep=0.5, **control)
    assert share_left(ours[5]) == share_left(theirs[5])
    name = "blocks.0.mlp.W_in"
    assert torch.equal(ours[4][name], theirs[4][name])
    assert not torch.equal(ours[5][name], theirs[5][name])
    assert torch.equal(ours[5][name] == 0, theirs[5][name] == 0) == ("survivors" in control)


def test_shuffled_survivors_have_the_values_of_the_matrix_in_another_order():
    kept = checkpoints({"learning_rate": 1e-9}, keep=1.0, survivors="shuffled")
    for name, weight in kept[5].items():
        assert torch.allclose(weight.flatten(1).sort().values, kept[0][name].flatten(1).sort().values, atol=1e-7)
        assert not torch.allclose(weight, kept[0][name], atol=1e-3)


def test_only_the_named_matrices_are_pruned_and_all_go_back():
    kept = checkpoints({"learning_rate": 1e-9}, keep=0.5, parameters=("W_in",))
    shares = {name: share[0] for name, share in share_left(kept[5]).items()}
    assert {name for name, share in shares.items() if share < 1} == {"blocks.0.mlp.W_in"}


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd"])
def test_the_optimizer_begins_anew(optimizer):
    """With nothing pruned, a second round repeats the first one bit for bit."""
    kept = checkpoints({"optimizer": optimizer, "momentum": 0.9, "warmup_steps": 3}, keep=1.0)
    assert all(torch.equal(kept[4][name], kept[8][name]) for name in kept[4])
