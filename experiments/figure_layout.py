"""What every figure shares: theme, axes, margins, legend. Plain dicts in plotly's words."""

from collections.abc import Sequence
from typing import Any, Literal

from experiments.recipe.panels import Axis

Theme = Literal["light", "dark"]
Scale = Literal["linear", "log"]
Json = dict[str, Any]

# The paper, ink and hairlines of the site's stylesheet.
INK = {"light": "#1c1c1a", "dark": "#e8e6e1"}
PAPER = {"light": "#fdfdfb", "dark": "#161618"}
HAIRLINE = {"light": "#dddad2", "dark": "#36363b"}

PLOT_HEIGHT = 340
LEGEND_CHARACTERS = 300  # above this, the legend would hide the plot: names show on hover


def template_of_theme(theme: Theme) -> Json:
    """What differs between light and dark; a page swaps it without touching the numbers."""
    axis = {"gridcolor": HAIRLINE[theme], "linecolor": HAIRLINE[theme], "zerolinecolor": HAIRLINE[theme]}
    return {
        "layout": {
            "font": {"color": INK[theme], "family": "system-ui, sans-serif", "size": 12},
            "paper_bgcolor": PAPER[theme],
            "plot_bgcolor": PAPER[theme],
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {"bgcolor": PAPER[theme], "bordercolor": HAIRLINE[theme], "font": {"color": INK[theme]}},
        }
    }


def layout_of(x: Axis, y: Axis, theme: Theme, *, traces: Sequence[Json]) -> Json:
    names = [trace["name"] for trace in traces if trace.get("showlegend", True)]
    n_characters = sum(len(name) + 6 for name in names)
    return {
        "template": template_of_theme(theme),
        "height": PLOT_HEIGHT,
        "margin": {"l": 64, "r": 12, "t": 36, "b": 52},
        "xaxis": axis_of(x, [value for trace in traces for value in trace.get("x", [])]),
        "yaxis": axis_of(y),
        "showlegend": len(names) > 1 and n_characters <= LEGEND_CHARACTERS,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "maxheight": 0.3},
        "hovermode": "closest",
        "uirevision": "kept",  # zoom and hidden traces survive new points
    }


def axis_of(axis: Axis, values: Sequence[float | str | None] = ()) -> Json:
    """The axis, one place for each word where the values are words."""
    title = f"{axis.label} ({axis.unit})" if axis.unit else axis.label
    kind = "category" if any(isinstance(value, str) for value in values) else axis.scale
    drawn: Json = {"title": {"text": title, "standoff": 8}, "type": kind, "automargin": True, "zeroline": False}
    if axis.scale == "log":
        drawn |= {"exponentformat": "power", "nticks": 8}
    return drawn
