"""What a recipe is said to cost is what the engine takes."""

import itertools

import pytest
import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from experiments.recipe.budget import budget_of, examples_per_step
from experiments.recipe.costs import forward_flops, training_flops
from tests.workers.science.runs import FAMILIES, MLP, PREVIOUS_TOKEN, REGRESSION, SUPERPOSITION, recipe
from workers.science.measures import measure
from workers.science.training.trainer import Trainer

CPU = torch.device("cpu")
ONE_HOT = {"name": "mlp", "d_mlp": 8}
TIED = {"name": "mlp", "inputs": "embedded-sum", "d_embed": 3, "d_mlp": 8, "tied": True, "biases": True}
DEEP = {"name": "transformer", "n_layers": 3, "d_model": 8, "n_heads": 2, "d_mlp": 16, "normalization": "LN"}
ABSOLUTE = {"name": "toy-model", "d_hidden": 2, "variant": "absolute-value", "activation": "gelu"}
OTHERS = [
    recipe(MLP, model=ONE_HOT),
    recipe(MLP, model=TIED),
    recipe(PREVIOUS_TOKEN, model=DEEP),
    recipe(PREVIOUS_TOKEN, training={"steps": 5, "batch": 3}),
    recipe(REGRESSION, model=DEEP),
    recipe(SUPERPOSITION, model=ABSOLUTE, measures=[{"name": "loss"}]),
]


@pytest.mark.parametrize("asked", [*map(recipe, FAMILIES.values()), *OTHERS], ids=str)
def test_arithmetic_is_what_torch_counts(asked):
    """Matrix products, two operations per multiply-add; torch counts neither elementwise work nor lookups."""
    n_examples = examples_per_step(asked)
    trainer = Trainer(asked, (0, 1), CPU)
    with FlopCounterMode(display=False) as counted:
        trainer.update()
    assert counted.get_total_flops() == pytest.approx(2 * training_flops(asked.task, asked.model, n_examples), rel=0.05)
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        batch = trainer.batches.at(0)
        trainer.setup.model.answer_outputs(trainer.weights, batch.inputs, trainer.setup.answer_positions)
    assert counted.get_total_flops() == pytest.approx(2 * forward_flops(asked.task, asked.model, n_examples), rel=0.05)


def transformer(size):
    model = {"name": "transformer", "d_model": 32 * size, "n_heads": 4, "d_mlp": 128 * size}
    return {"task": {"name": "modular-addition", "modulus": 47, "train_fraction": 0.2 + 0.2 * size}, "model": model}


def in_context(size):
    task = {"name": "icl-regression", "dims": 5, "points": 5 * size, "n_test": 64}
    model = {"name": "transformer", "n_layers": 2, "d_model": 32, "n_heads": 4, "d_mlp": 128}
    model |= {"activation": "gelu", "normalization": "LN", "biases": True}
    return {"task": task, "model": model, "training": {"steps": 5, "batch": 64}}


def attention_only(size):
    task = {"name": "previous-token", "length": 20 * size, "n_test": 64}
    model = {"name": "transformer", "n_layers": size, "d_model": 32, "n_heads": 4, "d_mlp": 0, "positions": "rotary"}
    return {"task": task, "model": model, "training": {"steps": 5, "batch": 80}}


def mlp(size):
    task = {"name": "modular-addition", "modulus": 31, "train_fraction": 0.8}
    return {"task": task, "model": {"name": "mlp", "n_layers": size, "d_mlp": 256}}


def toy_model(size):
    task = {"name": "feature-reconstruct", "n_features": 50 * size, "n_test": 256}
    return {"task": task, "model": {"name": "toy-model", "d_hidden": 20}, "training": {"steps": 5, "batch": 1024}}


def peak_bytes(asked):
    """The most that all tensors hold at once, from the first data set to the third step and a look at it.

    Torch's own account of its allocations: what a process holds is more, by what its allocator leaves between them.
    """
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        trainer = Trainer(asked, asked.seeds, CPU)
        for _ in range(3):
            trainer.update()
        for spec in asked.measures:
            measure(spec, trainer.snapshot())
    events = profiled.profiler.kineto_results.events()
    changes = sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]")
    return max(itertools.accumulate(n_bytes for _, n_bytes in changes))


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("family", [transformer, in_context, attention_only, mlp, toy_model])
def test_memory_is_within_a_fifth_of_what_the_tensors_take(family, size):
    base = {"title": "large", "problem": "5.3", "seeds": [0, 1], "measures": [{"name": "loss"}]}
    asked = recipe(base | {"training": {"steps": 5}} | family(size))
    assert budget_of(asked).memory_bytes == pytest.approx(peak_bytes(asked), rel=0.2)


def test_a_large_test_set_can_be_the_peak():
    task = {"name": "previous-token", "length": 8, "vocabulary": 128, "n_test": 4000}
    model = {"name": "transformer", "d_model": 8, "n_heads": 1, "d_mlp": 0}
    asked = recipe(PREVIOUS_TOKEN, task=task, model=model, training={"steps": 5, "batch": 4})
    assert budget_of(asked).memory_bytes == pytest.approx(peak_bytes(asked), rel=0.2)
