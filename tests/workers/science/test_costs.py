"""What a recipe is said to cost is what the engine takes."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from experiments.recipe.budget import phases_of
from experiments.recipe.costs import forward_flops, training_flops
from tests.workers.science.runs import FAMILIES, MLP, PREVIOUS_TOKEN, REGRESSION, SUPERPOSITION, recipe
from workers.science.training.trainer import Trainer

CPU = torch.device("cpu")
ONE_HOT = {"name": "mlp", "d_mlp": 8}
TIED = {"name": "mlp", "inputs": "embedded-sum", "d_embed": 3, "d_mlp": 8, "tied": True, "biases": True}
DEEP = {"name": "transformer", "n_layers": 3, "d_model": 8, "n_heads": 2, "d_mlp": 16, "normalization": "LN"}
TIED_STACK = DEEP | {"tied": True, "normalization": "RMS", "positions": "sinusoidal", "activation": "solu_ln"}
SCALED = DEEP | {"normalization": "RMSPre", "activation": "square", "attention_scale": 0.5, "biases": True}
ABSOLUTE = {"name": "toy-model", "d_hidden": 2, "variant": "absolute-value", "activation": "gelu"}
OTHERS = [
    recipe(MLP, model=ONE_HOT),
    recipe(MLP, model=TIED),
    recipe(PREVIOUS_TOKEN, model=DEEP),
    recipe(PREVIOUS_TOKEN, model=TIED_STACK),
    recipe(PREVIOUS_TOKEN, model=SCALED),
    recipe(PREVIOUS_TOKEN, training={"steps": 5, "batch": 3}),
    recipe(PREVIOUS_TOKEN, model=DEEP | {"n_layers": 0}),
    recipe(REGRESSION, model=DEEP),
    recipe(REGRESSION, model=DEEP | {"n_layers": 0, "d_model": 32}),
    recipe(SUPERPOSITION, model=ABSOLUTE, measures=[{"name": "loss"}]),
]


@pytest.mark.parametrize("asked", [*map(recipe, FAMILIES.values()), *OTHERS], ids=str)
def test_arithmetic_is_what_torch_counts(asked):
    """Matrix products, two operations per multiply-add; torch counts neither elementwise work nor lookups."""
    (n_examples,) = phases_of(asked)[0].passes
    trainer = Trainer(asked, (0, 1), CPU)
    with FlopCounterMode(display=False) as counted:
        trainer.update()
    assert counted.get_total_flops() == pytest.approx(2 * training_flops(asked.task, asked.model, n_examples), rel=0.05)
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        batch = trainer.batches.at(0)
        trainer.setup.model.answer_outputs(trainer.weights, batch.examples.inputs, trainer.setup.answer_positions)
    assert counted.get_total_flops() == pytest.approx(2 * forward_flops(asked.task, asked.model, n_examples), rel=0.05)


def test_a_loss_term_is_counted_as_a_pass_of_its_own():
    asked = recipe(MLP, interventions=[{"name": "fourier-loss", "coefficient": 1.0}])
    passes = phases_of(asked)[0].passes
    network = sum(training_flops(asked.task, asked.model, n_examples) for n_examples in passes)
    filtering = 2 * 2 * 7 * 7 * 7  # the frequencies of 7 sums and 7 logits, forward and back
    trainer = Trainer(asked, (0, 1), CPU)
    with FlopCounterMode(display=False) as counted:
        trainer.update()
    assert counted.get_total_flops() == pytest.approx(2 * (network + filtering), rel=0.05)
