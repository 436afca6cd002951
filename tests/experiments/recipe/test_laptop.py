"""The time on a laptop: what was measured is read, and an estimate comes near to it."""

import statistics

from deploy.results_file import KEPT_IN, laptop_presets
from experiments.recipe import recipe_from_toml
from experiments.recipe.budget import budget_of
from experiments.recipe.laptop import FLOPS_PER_SECOND, estimated_seconds, measured_seconds
from tests.experiments.making import recipe_toml

SECTION = """
Seeds 0, 1, 2 at 6 grid points: 186 s, 33 CPU seconds, with 1 thread. Settings `eb8ee80095a1`, engine `3434e599b623`.

## another

Seeds 0, 1: 9 s, 7 CPU seconds, with 1 thread. Settings `0123456789ab`, engine `3434e599b623`.
"""


def test_processor_seconds_are_read_with_the_settings_they_are_of():
    assert measured_seconds(SECTION) == {"eb8ee80095a1": 33.0, "0123456789ab": 7.0}
    assert measured_seconds("# Results\n") == {}


def test_small_updates_cost_time_whatever_their_arithmetic():
    budget = budget_of(recipe_from_toml(recipe_toml(steps=20_000)))
    assert budget.flops / FLOPS_PER_SECOND < 2 and estimated_seconds(budget) > 15


def test_what_was_measured_lies_around_the_estimate():
    measured = measured_seconds(KEPT_IN.read_text(encoding="utf-8"))
    ratios = {}
    for slug, preset in laptop_presets().items():
        if preset.settings in measured:
            n_times = len(preset.seeds) / len(preset.recipe.seeds)  # it was measured with three seeds at least
            ratios[slug] = measured[preset.settings] / estimated_seconds(budget_of(preset.recipe)) / n_times
    assert len(ratios) > 30
    assert 0.8 < statistics.median(ratios.values()) < 1.25
    within_two = [slug for slug, ratio in ratios.items() if 0.5 < ratio < 2]
    assert len(within_two) / len(ratios) > 0.9, sorted(ratios.items(), key=lambda item: item[1])
