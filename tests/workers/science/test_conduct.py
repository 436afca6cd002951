import pytest
import torch

from experiments.recipe import at_point, recipe_from_data
from tests.workers.science.runs import ADDITION, MemoryArchive, carry_out, of_kind, recipe
from workers.science.conduct import conduct
from workers.science.events import Analysed, Checkpointed, Finished, Measured, Progress, ResumePoint


def test_measures_and_checkpoints_come_at_the_steps_that_were_asked_for():
    events = carry_out(recipe())
    assert [event.step for event in of_kind(Checkpointed, events)] == [0, 5, 10, 20]
    losses = [event for event in of_kind(Measured, events) if event.measure == "loss"]
    assert [event.step for event in losses] == [0, 1, 5, 12, 20]
    assert {(event.split, event.component, event.seeds) for event in losses} == {("train", "", (0, 1))}


def test_a_checkpoint_is_not_touched_by_later_updates():
    archive = MemoryArchive()
    carry_out(recipe(), archive=archive)
    assert not torch.equal(archive.checkpoints[5]["embed.W_E"], archive.checkpoints[10]["embed.W_E"])


def test_analyses_come_last_and_then_the_end():
    events = carry_out(recipe(analyses=[{"name": "pca-over-training"}, {"name": "fourier-spectrum"}]))
    keys = [event.panel.key for event in of_kind(Analysed, events)]
    assert keys == ["pca-logits-path", "pca-logits-steps", "pca-logits-explained", "fourier-spectrum-embedding"]
    assert [event.phase for event in of_kind(Progress, events)][-1] == "analysing"
    assert isinstance(events[-1], Finished)


def test_a_costly_measure_can_be_taken_at_the_end_alone():
    measures = [{"name": "loss", "only_at_end": True}, {"name": "accuracy"}]
    events = of_kind(Measured, carry_out(recipe(measures=measures)))
    assert [(event.measure, event.step) for event in events if event.measure == "loss"] == [("loss", 20)]
    assert [event.step for event in events if event.measure == "accuracy"] == [0, 1, 5, 12, 20]


def test_an_expectation_is_scored_only_where_it_holds():
    limited = [
        {"measure": "accuracy", "split": "test", "at_least": 0.0, "where": {"model.d_mlp": wide}} for wide in (16, 0)
    ]
    swept = recipe_from_data(ADDITION | {"expect": limited, "sweep": {"model.d_mlp": [16, 0]}})
    for place, point in enumerate(swept.points()):
        (finished,) = of_kind(Finished, carry_out(at_point(swept, point)))
        assert [(score.index, score.seed) for score in finished.expectations] == [(place, 0), (place, 1)]


def test_expectations_are_scored_for_every_seed():
    expected = [{"measure": "accuracy", "split": "test", "at_least": 0.0}]
    (finished,) = of_kind(Finished, carry_out(recipe(expect=expected)))
    assert [(score.seed, score.step, score.met) for score in finished.expectations] == [(0, 20, True), (1, 20, True)]


def test_a_checkpoint_comes_before_the_resume_point_of_its_step():
    """Whoever goes on from step s finds every checkpoint and measurement up to s."""
    events = list(conduct(recipe(), seeds=(0,), device=torch.device("cpu"), archive=MemoryArchive()))
    at_end = [type(event) for event in events if getattr(event, "step", None) == 20]
    assert at_end.index(Measured) < at_end.index(Checkpointed) < at_end.index(ResumePoint)


@pytest.mark.parametrize("swept", [{"training.steps": [3, 4]}])
def test_a_recipe_with_a_sweep_is_refused(swept):
    with pytest.raises(ValueError, match="one grid point"):
        carry_out(recipe().model_copy(update={"sweep": swept}))
