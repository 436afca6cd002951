import pytest
import torch

from experiments.recipe.interventions import MaskWeights
from tests.workers.science.runs import MemoryArchive, carry_out, recipe
from workers.science.interventions.mask_weights import largest


def checkpoints(training=None, **mask):
    archive = MemoryArchive()
    spec = MaskWeights(**mask).model_dump(mode="json")
    asked = recipe(interventions=[spec]) if training is None else recipe(interventions=[spec], training=training)
    carry_out(asked, archive=archive)
    return archive.checkpoints


def unmasked():
    archive = MemoryArchive()
    carry_out(recipe(), archive=archive)
    return archive.checkpoints[0]


def test_the_largest_entries_of_each_seed_are_kept():
    values = torch.tensor([[[1.0, -4.0], [3.0, 2.0]], [[0.5, 0.0], [0.0, -0.25]]])
    assert largest(values, 0.5).tolist() == [[[False, True], [True, False]], [[True, False], [False, True]]]


def test_of_equal_entries_the_earlier_is_kept():
    assert largest(torch.ones(1, 5), 0.4).tolist() == [[True, True, False, False, False]]


def test_the_small_entries_are_zero_at_the_start_and_the_others_as_drawn():
    first = checkpoints(keep=0.25)[0]
    for name, drawn in unmasked().items():
        kept = largest(drawn, 0.25)
        assert torch.equal(first[name], drawn * kept)


@pytest.mark.parametrize("by", ["magnitude", "random"])
def test_the_stated_share_of_each_matrix_and_seed_stays(by):
    first = checkpoints(keep=0.25, by=by)[0]
    for weight in first.values():
        shares = (weight != 0).flatten(1).double().mean(dim=1)
        assert shares.tolist() == pytest.approx([0.25, 0.25], abs=0.5 / weight[0].numel())


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd"])
def test_what_is_masked_for_ever_stays_zero_under_every_optimizer(optimizer):
    training = {"steps": 20, "optimizer": optimizer, "momentum": 0.9, "learning_rate": 1e-2, "max_gradient_norm": 1.0}
    kept = checkpoints(training, keep=0.25)
    for name, first in kept[0].items():
        assert torch.equal(kept[20][name] == 0, first == 0)
        assert not torch.equal(kept[20][name], first)


def test_what_is_masked_once_grows_back():
    kept = checkpoints(keep=0.25, when="once")
    assert (kept[20]["embed.W_E"] == 0).sum() < 0.5 * (kept[0]["embed.W_E"] == 0).sum()


def test_only_the_named_matrices_are_masked():
    first, drawn = checkpoints(keep=0.5, parameters=("W_in", "W_out"))[0], unmasked()
    changed = {name for name in first if not torch.equal(first[name], drawn[name])}
    assert changed == {"blocks.0.mlp.W_in", "blocks.0.mlp.W_out"}


def test_random_masks_differ_between_seeds_and_matrices():
    first = checkpoints(keep=0.5, by="random")[0]
    zero = first["blocks.0.attn.W_Q"] == 0, first["blocks.0.attn.W_K"] == 0
    assert not torch.equal(zero[0][0], zero[0][1]) and not torch.equal(zero[0], zero[1])
