import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, MultiStepLR

from experiments.recipe.training import Training
from workers.science.training.learning_rate import learning_rate


def rates(**fields):
    spec = Training(learning_rate=0.5, **({"steps": 40, "warmup_steps": 0} | fields))
    return [learning_rate(spec, update) for update in range(spec.steps)]


def rates_of_torch(build, updates=40):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler = build(optimizer)
    found = []
    for _ in range(updates):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def test_a_constant_rate_is_constant():
    assert set(rates()) == {0.5}


def test_warm_up_rises_in_a_straight_line_and_goes_before_every_schedule():
    assert rates(warmup_steps=4)[:6] == [0.125, 0.25, 0.375, 0.5, 0.5, 0.5]
    assert rates(warmup_steps=4, learning_rate_schedule="cosine")[:5] == [0.125, 0.25, 0.375, 0.5, 0.5]


def test_a_cosine_is_that_of_torch():
    theirs = rates_of_torch(lambda optimizer: CosineAnnealingLR(optimizer, T_max=40, eta_min=0.05))
    assert rates(learning_rate_schedule="cosine", cosine_end=0.1) == pytest.approx(theirs, rel=1e-12)


def test_a_cosine_after_a_warm_up_takes_the_steps_that_are_left():
    late, alone = (
        rates(learning_rate_schedule="cosine", warmup_steps=10)[10:],
        rates(learning_rate_schedule="cosine", steps=30),
    )
    assert late == pytest.approx(alone)


def test_steps_down_are_those_of_torch_in_whatever_order_they_are_listed():
    theirs = rates_of_torch(lambda optimizer: MultiStepLR(optimizer, milestones=[5, 20], gamma=0.3))
    ours = rates(learning_rate_schedule="step", step_at=(20, 5), step_factor=0.3)
    assert ours == pytest.approx(theirs, rel=1e-12)
