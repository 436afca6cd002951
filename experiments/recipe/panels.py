"""A panel: the numbers of one plot. The engine makes them; `experiments/figures.py` alone draws them."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_VALUES = 200_000

Number = float | None  # None stands for a value that is not finite or not there


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Axis(Part):
    label: Annotated[str, Field(max_length=120)]
    unit: Annotated[str, Field(max_length=40)] = ""
    scale: Literal["linear", "log"] = "linear"


class Series(Part):
    """One trace. `text` labels its points (the training step, say)."""

    name: Annotated[str, Field(max_length=120)]
    seed: int | None = None
    x: list[Number | str]
    y: list[Number]
    text: list[str] = []


class Grid(Part):
    """One heat map: `z[row][column]`, rows along y and columns along x."""

    name: Annotated[str, Field(max_length=120)]
    seed: int | None = None
    x: list[Number | str]
    y: list[Number | str]
    z: list[list[Number]]


class Frame(Part):
    """The panel's series or grids as they were at one checkpoint."""

    step: int
    series: list[Series] = []
    grids: list[Grid] = []


class Panel(Part):
    """`key` is the same for the same analysis on every shard of a run, so that their seeds are drawn together."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,79}$")]
    title: Annotated[str, Field(max_length=200)]
    note: Annotated[str, Field(max_length=1000, description="what to look for")] = ""
    kind: Literal["lines", "scatter", "path", "bars", "heatmap"]
    x: Axis
    y: Axis
    series: list[Series] = []
    grids: list[Grid] = []
    frames: list[Frame] = []

    @property
    def n_values(self) -> int:
        frames = self.frames or [Frame(step=0)]
        series = [*self.series, *(s for f in frames for s in f.series)]
        grids = [*self.grids, *(g for f in frames for g in f.grids)]
        return sum(2 * len(s.y) for s in series) + sum(len(g.z) * len(g.x) for g in grids)


def merge(panels: Sequence[Panel]) -> Panel:
    """Panels of one key as one, with the series and grids of all; frames of one step become one."""
    first, *others = panels
    if not others:
        return first
    return first.model_copy(
        update={
            "series": [series for panel in panels for series in panel.series],
            "grids": [grid for panel in panels for grid in panel.grids],
            "frames": _merge_frames(frame for panel in panels for frame in panel.frames),
        }
    )


def _merge_frames(frames: Iterable[Frame]) -> list[Frame]:
    by_step: dict[int, list[Frame]] = {}
    for frame in frames:
        by_step.setdefault(frame.step, []).append(frame)
    return [
        Frame(
            step=step,
            series=[series for frame in same for series in frame.series],
            grids=[grid for frame in same for grid in frame.grids],
        )
        for step, same in sorted(by_step.items())
    ]
