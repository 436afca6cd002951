import pytest
import torch

from experiments.recipe.training import Training
from workers.science.training.optimizer import Optimizer

THEIRS = {
    "adamw": lambda spec, weights: torch.optim.AdamW(
        weights, lr=spec.learning_rate, betas=spec.betas, weight_decay=spec.weight_decay, foreach=False
    ),
    "adam": lambda spec, weights: torch.optim.Adam(
        weights, lr=spec.learning_rate, betas=spec.betas, weight_decay=spec.weight_decay, foreach=False
    ),
    "sgd": lambda spec, weights: torch.optim.SGD(
        weights, lr=spec.learning_rate, momentum=spec.momentum, weight_decay=spec.weight_decay, foreach=False
    ),
}


def stacked_weights():
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(3, 4, 2, generator=generator, dtype=torch.float64) for name in ("a.W", "b.W")}


def gradients_at(update):
    generator = torch.Generator().manual_seed(update)
    return [torch.randn(3, 4, 2, generator=generator, dtype=torch.float64) for _ in range(2)]


@pytest.mark.parametrize("name", THEIRS)
def test_every_step_of_every_seed_is_that_of_torch(name):
    spec = Training(optimizer=name, learning_rate=0.1, weight_decay=0.3, momentum=0.5, warmup_steps=0)
    weights = stacked_weights()
    optimizer = Optimizer(spec, weights)
    alone = [weight[1].detach().clone().requires_grad_() for weight in stacked_weights().values()]
    theirs = THEIRS[name](spec, alone)
    for update in range(10):
        optimizer.set_learning_rate(update)
        optimizer.step(gradients_at(update))
        for weight, gradient in zip(alone, gradients_at(update), strict=True):
            weight.grad = gradient[1]
        theirs.step()
        ours = [weight[1].detach() for weight in weights.values()]
        torch.testing.assert_close(ours, [weight.detach() for weight in alone], atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("name", THEIRS)
def test_the_memory_layout_of_a_gradient_does_not_matter(name):
    weights = [stacked_weights(), stacked_weights()]
    transposed = [gradient.mT.contiguous().mT for gradient in gradients_at(0)]
    for mine, gradients in zip(weights, (gradients_at(0), transposed), strict=True):
        Optimizer(Training(optimizer=name, warmup_steps=0), mine).step(gradients)
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])


def test_warm_up_raises_the_learning_rate_in_a_straight_line():
    spec = Training(optimizer="sgd", learning_rate=1.0, weight_decay=0.0, warmup_steps=4)
    weight = torch.zeros(1, 1)
    optimizer = Optimizer(spec, {"W": weight})
    moved = []
    for update in range(6):
        before = weight.item()
        optimizer.set_learning_rate(update)
        optimizer.step([torch.ones(1, 1)])
        moved.append(before - weight.item())
    assert moved == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("name", THEIRS)
def test_a_restored_optimizer_goes_on_with_the_same_bits(name):
    spec = Training(optimizer=name, learning_rate=0.1, momentum=0.5)
    weights = stacked_weights()
    optimizer = Optimizer(spec, weights)
    for update in range(3):
        optimizer.set_learning_rate(update)
        optimizer.step(gradients_at(update))
    copied = {key: weight.detach().clone() for key, weight in weights.items()}
    restored = Optimizer(spec, copied)
    restored.restore({key: value.clone() for key, value in optimizer.state().items()})
    for one in (optimizer, restored):
        one.set_learning_rate(3)
        one.step(gradients_at(3))
    assert all(torch.equal(weights[key], copied[key]) for key in weights)


def test_a_model_that_is_frozen_whole_is_refused():
    with pytest.raises(ValueError, match="nothing to train"):
        Optimizer(Training(), stacked_weights(), frozen={"a.W", "b.W"})
