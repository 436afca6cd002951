"""Seeds that train together are as if alone, runs repeat bit for bit, and what diverges is named."""

import pytest
import torch

from tests.workers.science.runs import FAMILIES, MemoryArchive, carry_out, measured, recipe
from workers.science.events import Measured
from workers.science.failures import NotFinite
from workers.science.training.loss import cross_entropy
from workers.science.training.trainer import Trainer

CPU = torch.device("cpu")


def last_weights(recipe, **arguments):
    archive = MemoryArchive()
    carry_out(recipe, archive=archive, **arguments)
    return archive.checkpoints[recipe.training.steps]


@pytest.mark.parametrize("base", FAMILIES.values(), ids=FAMILIES)
def test_a_run_repeats_bit_for_bit(base):
    first, again = last_weights(recipe(base)), last_weights(recipe(base))
    assert all(torch.equal(first[name], again[name]) for name in first)


@pytest.mark.parametrize("base", FAMILIES.values(), ids=FAMILIES)
def test_a_seed_alone_is_the_same_seed_in_a_stack(base):
    """But for rounding, which the order of a matrix product may change."""
    alone, stacked = last_weights(recipe(base), seeds=(1,)), last_weights(recipe(base), seeds=(0, 1, 2))
    for name in alone:
        torch.testing.assert_close(alone[name][0], stacked[name][1], atol=1e-5, rtol=1e-4)


def test_seeds_differ():
    weights = last_weights(recipe())
    assert not torch.equal(weights["embed.W_E"][0], weights["embed.W_E"][1])


@pytest.mark.parametrize("batch", ["full", 8])
def test_the_loss_on_the_train_set_falls(batch):
    training = {"steps": 200, "learning_rate": 1e-2, "weight_decay": 0.0, "batch": batch}
    losses = measured(carry_out(recipe(training=training)), "loss")
    assert losses[200] < 0.5 * losses[0]


def test_looking_more_often_changes_nothing():
    often = recipe(measure_at={"schedule": "linear", "count": 20}, checkpoints={"schedule": "linear", "count": 20})
    seldom, watched = last_weights(recipe()), last_weights(often)
    assert all(torch.equal(seldom[name], watched[name]) for name in seldom)


def test_cross_entropy_is_taken_in_the_dtype_of_the_loss():
    logits, labels = torch.tensor([[[[30.0, 0.0]]]]), torch.tensor([[[0]]])
    assert cross_entropy(logits, labels, torch.float32).item() == 0.0
    assert cross_entropy(logits, labels, torch.float64).item() > 0.0


def test_divergence_ends_training_at_its_step():
    wild = recipe(training={"steps": 50, "optimizer": "sgd", "learning_rate": 10.0, "weight_decay": 100.0})
    with pytest.raises(NotFinite, match="of seed 0 is not finite at step") as caught:
        carry_out(wild)
    assert 0 < caught.value.step < 50


def test_divergence_names_the_first_broken_tensor_of_the_seed():
    trainer = Trainer(recipe(), (0, 1), CPU)
    trainer.update()
    with torch.no_grad():
        trainer.weights["blocks.0.mlp.W_in"][1, 2, 3] = float("inf")
    for look in (trainer.update, trainer.copy_of_weights):
        with pytest.raises(NotFinite, match="blocks.0.mlp.W_in of seed 1 is not finite at step 1"):
            look()


def test_every_measured_value_of_a_run_is_a_number_per_seed():
    events = carry_out(recipe())
    assert all(len(event.values) == 2 for event in events if isinstance(event, Measured))
