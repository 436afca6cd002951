import pytest
import torch

from workers.science.randomness import generator


def draw(*arguments):
    return torch.rand(4, generator=generator(*arguments))


def test_the_same_seed_purpose_and_step_give_the_same_draws():
    assert torch.equal(draw(3, "batch", 7), draw(3, "batch", 7))


@pytest.mark.parametrize("other", [(4, "batch", 7), (3, "data", 7), (3, "batch", 8)])
def test_another_seed_purpose_or_step_gives_other_draws(other):
    assert not torch.equal(draw(3, "batch", 7), draw(*other))


def test_the_global_generator_is_left_alone():
    before = torch.random.get_rng_state()
    draw(0, "data")
    assert torch.equal(torch.random.get_rng_state(), before)
