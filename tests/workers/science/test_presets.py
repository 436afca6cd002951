"""Every shipped recipe is valid, and a tiny variant of it runs from end to end."""

from pathlib import Path

import pytest

from experiments.recipe import at_point, recipe_from_data, recipe_from_toml
from tests.workers.science.runs import carry_out, of_kind
from workers.science.events import Analysed, Finished

PRESETS = sorted(Path("experiments/presets").glob("*.toml"))
SMALLER = {
    "task.modulus": 7,
    "task.length": 5,
    "task.vocabulary": 6,
    "task.n_test": 8,
    "task.switch_at": 3,
    "model.d_model": 16,
    "model.d_mlp": 16,
    "training.steps": 6,
    "training.batch": 4,
}


@pytest.fixture(params=PRESETS, ids=lambda path: path.name)
def preset(request):
    return recipe_from_toml(request.param.read_text())


def test_there_are_presets():
    assert len(PRESETS) >= 3


def test_it_says_what_to_look_for_and_names_its_control(preset):
    assert "What to look for" in preset.notes
    assert "Control" in preset.notes
    assert preset.expect


def test_every_grid_point_is_a_recipe(preset):
    for overrides in preset.points():
        at_point(preset, overrides)


def test_a_tiny_variant_runs_from_end_to_end(preset):
    data = preset.model_dump(mode="json", exclude_unset=True)
    for dotted, value in SMALLER.items():
        section, field = dotted.split(".")
        if data[section].get(field) not in (None, 0, "full"):
            data[section][field] = value
    for part in filter(None, (data["task"].get(phase) for phase in ("first", "second"))):
        part["modulus"] = 7
    tiny = recipe_from_data(data | {"checkpoints": {"count": 3}, "measure_at": {"count": 3}})
    for overrides in tiny.points():
        events = carry_out(at_point(tiny, overrides))
        assert len(of_kind(Analysed, events)) >= len(tiny.analyses)
        (finished,) = of_kind(Finished, events)
        assert all(score.value is not None for score in finished.expectations if tiny.expect[score.index].at == "end")
