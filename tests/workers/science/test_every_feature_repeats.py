"""Whatever a recipe asks for: runs repeat, resume and stack as the plainest run does."""

import pytest
import torch

from tests.workers.science.runs import (
    ADDITION,
    MLP,
    PREVIOUS_TOKEN,
    REGRESSION,
    SUPERPOSITION,
    MemoryArchive,
    carry_out,
    of_kind,
    recipe,
)
from workers.science import conduct as conducting
from workers.science.events import Checkpointed, Measured, ResumePoint
from workers.science.storage import Storage

ADD = ADDITION["task"]
SUBTRACT = ADD | {"name": "modular-subtraction"}
PARTS = [{"name": "add", "task": ADD}, {"name": "sub", "task": SUBTRACT, "weight": 2.0}]
FINE_TUNING = {"name": "two-phase", "first": ADD, "second": SUBTRACT, "switch_at": 8, "kept": 0.25}
OF_SECOND = [{"name": "loss", "part": "second"}]
SHORT = {"steps": 20, "learning_rate": 3e-3}
FEATURES = {
    "cosine": {"training": SHORT | {"learning_rate_schedule": "cosine", "cosine_end": 0.1}},
    "step": {"training": SHORT | {"learning_rate_schedule": "step", "step_at": [6, 14]}},
    "clipping": {"training": SHORT | {"max_gradient_norm": 0.01, "optimizer": "sgd", "momentum": 0.9}},
    "epochs": {"training": SHORT | {"batch": 7, "sampling": "epochs"}},
    "some answers": PREVIOUS_TOKEN | {"training": SHORT | {"batch": 6, "loss_at": [0, 2]}},
    "mixture": {"task": {"name": "mixture", "parts": PARTS}, "training": SHORT | {"batch": 9}},
    "two phases": {"task": FINE_TUNING, "measures": OF_SECOND},
    "two phases in epochs": {"task": FINE_TUNING, "training": SHORT | {"batch": 8, "sampling": "epochs"}},
    "mask": {"interventions": [{"name": "mask-weights", "keep": 0.4}]},
    "random mask": {"interventions": [{"name": "mask-weights", "keep": 0.4, "by": "random", "when": "once"}]},
    "a subspace less": {"interventions": [{"name": "project-out", "frequencies": [2], "by": "random"}]},
    "pruning": {"interventions": [{"name": "prune-and-rewind", "keep": 0.3, "every": 6, "rounds": 2}]},
    "given mask": {
        "interventions": [{"name": "mask-weights", "keep": 0.4, "of": "given"}],
        "start": {"run": 1, "take": "nothing"},
    },
    "pull": {"interventions": [{"name": "l2-loss", "coefficient": 0.01}]},
    "Fourier loss": {"interventions": [{"name": "fourier-loss", "coefficient": 0.3}]},
    "fixed positions, tied": {
        "model": ADDITION["model"] | {"positions": "sinusoidal", "tied": True, "activation": "solu_ln"}
    },
    "scaled attention": {
        "model": ADDITION["model"] | {"normalization": "RMS", "attention_scale": 0.5, "init": "kaiming_uniform"}
    },
    "other run": {"start": {"run": 1, "seed": 2}},
    "MLP on a mixture": MLP | {"task": {"name": "mixture", "parts": PARTS}, "training": SHORT | {"batch": 9}},
    "Fourier loss of an MLP": MLP | {"interventions": [{"name": "fourier-loss", "coefficient": 0.3}]},
    "graft into an MLP": MLP
    | {"start": {"run": 1, "take": "grafts", "grafts": [{"parameters": ["W_in"], "layer": 1}]}},
    "masked features": SUPERPOSITION
    | {
        "interventions": [{"name": "mask-weights", "keep": 0.5}, {"name": "l2-loss", "coefficient": 0.01}],
        "training": SHORT | {"batch": 6, "max_gradient_norm": 0.1, "learning_rate_schedule": "cosine"},
    },
    "curriculum": REGRESSION
    | {
        "curriculum": [
            {"field": "dims", "start": 1, "interval": 7},
            {"field": "points", "start": 2, "interval": 4},
        ]
    },
    "some answers of a regression": REGRESSION | {"training": SHORT | {"batch": 6, "loss_at": [1, 3]}},
}


@pytest.fixture(params=FEATURES)
def asked(request):
    return recipe(ADDITION | FEATURES[request.param])


class OtherRun:
    """Untrained weights of a model with the sizes of ours."""

    def __init__(self, recipe):
        archive = MemoryArchive()
        plain = recipe.model_copy(update={"start": type(recipe.start)(), "interventions": ()})
        carry_out(
            plain.model_copy(update={"training": plain.training.model_copy(update={"steps": 1})}), archive=archive
        )
        self.weights = archive.checkpoints[1]

    def load(self, seed):
        return {name: weight[seed % 2] for name, weight in self.weights.items()}


def start_of(asked):
    return None if asked.start.is_fresh else OtherRun(asked)


def last_weights(asked, **arguments):
    archive = MemoryArchive()
    carry_out(asked, archive=archive, start_from=start_of(asked), **arguments)
    return archive.checkpoints[20]


def test_a_run_repeats_bit_for_bit(asked):
    first, again = last_weights(asked), last_weights(asked)
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_a_seed_alone_is_the_same_seed_in_a_stack(asked):
    alone, stacked = last_weights(asked, seeds=(1,)), last_weights(asked, seeds=(0, 1, 2))
    for name in alone:
        torch.testing.assert_close(alone[name][0], stacked[name][1], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("step", [3, 9])
def test_a_resumed_run_ends_with_the_same_bits(asked, step, tmp_path, monkeypatch):
    monkeypatch.setattr(conducting, "TICK_SECONDS", 0.0)
    undisturbed = MemoryArchive()
    whole = carry_out(asked, archive=undisturbed, start_from=start_of(asked))
    storage, before = Storage(tmp_path, asked, (0, 1)), []
    given = {"archive": storage, "start_from": start_of(asked)}
    for event in conducting.conduct(asked, seeds=(0, 1), device=torch.device("cpu"), **given):
        if isinstance(event, Checkpointed):
            list(storage.keep_checkpoint(event))
        if isinstance(event, ResumePoint) and event.step == step:
            storage.keep_resume_point(event)
            break
        before.append(event)
    archive = MemoryArchive()
    after = carry_out(asked, archive=archive, resume=storage.resume_point(step), start_from=start_of(asked))
    assert of_kind(Measured, before + after) == of_kind(Measured, whole)
    last = undisturbed.checkpoints[20]
    assert all(torch.equal(archive.checkpoints[20][name], last[name]) for name in last)
