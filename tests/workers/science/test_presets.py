"""Every shipped recipe is valid, and a tiny variant of it runs from end to end."""

from pathlib import Path

import pytest

from experiments.recipe import at_point, recipe_from_toml
from tests.workers.science.runs import carry_out, of_kind
from tests.workers.science.tiny_presets import some_points, tiny
from workers.science.events import Analysed, Finished

PRESETS = sorted(Path("experiments/presets").glob("*.toml"))


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
    small = tiny(preset)
    for overrides in some_points(small):
        point = at_point(small, overrides)
        events = carry_out(point)
        if getattr(point.model, "n_layers", 1):  # a look at heads sees nothing where there are none
            assert len(of_kind(Analysed, events)) >= len(small.analyses)
        (finished,) = of_kind(Finished, events)
        assert all(score.value is not None for score in finished.expectations if small.expect[score.index].at == "end")
