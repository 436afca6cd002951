"""Going on from another run's weights: whole, in part, of the same seed or of one for all."""

import pytest
import torch

from tests.workers.science.runs import ADDITION, MemoryArchive, carry_out, recipe
from workers.science.interventions.mask_weights import largest

ALL_SEEDS = (0, 1, 2)


class OtherRun:
    """The last weights of a run, seed by seed."""

    def __init__(self, weights, seeds=ALL_SEEDS):
        self.weights, self.seeds = weights, list(seeds)

    def load(self, seed):
        place = self.seeds.index(seed)
        return {name: weight[place] for name, weight in self.weights.items()}


def last_of(asked, **arguments):
    archive = MemoryArchive()
    carry_out(asked, archive=archive, **arguments)
    return archive.checkpoints


@pytest.fixture(scope="module")
def other():
    return OtherRun(last_of(recipe(), seeds=ALL_SEEDS)[20])


def first_weights(other, seeds=(0, 1), base=ADDITION, **start):
    return last_of(recipe(base, start={"run": 4} | start), seeds=seeds, start_from=other)[0]


def test_each_seed_goes_on_from_its_own(other):
    first = first_weights(other, seeds=(2, 0))
    assert all(torch.equal(first[name], weight[[2, 0]]) for name, weight in other.weights.items())


def test_all_seeds_can_start_from_one(other):
    first = first_weights(other, seed=2)
    assert all(torch.equal(first[name], weight[[2, 2]]) for name, weight in other.weights.items())


def test_seeds_that_start_from_one_still_differ_in_their_data(other):
    last = last_of(recipe(start={"run": 4, "seed": 2}), start_from=other)[20]
    assert not torch.equal(last["embed.W_E"][0], last["embed.W_E"][1])


def test_grafts_take_what_they_list_and_the_rest_is_drawn(other):
    first, drawn = first_weights(other, take="grafts", grafts=[{"parameters": ["W_E", "W_in"]}]), last_of(recipe())[0]
    taken = {"embed.W_E", "blocks.0.mlp.W_in"}
    for name in drawn:
        expected = other.weights[name][:2] if name in taken else drawn[name]
        assert torch.equal(first[name], expected), name


def test_a_graft_of_one_head_leaves_the_others(other):
    graft = {"parameters": ["W_Q", "W_O"], "layer": 0, "head": 1}
    first, drawn = first_weights(other, take="grafts", grafts=[graft]), last_of(recipe())[0]
    for name in ("blocks.0.attn.W_Q", "blocks.0.attn.W_O"):
        assert torch.equal(first[name][:, 1], other.weights[name][:2, 1])
        assert torch.equal(first[name][:, 0], drawn[name][:, 0])


def test_masks_can_look_at_weights_that_are_not_taken(other):
    mask = {"name": "mask-weights", "keep": 0.3, "of": "given"}
    first = first_weights(other, base=ADDITION | {"interventions": [mask]}, take="nothing")
    drawn = last_of(recipe())[0]
    kept = largest(other.weights["embed.W_E"][:2], 0.3)
    assert torch.equal(first["embed.W_E"], drawn["embed.W_E"] * kept)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": ADDITION["task"] | {"modulus": 11}}, r"embed.W_E of run 4 .* \(8, 8\) there and \(12, 8\)"),
        ({"model": ADDITION["model"] | {"biases": True}}, "run 4 has no blocks.0.attn.b_Q; it has embed.W_E"),
        ({"model": ADDITION["model"] | {"positions": "none"}}, "run 4 has pos_embed.W_pos, which the model"),
    ],
)
def test_weights_that_do_not_fit_are_told_with_both_shapes(other, change, message):
    with pytest.raises(ValueError, match=message):
        first_weights(other, base=ADDITION | change)


@pytest.mark.parametrize(
    ("graft", "message"),
    [
        ({"parameters": ["W_Q"], "layer": 1}, "no W_Q in layer 1"),
        ({"parameters": ["W_Q"], "head": 2}, "no head 2; allowed: 0 to 1"),
    ],
)
def test_a_graft_from_nowhere_is_refused(other, graft, message):
    with pytest.raises(ValueError, match=message):
        first_weights(other, take="grafts", grafts=[graft])


def test_recipe_and_driver_must_agree_on_whether_there_is_another_run(other):
    with pytest.raises(ValueError, match="starts from run 4, and checkpoints were not given"):
        carry_out(recipe(start={"run": 4}))
    with pytest.raises(ValueError, match="starts from no other run, and checkpoints were given"):
        carry_out(recipe(), start_from=other)
