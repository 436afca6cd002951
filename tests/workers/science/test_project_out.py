"""Frequencies that are taken away from what reads the operands of a modular task."""

import pytest
import torch

from experiments.recipe.interventions import ProjectOut
from tests.workers.science.runs import ADDITION, MLP, MemoryArchive, carry_out, recipe
from workers.science.fourier import frequency_norms
from workers.science.interventions.project_out import random_filter
from workers.science.randomness import generator

ONE_HOT = ADDITION | {"model": {"name": "mlp", "d_mlp": 8}}
READERS = [(ADDITION, "embed.W_E", 1), (MLP, "embed.W_E", 1), (ONE_HOT, "layers.0.W_in", 2)]
P = 7


def checkpoints(base=ADDITION, **asked):
    archive = MemoryArchive()
    interventions = [ProjectOut(**asked).model_dump(mode="json")] if asked else []
    carry_out(recipe(base, interventions=interventions), archive=archive)
    return archive.checkpoints


def norms(weight, n_operands=1):
    """Of frequencies 0 to 3, for each seed and operand."""
    blocks = weight[:, : n_operands * P].unflatten(1, (n_operands, P))
    return frequency_norms(blocks).flatten(0, 1)


@pytest.mark.parametrize(("base", "name", "n_operands"), READERS)
def test_what_is_taken_away_for_ever_is_gone_at_every_step_and_the_rest_learns(base, name, n_operands):
    plain, kept = checkpoints(base), checkpoints(base, frequencies=(2,))
    for step in (0, 5, 20):
        found = norms(kept[step][name], n_operands)
        assert found[:, 2].max() < 1e-6
        assert found[:, [0, 1, 3]].min() > 1e-3
    torch.testing.assert_close(norms(kept[0][name])[:, 3], norms(plain[0][name])[:, 3])
    assert not torch.equal(kept[0][name], kept[20][name])


def test_what_is_taken_away_once_grows_back():
    kept = checkpoints(frequencies=(2,), when="once")
    assert norms(kept[0]["embed.W_E"])[:, 2].max() < 1e-6
    assert norms(kept[20]["embed.W_E"])[:, 2].min() > 1e-3


def test_only_these_leaves_them_and_the_constant():
    found = norms(checkpoints(frequencies=(1, 3), leave="only-these")[20]["embed.W_E"])
    assert found[:, 2].max() < 1e-6
    assert found[:, [0, 1, 3]].min() > 1e-3


def test_the_row_of_the_equals_sign_and_the_other_weights_stay():
    plain, kept = checkpoints()[0], checkpoints(frequencies=(2,))[0]
    changed = {name for name in plain if not torch.equal(plain[name], kept[name])}
    assert changed == {"embed.W_E"}
    assert torch.equal(kept["embed.W_E"][:, P], plain["embed.W_E"][:, P])


def test_the_control_takes_as_many_dimensions_of_no_frequency_and_leaves_the_constant():
    filter_ = random_filter(P, 2, generator(0, "a test"))
    torch.testing.assert_close(filter_ @ filter_, filter_)
    assert filter_.trace().item() == pytest.approx(2.0)
    assert filter_.sum(dim=0).abs().max().item() == pytest.approx(0.0, abs=1e-12)
    kept = checkpoints(frequencies=(2,), by="random")[20]["embed.W_E"][:, :P]
    assert torch.linalg.matrix_rank(kept, atol=1e-5).tolist() == [P - 2, P - 2]
    assert norms(kept).min() > 1e-3
