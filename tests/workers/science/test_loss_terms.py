"""What interventions add to the loss: known answers."""

import math

import pytest
import torch

from experiments.recipe.interventions import L2Loss
from experiments.recipe.tasks import ModularAddition, ModularSubtraction
from tests.workers.science.runs import recipe
from workers.science.fourier import along_sums, excluded, frequency_filter, restricted
from workers.science.tasks.modular_arithmetic import answers, every_pair
from workers.science.training.loss import cross_entropy
from workers.science.training.trainer import Trainer

CPU = torch.device("cpu")


def trainer_with(intervention, **changes):
    return Trainer(recipe(interventions=[intervention], **changes), (0, 1), CPU)


def term_of(trainer):
    (term,) = trainer.objective.terms
    return term(trainer.weights)


def test_the_distance_from_the_start_is_zero_at_the_start_and_its_gradient_twice_the_way():
    trainer = trainer_with(L2Loss(coefficient=0.5).model_dump())
    assert term_of(trainer).tolist() == [0.0, 0.0]
    with torch.no_grad():
        trainer.weights["embed.W_E"][1, 2, 3] += 3.0
    assert term_of(trainer).tolist() == pytest.approx([0.0, 0.5 * 9])
    (gradient,) = torch.autograd.grad(term_of(trainer).sum(), [trainer.weights["embed.W_E"]])
    assert gradient[1, 2, 3].item() == pytest.approx(2 * 0.5 * 3)


def test_the_distance_from_zero_is_the_sum_of_squares_of_the_named_matrices():
    trainer = trainer_with(L2Loss(coefficient=-2.0, towards="zero", parameters=("W_E", "W_U")).model_dump())
    squares = sum(trainer.weights[name].square().sum(dim=(1, 2)) for name in ("embed.W_E", "unembed.W_U"))
    torch.testing.assert_close(term_of(trainer), -2.0 * squares)


@pytest.mark.parametrize("task", [ModularAddition, ModularSubtraction])
@pytest.mark.parametrize(("modulus", "frequencies"), [(7, (2,)), (7, (1, 3)), (6, (1, 3)), (7, ()), (6, ())])
def test_the_filter_is_the_projection_on_cosines_and_sines_of_the_sum(task, modulus, frequencies):
    """Against its definition: unit vectors over all pairs, one pair of them per frequency."""
    spec = task(modulus=modulus)
    a, b, _ = every_pair(spec).inputs.T
    sums = answers(spec, a, b)
    logits = torch.randn(2, modulus**2, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = torch.zeros_like(logits)
    for k in frequencies or range(1, modulus // 2 + 1):
        for wave in (torch.cos, torch.sin):
            direction = wave(2 * math.pi * k * sums.double() / modulus)
            if direction.norm() > 1e-9:  # no sine at k = p/2
                unit = direction / direction.norm()
                expected += unit[:, None] * (unit @ logits)[:, None]
    torch.testing.assert_close(along_sums(logits, sums, frequency_filter(modulus, frequencies)), expected)


def waves(frequency, sign):
    """Logits cos(w (a + sign b - c)) modulo 11, of one seed, and the sums a + b."""
    a, b, _ = every_pair(ModularAddition(modulus=11)).inputs.T
    angle = (a + sign * b)[:, None] - torch.arange(11)
    return 5 * torch.cos(2 * math.pi * frequency * angle.double() / 11)[None], (a + b) % 11


def test_logits_of_a_key_frequency_are_all_restricted_and_nothing_is_left_to_exclude():
    logits, sums = waves(3, sign=1)
    torch.testing.assert_close(restricted(logits, sums, frequency_filter(11, (3,))), logits)
    torch.testing.assert_close(excluded(logits, sums, frequency_filter(11, (3,))), torch.zeros_like(logits))


@pytest.mark.parametrize(("frequency", "sign", "asked"), [(3, 1, (2, 4)), (3, -1, ()), (3, -1, (3,))])
def test_logits_of_another_frequency_or_of_the_difference_are_all_excluded(frequency, sign, asked):
    logits, sums = waves(frequency, sign)
    torch.testing.assert_close(restricted(logits, sums, frequency_filter(11, asked)), torch.zeros_like(logits))
    torch.testing.assert_close(excluded(logits, sums, frequency_filter(11, asked)), logits)


def test_uniform_logits_keep_the_loss_of_chance():
    logits, (_, sums) = torch.full((1, 121, 11), 0.7, dtype=torch.float64), waves(1, 1)
    labels = sums[None, :, None]
    for part in (restricted, excluded):
        loss = cross_entropy(part(logits, sums, frequency_filter(11, ()))[:, :, None], labels, torch.float64)
        assert loss.item() == pytest.approx(math.log(11))


@pytest.mark.parametrize("loss", ["restricted", "excluded"])
def test_the_term_is_the_loss_of_the_projected_logits_on_train_pairs_with_train_labels(loss):
    spec = {"name": "fourier-loss", "loss": loss, "coefficient": -0.5, "frequencies": [1, 2]}
    trainer = trainer_with(spec)
    pairs = every_pair(trainer.setup.recipe.task)
    sums = pairs.labels[:, 0]
    logits = trainer.setup.model.logits(trainer.weights, pairs.inputs.expand(2, -1, -1))[:, :, 2]
    part = {"restricted": restricted, "excluded": excluded}[loss](logits, sums, frequency_filter(7, (1, 2)))
    train = trainer.setup.splits["train"]
    rows = train.inputs[:, :, 0] * 7 + train.inputs[:, :, 1]
    judged = torch.stack([part[seed, rows[seed]] for seed in range(2)])[:, :, None]
    expected = -0.5 * cross_entropy(judged, train.labels, torch.float64)
    torch.testing.assert_close(term_of(trainer), expected, rtol=1e-5, atol=1e-6)


def test_terms_are_added_to_the_loss_of_the_task():
    plain = Trainer(recipe(), (0, 1), CPU)
    pulled = trainer_with(L2Loss(coefficient=1.0, towards="zero").model_dump())
    losses = [one.objective.losses(one.weights, one.batches.at(0), 0) for one in (plain, pulled)]
    torch.testing.assert_close(losses[1], losses[0] + term_of(pulled))
