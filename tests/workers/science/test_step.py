"""A step that may be captured as a CUDA graph: it reads nothing back, and says later what happened, as exactly."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from tests.workers.science.runs import FAMILIES, MemoryArchive, carry_out, of_kind, recipe
from workers.science.events import Noticed
from workers.science.failures import NotFinite
from workers.science.training import trainer as training
from workers.science.training.trainer import Trainer

CPU = torch.device("cpu")
READS_BACK = {"_local_scalar_dense", "is_nonzero", "equal", "nonzero", "masked_select"}
BRINGS_OVER = {"lift_fresh"}  # a tensor made of Python numbers
DEEP = {"name": "transformer", "n_layers": 2, "d_model": 8, "n_heads": 2, "normalization": "LN", "d_mlp": 8}
MIXED = [
    recipe(FAMILIES["previous token"], model=DEEP | {"positions": "rotary"}),
    recipe(training={"steps": 5, "max_gradient_norm": 1.0, "batch": 4, "loss_at": [0]}),
    recipe(interventions=[{"name": "fourier-loss", "coefficient": 0.1}]),
    recipe(interventions=[{"name": "mask-weights", "keep": 0.5, "when": "for-ever"}]),
    recipe(interventions=[{"name": "project-out", "frequencies": [1, 3]}]),
    recipe(interventions=[{"name": "prune-and-rewind", "keep": 0.5, "every": 3}]),
]
DRAWS_NOTHING = [recipe(base) for name, base in FAMILIES.items() if name != "superposition"]
WILD = {"steps": 50, "optimizer": "sgd", "learning_rate": 10.0, "weight_decay": 100.0}


class Recorded(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.names.add(function.__name__.partition(".")[0])
        return function(*args, **(kwargs or {}))


@pytest.fixture(params=[7, 50])
def seldom(request, monkeypatch):
    monkeypatch.setitem(training.CHECK_EVERY, "cpu", request.param)


@pytest.mark.parametrize("asked", [*DRAWS_NOTHING, *MIXED], ids=str)
def test_a_step_that_is_checked_later_reads_nothing_back(asked, monkeypatch):
    """What a graph cannot hold: numbers that go to the host, and tensors that come from it."""
    monkeypatch.setitem(training.CHECK_EVERY, "cpu", 50)
    trainer = Trainer(asked, (0, 1), CPU)
    for _ in range(3):  # on a GPU too, the first few steps are not captured
        trainer.update()
    batch = trainer.batches.at(3)
    with Recorded() as recorded:
        trainer._step(batch, 3)
    assert "bmm" in recorded.names
    assert not recorded.names & (READS_BACK | BRINGS_OVER)


@pytest.mark.parametrize("base", FAMILIES.values(), ids=FAMILIES)
def test_checking_seldom_changes_no_bit(base, monkeypatch):
    archives = []
    for check_every in (1, 7):
        monkeypatch.setitem(training.CHECK_EVERY, "cpu", check_every)
        archives.append(MemoryArchive())
        carry_out(recipe(base), archive=archives[-1])
    often, seldom = (archive.checkpoints[20] for archive in archives)
    assert all(torch.equal(often[name], seldom[name]) for name in often)


def broken_trainer(asked):
    trainer = Trainer(asked, (0, 1), CPU)
    with pytest.raises(NotFinite) as caught:
        for _ in range(60):
            trainer.update()
    return trainer, str(caught.value)


def test_what_is_not_finite_is_named_as_if_it_was_checked_at_every_step(seldom, monkeypatch):
    late, said_late = broken_trainer(recipe(training=WILD))
    monkeypatch.setitem(training.CHECK_EVERY, "cpu", 1)
    early, said_early = broken_trainer(recipe(training=WILD))
    assert said_late == said_early
    pairs = [(late.weights[name], early.weights[name]) for name in early.weights]
    assert all(torch.equal(mine.nan_to_num(7.0), other.nan_to_num(7.0)) for mine, other in pairs)


def test_nothing_is_measured_or_kept_of_a_run_that_is_broken(seldom):
    with pytest.raises(NotFinite):
        carry_out(recipe(training=WILD, measure_at={"schedule": "linear", "count": 50}))


def test_divergence_is_told_with_the_step_at_which_it_was_seen(seldom, monkeypatch):
    wild = {"steps": 150, "optimizer": "adam", "learning_rate": 10.0, "weight_decay": 0.0, "warmup_steps": 0}
    late = {(told.step, told.text.split(";")[0]) for told in of_kind(Noticed, carry_out(recipe(training=wild)))}
    monkeypatch.setitem(training.CHECK_EVERY, "cpu", 1)
    early = {(told.step, told.text.split(";")[0]) for told in of_kind(Noticed, carry_out(recipe(training=wild)))}
    assert late == early != set()
