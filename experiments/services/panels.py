"""The panels of a run: what its shards looked at, put together so that their seeds are drawn in one plot."""

from experiments.models import Artifact, Run
from experiments.recipe.panels import Panel, merge
from experiments.services.blobs import open_blob


def panels_of(run: Run) -> list[Panel]:
    """One panel per key and grid point. With a sweep, key and title also name the point."""
    points = {shard.point: shard.overrides for shard in run.shards.all()}
    files = Artifact.objects.filter(shard__run=run, kind=Artifact.Kind.PANEL).select_related("shard")
    found: dict[tuple[int, str], list[Panel]] = {}
    for file in files.order_by("shard__point", "shard__index", "pk"):
        panel = read_panel(file)
        found.setdefault((file.shard.point, panel.key), []).append(panel)
    merged = ((point, merge(panels)) for (point, _), panels in found.items())
    return [_named(panel, point, points[point]) if len(points) > 1 else panel for point, panel in merged]


def read_panel(file: Artifact) -> Panel:
    with open_blob(file.blob_id) as content:
        return Panel.model_validate_json(content.read())


def _named(panel: Panel, point: int, overrides: dict[str, object]) -> Panel:
    where = ", ".join(f"{name} = {value}" for name, value in overrides.items())
    return panel.model_copy(update={"key": f"{panel.key}.point-{point}", "title": f"{panel.title} ({where})"})
