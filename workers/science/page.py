"""A page that shows the plots of a run offline: one HTML file and plotly's bundle beside it."""

import html
import json
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

from experiments.figures import figure_of_panel, figure_of_traces, floor_trace, seed_traces
from experiments.recipe import Recipe, at_point
from experiments.recipe.measures import FeatureGeometry, MeasureSpec
from experiments.recipe.panels import Panel, Series

BUNDLE = "plotly.min.js"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
pre {{ font: inherit; white-space: pre-wrap; max-width: 68ch; }}
figure {{ margin: 2rem 0; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Problem {problem}. Numbers are in <code>metrics.parquet</code> and <code>panels/</code>, weights in
<code>checkpoints/</code>, versions and scores in <code>run.json</code>.</p>
<pre>{notes}</pre>
{figures}
<script src="{bundle}"></script>
<script>
for (const data of document.querySelectorAll("script[type='application/json']")) {{
  const {{ figure, curves }} = JSON.parse(data.textContent);
  const plot = data.previousElementSibling;
  Plotly.newPlot(plot, figure.data, figure.layout, {{ responsive: true }})
    .then(() => Plotly.addFrames(plot, figure.frames || []));
  if (curves) for (const axis of ["x", "y"]) {{
    const button = document.createElement("button");
    button.textContent = `${{axis}}: linear or log`;
    button.onclick = () => {{
      const name = `${{axis}}axis`;
      Plotly.relayout(plot, {{ [`${{name}}.type`]: plot.layout[name].type === "log" ? "linear" : "log" }});
    }};
    plot.before(button);
  }}
}}
</script>
</body>
</html>
"""


def write_page(folder: Path, recipe: Recipe, metrics: pa.Table, panels: Sequence[tuple[int, Panel]]) -> None:
    """Write index.html and copy plotly's bundle out of its wheel."""
    figures = [_curves(recipe, metrics, point) for point in range(recipe.n_points)]
    drawn = "\n".join(
        ["\n".join(group) for group in figures] + [_panel(recipe, point, panel) for point, panel in panels]
    )
    page = PAGE.format(
        title=html.escape(recipe.title),
        problem=html.escape(recipe.problem),
        notes=html.escape(recipe.notes),
        figures=drawn,
        bundle=BUNDLE,
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    shutil.copyfile(_bundle(), folder / BUNDLE)


def _curves(recipe: Recipe, metrics: pa.Table, point: int) -> list[str]:
    """One figure per measure, its splits and components together."""
    rows = [row for row in metrics.to_pylist() if row["point"] == point]
    measures = {spec.name: spec for spec in recipe.measures}
    drawn = []
    for name, spec in measures.items():
        series = _series([row for row in rows if row["measure"] == name])
        if series:
            traces = seed_traces(series, seeds=recipe.seeds)
            if floor := spec.floor_on(at_point(recipe, list(recipe.points())[point]).task):
                traces.append(floor_trace(floor, recipe.training.steps))
            unit = spec.unit_on(recipe.task)
            figure = figure_of_traces(traces, measure=name, unit=unit, y_scale=_scale(spec))
            drawn.append(_figure(f"{name}{_where(recipe, point)}", "", figure, curves=True))
    return drawn


def _scale(spec: MeasureSpec) -> Any:
    return "linear" if spec.unit == "fraction" or isinstance(spec, FeatureGeometry) else "log"


def _series(rows: list[dict[str, Any]]) -> list[Series]:
    found: dict[tuple[str, int], tuple[list[Any], list[Any]]] = {}
    for row in rows:
        name = " ".join(filter(None, [row["split"], row["component"]])) or "total"
        x, y = found.setdefault((name, row["seed"]), ([], []))
        x.append(row["step"])
        y.append(row["value"])
    return [Series(name=name, seed=seed, x=x, y=y) for (name, seed), (x, y) in found.items()]


def _panel(recipe: Recipe, point: int, panel: Panel) -> str:
    figure = figure_of_panel(panel, seeds=recipe.seeds)
    return _figure(f"{panel.title}{_where(recipe, point)}", panel.note, figure, curves=False)


def _where(recipe: Recipe, point: int) -> str:
    """The grid point in words, where there are several."""
    overrides = list(recipe.points())[point]
    return f" ({', '.join(f'{name} = {value}' for name, value in overrides.items())})" if overrides else ""


def _figure(title: str, note: str, figure: dict[str, Any], *, curves: bool) -> str:
    data = json.dumps({"figure": figure, "curves": curves}).replace("<", "\\u003c")
    caption = f"<h2>{html.escape(title)}</h2><p>{html.escape(note)}</p>"
    return f'<figure>{caption}<div></div><script type="application/json">{data}</script></figure>'


def _bundle() -> Path:
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed; install the project with its 'worker' extra")
    return Path(spec.origin).parent / "package_data" / BUNDLE
