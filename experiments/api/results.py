"""What came out of a run: measurements, files, panels."""

import io
import math
import re
from typing import Any

import pyarrow as pa
import pyarrow.csv
from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView, answer
from experiments.api.errors import InvalidBody
from experiments.api.runs import run_or_404
from experiments.api.shapes import Artifacts, artifacts_at
from experiments.columns import bundled
from experiments.models import Artifact
from experiments.recipe.panels import Panel
from experiments.services.blobs import open_blob
from experiments.services.measurements import generation, packed_measurements, read_measurements
from experiments.services.panels import panels_of
from experiments.services.refusals import Conflict, NotFound


class Columns(BaseModel):
    """Measurements as columns of equal length. A value that is not finite is null; Parquet and CSV keep it."""

    columns: dict[str, list[Any]]
    last_chunk: int  # ask with ?after= this for what is new
    generation: int  # if it grew since last time, forget what was read and ask from the start


class ParquetRenderer(BaseRenderer):
    media_type = "application/vnd.apache.parquet"
    format = "parquet"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return JSONRenderer().render(data)  # only refusals come this way


class CsvRenderer(ParquetRenderer):
    media_type = "text/csv"
    format = "csv"


class PackedRenderer(ParquetRenderer):
    media_type = "application/octet-stream"
    format = "packed"


class MeasurementsView(ApiView):
    renderer_classes = [JSONRenderer, ParquetRenderer, CsvRenderer, PackedRenderer]

    @extend_schema(
        responses=Columns,
        operation_id="runs_measurements",
        parameters=[
            OpenApiParameter("after", int, description="only what came after this chunk"),
            OpenApiParameter("format", str, enum=["json", "parquet", "csv", "packed"]),
        ],
    )
    def get(self, request: Request, pk: int) -> Response | HttpResponse:
        """Every measurement: point, seed, step, measure, split, component, value.

        `packed` is what the notebook client reads: the tables as they are stored, see `experiments/columns.py`.
        """
        run, after_chunk = run_or_404(pk), whole(request, "after")
        kind = request.accepted_renderer.format
        if kind == "packed":
            packed, _ = packed_measurements(run, after_chunk=after_chunk)
            return _download(bundled(packed), f"run-{pk}-measurements.bin", PackedRenderer.media_type)
        generation_before = generation(run)  # read first: a restart in between shows the next time
        table, last_chunk = read_measurements(run, after_chunk=after_chunk)
        if kind == "parquet":
            return _download(_parquet(table), f"run-{pk}-measurements.parquet", ParquetRenderer.media_type)
        if kind == "csv":
            return _download(_csv(table), f"run-{pk}-measurements.csv", CsvRenderer.media_type)
        columns = {name: table[name].to_pylist() for name in table.column_names}
        columns["value"] = [value if math.isfinite(value) else None for value in columns["value"]]
        return answer(Columns(columns=columns, last_chunk=last_chunk, generation=generation_before))


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet  # 9 MB that few ask for

    sink = io.BytesIO()
    # Values hardly repeat: a dictionary of them would cost more time than all the rest.
    repeated = [name for name in table.column_names if name != "value"]
    encoding = {"value": "BYTE_STREAM_SPLIT"}
    pyarrow.parquet.write_table(table, sink, compression="zstd", use_dictionary=repeated, column_encoding=encoding)
    return sink.getvalue()


def _csv(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    labels = [name for name in table.column_names if pa.types.is_dictionary(table.schema.field(name).type)]
    for name in labels:
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(pa.utf8()))
    pyarrow.csv.write_csv(table, sink)
    return sink.getvalue()


def _download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    disposition = f'attachment; filename="{filename}"'
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})


class ArtifactsView(ApiView):
    @extend_schema(responses=Artifacts, operation_id="runs_artifacts")
    def get(self, request: Request, pk: int) -> Response:
        """The files of a run, with the address of each."""
        run_or_404(pk)
        files = Artifact.objects.filter(shard__run=pk).select_related("shard", "blob")
        ordered = files.order_by("shard__index", "kind", "seed", "step", "name")
        return answer(artifacts_at(ordered, url=request.build_absolute_uri(request.path)))


class ArtifactView(ApiView):
    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        operation_id="runs_artifact",
        parameters=[OpenApiParameter("shard", int, description="needed when several shards have a file of this name")],
    )
    def get(self, request: Request, pk: int, name: str) -> FileResponse:
        """The bytes of one file."""
        run_or_404(pk)
        found = Artifact.objects.filter(shard__run=pk, name=name).select_related("shard")
        if "shard" in request.GET:
            found = found.filter(shard__index=whole(request, "shard"))
        files = list(found.order_by("shard__index")) if "\x00" not in name else []
        if not files:
            raise NotFound("not_found", f"Run {pk} has no file {name}.")
        if len(files) > 1:
            shards = ", ".join(str(file.shard.index) for file in files)
            raise Conflict("ambiguous", f"Several shards have this file: give ?shard= one of {shards}.")
        return FileResponse(
            open_blob(files[0].blob_id),
            as_attachment=True,
            filename=f"run-{pk}-shard-{files[0].shard.index}-{name.replace('/', '-')}",
            content_type="application/octet-stream",
        )


class Panels(BaseModel):
    panels: list[Panel]


class PanelsView(ApiView):
    @extend_schema(responses=Panels, operation_id="runs_panels")
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The numbers of every plot of the run's analyses."""
        panels = Panels(panels=panels_of(run_or_404(pk)))
        return HttpResponse(panels.model_dump_json(), content_type="application/json")  # which writes NaN as null


def whole(request: Request, name: str) -> int:
    text = request.GET.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise InvalidBody("invalid", f"{name}: not a whole number", fields={name: "not a whole number"})
    return int(text)
