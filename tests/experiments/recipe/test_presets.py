"""Every shipped recipe is valid and says what it does."""

from pathlib import Path

import pytest

from experiments.recipe import recipe_from_toml

PRESETS = sorted((Path(__file__).parents[3] / "experiments" / "presets").glob("*.toml"))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_preset_is_valid_and_says_what_to_expect(path):
    recipe = recipe_from_toml(path.read_text(encoding="utf-8"))
    assert path.stem.split(".")[1] in {"laptop", "full"}
    assert recipe.expect and all(expectation.source for expectation in recipe.expect)
