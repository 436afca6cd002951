import pytest
import torch

from tests.workers.science.runs import MemoryArchive, carry_out, recipe
from workers.science.training.clipping import clipped


def gradients(n_seeds=3, scale=1.0):
    generator = torch.Generator().manual_seed(0)
    return [scale * torch.randn(n_seeds, *shape, generator=generator, dtype=torch.float64) for shape in ((4, 2), (5,))]


@pytest.mark.parametrize("max_norm", [0.1, 2.0, 100.0])
def test_each_seed_is_clipped_as_torch_clips_it_alone(max_norm):
    ours = clipped(gradients(), max_norm)
    for seed in range(3):
        weights = [torch.zeros_like(g[seed], requires_grad=True) for g in gradients()]
        for weight, gradient in zip(weights, gradients(), strict=True):
            weight.grad = gradient[seed].clone()
        torch.nn.utils.clip_grad_norm_(weights, max_norm)
        for gradient, weight in zip(ours, weights, strict=True):
            torch.testing.assert_close(gradient[seed], weight.grad, rtol=1e-12, atol=0.0)


def test_a_long_gradient_of_one_seed_does_not_shorten_those_of_the_others():
    wild = gradients()
    for gradient in wild:
        gradient[1] *= 1e6
    for calm, beside in zip(clipped(gradients(), 0.5), clipped(wild, 0.5), strict=True):
        assert torch.equal(calm[0], beside[0]) and torch.equal(calm[2], beside[2])


def test_a_short_gradient_keeps_its_bits():
    short = gradients(scale=1e-3)
    assert all(torch.equal(before, after) for before, after in zip(short, clipped(short, 1.0), strict=True))


def test_a_limit_in_the_recipe_shortens_the_step_of_plain_sgd():
    training = {"steps": 1, "optimizer": "sgd", "learning_rate": 1.0, "weight_decay": 0.0, "warmup_steps": 0}
    archive = MemoryArchive()
    carry_out(recipe(training=training | {"max_gradient_norm": 1e-3}), archive=archive)
    moved = [(archive.checkpoints[1][name] - first).flatten(1) for name, first in archive.checkpoints[0].items()]
    assert torch.cat(moved, dim=1).norm(dim=1).tolist() == pytest.approx([1e-3, 1e-3], rel=1e-2)
