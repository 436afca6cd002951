"""The memory that a recipe is said to need is what the engine's tensors take."""

import pytest
import torch
from torch._C._profiler import _EventType
from torch.profiler import ProfilerActivity, profile

from experiments.recipe.budget import budget_of
from tests.workers.science.runs import PREVIOUS_TOKEN, recipe
from workers.science.measures import measure
from workers.science.training.trainer import Trainer

CPU = torch.device("cpu")


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


def neurons(size, **options):
    """Of several answers per example, so that the MLP is most of it."""
    task = {"name": "previous-token", "length": 16, "n_test": 64}
    model = {"name": "transformer", "n_layers": size, "d_model": 32, "n_heads": 2, "d_mlp": 256}
    return {"task": task, "model": model | options, "training": {"steps": 5, "batch": 48}}


def norms(size, **options):
    task = {"name": "previous-token", "length": 12, "n_test": 64}
    model = {"name": "transformer", "n_layers": size, "d_model": 96, "n_heads": 2, "d_head": 16, "d_mlp": 64}
    return {"task": task, "model": model | options, "training": {"steps": 5, "batch": 48}}


def no_layers(size):
    task = {"name": "previous-token", "length": 20 * size, "n_test": 64}
    model = {"name": "transformer", "n_layers": 0, "d_model": 64, "normalization": "LN"}
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
    return peak_of(allocations(profiled.profiler.kineto_results.experimental_event_tree()))


def allocations(events):
    """When memory was taken and given back, where, and how much (negative where given back)."""
    for event in events:
        if event.tag == _EventType.Allocation:
            yield event.start_time_ns, event.extra_fields.ptr, event.extra_fields.alloc_size
        yield from allocations(event.children)


def peak_of(changes):
    """The most that was held of what was taken: tensors of an earlier test may be given back meanwhile."""
    held, in_all, peak = {}, 0, 0
    for _, address, n_bytes in sorted(changes, key=lambda change: change[0]):
        if n_bytes > 0:
            held[address] = n_bytes
            in_all += n_bytes
            peak = max(peak, in_all)
        else:
            in_all -= held.pop(address, 0)
    return peak


def assert_is_within_a_fifth(family):
    base = {"title": "large", "problem": "5.3", "seeds": [0, 1], "measures": [{"name": "loss"}]}
    asked = recipe(base | {"training": {"steps": 5}} | family)
    assert budget_of(asked).memory_bytes == pytest.approx(peak_bytes(asked), rel=0.2)


def test_what_an_earlier_test_left_is_not_counted():
    changes = [(1, 0xA, 100), (2, 0xB, -700), (3, 0xC, 50), (4, 0xA, -100), (5, 0xA, 80)]
    assert peak_of(changes) == 150


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("family", [transformer, in_context, attention_only, no_layers, mlp, toy_model])
def test_memory_is_within_a_fifth_of_what_the_tensors_take(family, size):
    assert_is_within_a_fifth(family(size))


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("activation", ["relu", "gelu", "gelu_new", "silu", "solu", "solu_ln", "square"])
def test_so_it_is_for_every_activation(activation, size):
    assert_is_within_a_fifth(neurons(size, activation=activation))


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("normalization", ["none", "LN", "LNPre", "RMS", "RMSPre"])
def test_so_it_is_for_every_norm_and_with_a_tied_table(normalization, size):
    assert_is_within_a_fifth(norms(size, normalization=normalization, tied=True, positions="sinusoidal"))


@pytest.mark.parametrize(
    ("vocabulary", "options"),
    [(128, {"d_mlp": 0}), (16, {"activation": "gelu"}), (16, {"activation": "solu"}), (16, {"activation": "solu_ln"})],
    ids=str,
)
def test_a_large_test_set_can_be_the_peak(vocabulary, options):
    task = {"name": "previous-token", "length": 8, "vocabulary": vocabulary, "n_test": 4000}
    model = {"name": "transformer", "d_model": 8, "n_heads": 1, "d_mlp": 128} | options
    asked = recipe(PREVIOUS_TOKEN, task=task, model=model, training={"steps": 5, "batch": 4})
    assert budget_of(asked).memory_bytes == pytest.approx(peak_bytes(asked), rel=0.2)
