"""From the numbers of a panel to a plotly figure, as plain dicts: for live and finished plots, light and dark.

Only SVG traces: the WebGL ones need eval, which the site's content security policy refuses.
"""

import zlib
from collections.abc import Mapping, Sequence

from experiments.curves import Curve, median_with_band
from experiments.figure_heatmaps import heatmap_figure, heatmap_trace
from experiments.figure_layout import Json, Scale, Theme, layout_of, template_of_theme
from experiments.recipe.panels import Axis, Frame, Panel, Series

__all__ = [
    "figure_of_panel",
    "figure_of_traces",
    "floor_trace",
    "median_traces",
    "seed_traces",
    "template_of_theme",
]

# Okabe and Ito 2008. Their black is grey here, so that one cycle serves both themes; their yellow vanishes on paper.
SEED_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#767676")
DASHES = ("solid", "dot", "dash", "dashdot", "longdash", "longdashdot")
Look = tuple[str, str]  # colour and dash

MANY_SEEDS = 12  # above this, seeds are drawn as a median with a band
MEDIAN_PARTS = ("low", "high", "median")  # the traces of a median


def colour_of_seed(seed: int | None, seeds: Sequence[int]) -> str:
    """The same seed has the same colour on every plot that is given the same list of the run's seeds."""
    if seed is None:
        return SEED_COLOURS[0]
    place = list(seeds).index(seed) if seed in seeds else seed
    return SEED_COLOURS[place % len(SEED_COLOURS)]


def figure_of_panel(panel: Panel, *, theme: Theme = "light", seeds: Sequence[int] = ()) -> Json:
    """The figure of a panel; with frames, a slider over checkpoints that starts at the last one."""
    if panel.kind == "heatmap":
        figure = heatmap_figure(panel, [*panel.grids, *_last_frame(panel).grids], theme)
    else:
        traces = [*_traces(panel, panel.series, seeds), *_traces(panel, _last_frame(panel).series, seeds)]
        figure = {"data": traces, "layout": layout_of(panel.x, panel.y, theme, traces=traces)}
    if panel.frames:
        _add_slider(figure, panel, seeds)
    return figure


def figure_of_traces(
    traces: list[Json],
    *,
    measure: str,
    unit: str = "",
    theme: Theme = "light",
    x_scale: Scale = "linear",
    y_scale: Scale = "linear",
) -> Json:
    """A measure along training, its traces made already."""
    x, y = Axis(label="step", scale=x_scale), Axis(label=measure, unit=unit, scale=y_scale)
    return {"data": traces, "layout": layout_of(x, y, theme, traces=traces)}


def seed_traces(
    series: Sequence[Series], *, seeds: Sequence[int] = (), names: Sequence[str] = (), mode: str = "lines"
) -> list[Json]:
    """One trace per series: the colour tells the seed, the dash tells the name; without seeds, colour tells the name.

    `names` keeps dashes and colours where they are when only some of a plot's series are given.
    """
    names = names or names_of(series)
    seeded = any(s.seed is not None for s in series)
    traces = []
    for s in series:
        place = names.index(s.name)
        colour = colour_of_seed(s.seed, seeds) if seeded else looks_of(names)[s.name][0]
        label = s.name if s.seed is None else f"{s.name}, seed {s.seed}"
        trace: Json = {"type": "scatter", "mode": _visible(mode, s.x), "uid": uid_of(s.name, s.seed), "name": label}
        trace |= {"x": s.x, "y": s.y, "line": {"color": colour, "width": 1.5}, "marker": {"color": colour, "size": 6}}
        if seeded:
            trace["line"]["dash"] = DASHES[place % len(DASHES)]
        if s.text:
            trace |= {"text": s.text, "hovertemplate": "%{text}<br>%{x:.4g}, %{y:.4g}<extra>%{fullData.name}</extra>"}
        traces.append(trace)
    return traces


def _visible(mode: str, x: Sequence[object]) -> str:
    """A line of one point, as of a measure that is taken at the end alone, shows nothing without a marker."""
    return "markers" if len(x) == 1 else mode


def floor_trace(floor: float, last_step: int) -> Json:
    """A level line at what the best possible network reaches; it begins at 1, where a logarithmic axis can."""
    return {
        "type": "scatter",
        "mode": "lines",
        "uid": uid_of("floor"),
        "name": "best possible",
        "x": [1, last_step],
        "y": [floor, floor],
        "line": {"color": SEED_COLOURS[-1], "width": 1, "dash": "dot"},
    }


def uid_of(*parts: str | int | None) -> str:
    """A trace's name between one figure and the next. Plotly puts it into CSS selectors, so it is a plain word."""
    return f"t{zlib.crc32(repr(parts).encode()):08x}"


def names_of(series: Sequence[Series]) -> list[str]:
    return list(dict.fromkeys(s.name for s in series))


