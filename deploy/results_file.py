"""deploy/RESULTS.md: what every laptop preset showed when it was run to its end, in a section of its own.

A section names a digest of the settings it was run with. It is current as long as the preset has the same ones; a
preset without a current section is listed as not yet run.
"""

import contextlib
import fcntl
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.recipe import Recipe, recipe_from_toml
from experiments.recipe.laptop import settings_digest

ROOT = Path(__file__).parents[1]
PRESETS = ROOT / "experiments" / "presets"
KEPT_IN = ROOT / "deploy" / "RESULTS.md"
LEAST_SEEDS = 3

HEAD = """# Results of the presets

Measured by `make presets`, which writes this file: it runs each laptop preset to its end and compares every
expectation with what was seen, on each seed and at each grid point where the expectation holds. A value that misses
is **bold**. Seconds are of the machine that is named, whatever else it did meanwhile; CPU seconds tell how much of it
was this run. `make presets PRESETS="one another"` writes these sections alone; so does, in an environment of your own,
`python -m deploy.results one another`.

A section is current while the settings of its preset are those it names; better words do not change them. Finished
runs stay in `.data/presets` with their plots. After a merge conflict take either side of this file and run the command
again: it reads the finished runs and repeats none.
"""
HEADING = "\n## "
NOT_YET_RUN = "Not yet run"


@dataclass(frozen=True)
class Preset:
    """A shipped laptop recipe."""

    path: Path

    @property
    def slug(self) -> str:
        return self.path.name.removesuffix(".laptop.toml")

    @cached_property
    def recipe(self) -> Recipe:
        return recipe_from_toml(self.path.read_text(encoding="utf-8"))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Its own, or the first three where it has fewer: no claim rests on less."""
        return self.recipe.seeds if len(self.recipe.seeds) >= LEAST_SEEDS else tuple(range(LEAST_SEEDS))

    @cached_property
    def settings(self) -> str:
        return settings_digest(self.path.read_text(encoding="utf-8"))


def laptop_presets() -> dict[str, Preset]:
    """By slug."""
    found = [Preset(path) for path in sorted(PRESETS.glob("*.laptop.toml"))]
    return {preset.slug: preset for preset in found}


def current_sections(presets: Mapping[str, Preset]) -> dict[str, str]:
    """The sections of the file whose preset still has the settings that they name, by slug."""
    if not KEPT_IN.exists():
        return {}
    sections = KEPT_IN.read_text(encoding="utf-8").split(HEADING)[1:]
    by_slug = {section.partition("\n")[0]: section for section in sections}
    return {
        slug: section
        for slug, section in by_slug.items()
        if slug in presets and _named_settings(section) == presets[slug].settings
    }


def _named_settings(section: str) -> str:
    found = re.search(r"Settings `([0-9a-f]+)`", section)
    return found[1] if found else ""


def update(presets: Mapping[str, Preset], new: dict[str, str]) -> None:
    """Put the new sections, by slug, beside the current ones; several processes may do so at the same time."""
    with _alone():
        sections = current_sections(presets) | new
        missing = [f"- {slug}\n" for slug in presets if slug not in sections]
        parts = [HEAD, *(sections[slug] for slug in sorted(sections))]
        if missing:
            parts.append(f"{NOT_YET_RUN}\n\nWith the settings they have now:\n\n{''.join(missing)}")
        KEPT_IN.write_text(HEADING.join(parts), encoding="utf-8")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """The file itself carries the lock: it is written in place, never replaced."""
    with KEPT_IN.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def section(preset: Preset, about: Mapping[str, Any]) -> str:
    """What the run showed; `about` is the content of its run.json."""
    recipe = preset.recipe
    seeds = sorted({score["seed"] for score in about["expectations"]})
    header = ["expectation", *(["grid point"] if recipe.sweep else []), *(f"seed {seed}" for seed in seeds), "met"]
    rows = _rows(about["expectations"])
    table = [
        header,
        ["---"] * len(header),
        *(_cells(recipe, index, scores, seeds) for (index, _), scores in rows.items()),
    ]
    sources = [f"{index + 1}. {expectation.source}" for index, expectation in enumerate(recipe.expect)]
    return "\n".join(
        [
            f"{preset.slug}\n",
            f"{recipe.title} (problem {recipe.problem}).\n",
            *("| " + " | ".join(cells) + " |" for cells in table),
            "",
            "Where the expectations come from:\n",
            *sources,
            "",
            *(f"{sentence}\n" for sentence in _missed(recipe, rows)),
            _run_with(preset, about),
            "",
        ]
    )


Scores = list[dict[str, Any]]
Rows = dict[tuple[int, int], Scores]


def _rows(scores: Scores) -> Rows:
    """The scores of all seeds by expectation and grid point."""
    rows: Rows = {}
    for score in sorted(scores, key=lambda score: (score["index"], score["point"], score["seed"])):
        rows.setdefault((score["index"], score["point"]), []).append(score)
    return rows


def _cells(recipe: Recipe, index: int, scores: Scores, seeds: list[int]) -> list[str]:
    seen = {score["seed"]: _seen(score) for score in scores}
    met = sum(score["met"] for score in scores)
    cells = [f"{index + 1}. {recipe.expect[index]}"]
    cells += [_point(scores[0])] if recipe.sweep else []
    cells += [*(seen.get(seed, "") for seed in seeds), f"{met} of {len(scores)}"]
    return [cell.replace("|", "\\|") for cell in cells]


def _point(score: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in score["overrides"].items())


def _seen(score: dict[str, Any]) -> str:
    value = "never measured" if score["value"] is None else f"{score['value']:.4g}"
    return value if score["met"] else f"**{value}**"


def _missed(recipe: Recipe, rows: Rows) -> Iterator[str]:
    for (index, _), scores in rows.items():
        missing = [score for score in scores if not score["met"]]
        if missing:
            seeds = f"seed{'s' if len(missing) > 1 else ''} {', '.join(str(score['seed']) for score in missing)}"
            at = f" at {_point(missing[0])}" if recipe.sweep else ""
            yield f"**Expected, and not seen on {seeds}{at}:** {recipe.expect[index]}."


def _run_with(preset: Preset, about: Mapping[str, Any]) -> str:
    ran, spent = about["environment"], about["spent"]
    seeds = ", ".join(map(str, preset.seeds))
    points = f" at {preset.recipe.n_points} grid points" if preset.recipe.n_points > 1 else ""
    threads = f"{ran['threads']} thread{'' if ran['threads'] == '1' else 's'}"
    return (
        f"Seeds {seeds}{points}: {spent['seconds']:.0f} s, {spent['cpu_seconds']:.0f} CPU seconds, with {threads} on "
        f"{about['hardware']}, Python {ran['python']}, torch {ran['torch']}. Settings `{preset.settings}`, engine "
        f"`{about['engine_digest'][:12]}`."
    )
