"""A run that is resumed ends with the bits of one that was never interrupted."""

import pytest
import torch

from tests.workers.science.runs import FAMILIES, MemoryArchive, carry_out, of_kind, recipe
from workers.science import conduct as conducting
from workers.science.events import Analysed, Checkpointed, Finished, Measured, ResumePoint
from workers.science.storage import Storage

EXPECT = [{"measure": "loss", "split": "test", "at": when, "at_most": 0.0} for when in ("end", "any", 3)]
WATCHED = {"measures": [{"name": "loss"}], "expect": EXPECT, "analyses": [{"name": "pca-over-training"}]}
OPTIMIZERS = ["adamw", "adam", "sgd"]


@pytest.fixture(autouse=True)
def every_step_is_a_resume_point(monkeypatch):
    monkeypatch.setattr(conducting, "TICK_SECONDS", 0.0)


def interrupted_at(step, recipe, storage):
    """Carry out up to a step and keep what a driver keeps; the events until then."""
    events = []
    for event in conducting.conduct(recipe, seeds=(0, 1), device=torch.device("cpu"), archive=storage):
        if isinstance(event, Checkpointed):
            list(storage.keep_checkpoint(event))
        if isinstance(event, ResumePoint) and event.step == step:
            storage.keep_resume_point(event)
            return events
        events.append(event)


def resumed(step, recipe, storage):
    archive = MemoryArchive()
    archive.checkpoints = {kept: storage.load(kept) for kept in recipe.checkpoints.steps(20) if kept <= step}
    return carry_out(recipe, archive=archive, resume=storage.resume_point(step)), archive


@pytest.mark.parametrize("step", [0, 3, 10, 20])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("base", FAMILIES.values(), ids=FAMILIES)
def test_weights_measurements_panels_and_scores_are_those_of_an_undisturbed_run(base, optimizer, step, tmp_path):
    training = base["training"] | {"optimizer": optimizer, "momentum": 0.5}
    asked = recipe(base, training=training, **WATCHED)
    undisturbed = MemoryArchive()
    whole = carry_out(asked, archive=undisturbed)
    storage = Storage(tmp_path, asked, (0, 1))
    before = interrupted_at(step, asked, storage)
    after, archive = resumed(step, asked, storage)

    assert of_kind(Measured, before + after) == of_kind(Measured, whole)
    assert of_kind(Analysed, after) == of_kind(Analysed, whole)
    assert of_kind(Finished, after) == of_kind(Finished, whole)
    last, expected = archive.checkpoints[20], undisturbed.checkpoints[20]
    assert all(torch.equal(last[name], expected[name]) for name in expected)


def test_a_resume_point_of_another_recipe_is_refused(tmp_path):
    interrupted_at(3, recipe(), Storage(tmp_path, recipe(), (0, 1)))
    other = recipe(training={"steps": 21})
    with pytest.raises(ValueError, match="the resume point is of recipe"):
        Storage(tmp_path, other, (0, 1)).resume_point(3)


def test_a_resume_point_of_other_seeds_is_refused(tmp_path):
    interrupted_at(3, recipe(), Storage(tmp_path, recipe(), (0, 1)))
    with pytest.raises(ValueError, match=r"the resume point is of seeds \[0, 1\], not \[0, 2\]"):
        Storage(tmp_path, recipe(), (0, 2)).resume_point(3)
