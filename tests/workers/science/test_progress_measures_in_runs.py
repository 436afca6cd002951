"""Progress measures in whole runs of every family, and where they have no meaning."""

import math

import pytest

from experiments.recipe.combined import Mixture
from experiments.recipe.measures import FourierPower, RestrictedLoss
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import ModularAddition, PreviousToken
from tests.workers.science.runs import ADDITION as TINY
from tests.workers.science.runs import MLP, carry_out, of_kind, recipe
from workers.science.events import Measured

ALL = [
    {"name": name} for name in ("restricted-loss", "excluded-loss", "logit-fve", "cos-coefficients", "trig-similarity")
] + [{"name": name} for name in ("fourier-power", "key-frequency-count", "neuron-fve", "fourier-gini")]
EMBEDDED = {"name": "mlp", "inputs": "embedded-sum", "d_embed": 4, "d_mlp": 8, "tied": True}


@pytest.mark.parametrize(
    "model",
    [TINY["model"], MLP["model"], EMBEDDED, {"name": "mlp", "d_mlp": 8}],
    ids=["transformer", "two", "tied", "one-hot"],
)
def test_every_family_has_every_measure_in_bounds(model):
    asked = recipe(measures=ALL, model=model, training={"steps": 2}, measure_at={"count": 2}, checkpoints={"count": 2})
    for event in of_kind(Measured, carry_out(asked)):
        assert all(math.isfinite(number) for number in event.values), event
        if event.measure in ("fourier-power", "neuron-fve", "fourier-gini"):
            assert all(0 <= number <= 1 + 1e-9 for number in event.values), event


def test_a_part_of_a_mixture_is_measured_behind_its_operation_token():
    parts = [
        {"name": "add", "task": TINY["task"]},
        {"name": "sub", "task": TINY["task"] | {"name": "modular-subtraction"}},
    ]
    measures = [{"name": "restricted-loss", "part": "sub", "threshold": 0.0}, {"name": "neuron-fve", "part": "sub"}]
    asked = recipe(task={"name": "mixture", "parts": parts}, measures=measures, training={"steps": 2})
    found = of_kind(Measured, carry_out(asked))
    assert {event.component for event in found} >= {"sub", "sub test", "sub frequency 1"}


@pytest.mark.parametrize(
    ("task", "spec"),
    [
        (PreviousToken(), RestrictedLoss()),
        (ModularAddition(modulus=11), RestrictedLoss(frequencies=(6,))),
        (ModularAddition(modulus=11), RestrictedLoss(part="add")),
    ],
)
def test_where_there_are_no_sums_or_no_such_frequency_it_does_not_fit(task, spec):
    assert not spec.fits(task, TransformerSpec())


def test_of_a_task_with_parts_one_must_be_named():
    task = Mixture(parts=[{"name": "add", "task": TINY["task"]}, {"name": "more", "task": TINY["task"]}])
    assert not RestrictedLoss().fits(task, TransformerSpec())
    assert RestrictedLoss(part="add").fits(task, TransformerSpec())
    assert not FourierPower(of="neurons", part="add").fits(task, TransformerSpec(d_mlp=0))