def looks_of(names: Sequence[str]) -> dict[str, Look]:
    """Colour, and dash once the colours are used up, of each name where no seed decides the colour."""
    n = len(SEED_COLOURS)
    return {name: (SEED_COLOURS[i % n], DASHES[i // n % len(DASHES)]) for i, name in enumerate(names)}


def median_traces(
    series: Sequence[Series], *, looks: Mapping[str, Look] | None = None, with_bands: bool = True
) -> list[Json]:
    """Per name: the 10th and 90th percentile with the space between them filled, then the median."""
    looks = looks or looks_of(names_of(series))
    traces: list[Json] = []
    for name in names_of(series):
        low, high, median = _median_of_name(name, [s for s in series if s.name == name], *looks[name])
        traces += [low, high, median] if with_bands else [median]
    return traces


def _median_of_name(name: str, series: Sequence[Series], colour: str, dash: str) -> list[Json]:
    band = median_with_band([Curve(s.x, s.y) for s in series])
    edge: Json = {"type": "scatter", "mode": "lines", "x": band.x, "hoverinfo": "skip", "showlegend": False}
    edge |= {"legendgroup": name, "line": {"color": colour, "width": 0}}
    low = edge | {"uid": uid_of(name, "low"), "name": f"{name}, 10th percentile", "y": band.low}
    high = edge | {"uid": uid_of(name, "high"), "name": f"{name}, 90th percentile", "y": band.high}
    high |= {"fill": "tonexty", "fillcolor": f"{colour}33"}
    median: Json = {"type": "scatter", "mode": _visible("lines", band.x), "uid": uid_of(name, "median")}
    median |= {"legendgroup": name, "name": name, "x": band.x, "y": band.median}
    return [low, high, median | {"line": {"color": colour, "width": 2, "dash": dash}}]


def _last_frame(panel: Panel) -> Frame:
    return panel.frames[-1] if panel.frames else Frame(step=0)


def _traces(panel: Panel, series: Sequence[Series], seeds: Sequence[int]) -> list[Json]:
    """Traces of some of a panel's series, drawn as they are among all of them."""
    everything = [*panel.series, *_last_frame(panel).series]
    names = names_of(everything)
    many = len({s.seed for s in everything}) > MANY_SEEDS
    if panel.kind == "bars":
        return _median_bars(series, names) if many else _bars(series, seeds, names)
    if panel.kind == "lines":
        return median_traces(series, looks=looks_of(names)) if many else seed_traces(series, seeds=seeds, names=names)
    mode = "markers" if panel.kind == "scatter" else "lines+markers"
    traces = seed_traces(series, seeds=seeds, names=names, mode=mode)
    return [trace | {"opacity": 0.5} for trace in traces] if many else traces


def _bars(series: Sequence[Series], seeds: Sequence[int], names: Sequence[str]) -> list[Json]:
    bars = []
    for trace in seed_traces(series, seeds=seeds, names=names):
        kept = {name: trace[name] for name in ("uid", "name", "x", "y")}
        bars.append({"type": "bar", **kept, "marker": {"color": trace["marker"]["color"]}})
    return bars


def _median_bars(series: Sequence[Series], names: Sequence[str]) -> list[Json]:
    bars = []
    for name in names_of(series):
        band = median_with_band([Curve(s.x, s.y) for s in series if s.name == name])
        up = [_difference(high, middle) for high, middle in zip(band.high, band.median, strict=True)]
        down = [_difference(middle, low) for middle, low in zip(band.median, band.low, strict=True)]
        error = {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1, "width": 2}
        label = f"{name}, median; whiskers: 10th to 90th percentile"
        bar = {"type": "bar", "uid": uid_of(name, "median"), "name": label}
        marker = {"color": looks_of(names)[name][0]}
        bars.append(bar | {"x": band.x, "y": band.median, "error_y": error, "marker": marker})
    return bars


def _difference(more: float | None, less: float | None) -> float:
    return 0.0 if more is None or less is None else more - less


def _add_slider(figure: Json, panel: Panel, seeds: Sequence[int]) -> None:
    """Frames that replace the traces after the fixed ones, and the slider that picks one. Axes keep their range."""
    n_fixed = len(panel.grids) if panel.kind == "heatmap" else len(_traces(panel, panel.series, seeds))
    figure["frames"] = []
    steps = []
    for frame in panel.frames:
        if panel.kind == "heatmap":
            data = [heatmap_trace(grid, n_fixed + place) for place, grid in enumerate(frame.grids)]
        else:
            data = _traces(panel, frame.series, seeds)
        name = str(frame.step)
        figure["frames"].append({"name": name, "data": data, "traces": list(range(n_fixed, n_fixed + len(data)))})
        how = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
        steps.append({"label": f"{frame.step:,}", "method": "animate", "args": [[name], how]})
    slider = {"active": len(steps) - 1, "steps": steps, "currentvalue": {"prefix": "step "}, "pad": {"t": 36}}
    figure["layout"] |= {"sliders": [slider], "height": figure["layout"]["height"] + 90}
    if panel.kind != "heatmap":
        _fix_ranges(figure, panel)


def _fix_ranges(figure: Json, panel: Panel) -> None:
    """Linear axes span the values of all frames, so that the eye sees the data move and not the axis."""
    drawn = [*figure["data"], *(trace for frame in figure["frames"] for trace in frame["data"])]
    for letter in ("x", "y"):
        axis = figure["layout"][f"{letter}axis"]
        values = [
            value for trace in drawn for value in [*trace[letter], *_extremes(trace, letter)] if value is not None
        ]
        if axis["type"] == "log" or not values or any(isinstance(value, str) for value in values):
            continue
        low, high = min(values), max(values)
        margin = 0.05 * (high - low or 1.0)
        axis["range"] = [low if panel.kind == "bars" and low == 0 else low - margin, high + margin]


def _extremes(trace: Json, letter: str) -> list[float]:
    """What a bar reaches beyond its value: down to zero and up to the end of its whisker."""
    if trace["type"] != "bar" or letter == "x":
        return []
    error = trace.get("error_y", {"array": []})
    return [0.0, *(y + more for y, more in zip(trace["y"], error["array"], strict=False) if y is not None)]
