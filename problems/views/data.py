"""The public data: files of each day, the data of this moment, and the schema that describes them."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from problems.archive.schema import archive_schema
from problems.archive.tables import TABLES
from problems.archive.writing import archive_pieces
from problems.models import Export

TYPES = {Export.Kind.JSON: "application/json", Export.Kind.CSV: "text/csv; charset=utf-8"}


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    tables = [(table.name.replace("_", " "), [*table.fields, *table.links]) for table in TABLES]
    return render(request, "problems/data.html", {"exports": Export.objects.all(), "tables": tables})


@require_safe
def data_file(request: HttpRequest, name: str) -> FileResponse:
    export = next((export for export in Export.objects.all() if export.file_name == name), None)
    if export is None or not default_storage.exists(export.storage_name):
        raise Http404(f"There is no file {name}. Files are kept for some days; /data/ lists those that are here.")
    file = default_storage.open(export.storage_name)
    response = FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[Export.Kind(export.kind)])
    response["ETag"] = f'"{export.sha256}"'
    return response


@require_safe
def data_now(request: HttpRequest) -> StreamingHttpResponse:
    """The same as the file of a day, as of this moment."""
    now = timezone.now()
    response = StreamingHttpResponse(archive_pieces(made_at=now), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="catalogue-{now:%Y-%m-%d-%H%M}.json"'
    return response


@require_safe
def data_schema(request: HttpRequest) -> JsonResponse:
    return JsonResponse(archive_schema(), json_dumps_params={"indent": 1})
