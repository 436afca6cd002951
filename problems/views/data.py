"""The public data: files of each day, the data of this moment, and the schema that describes them."""

import tempfile

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from problems.archive.schema import archive_schema
from problems.archive.steady import steady_view
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
def data_now(request: HttpRequest) -> FileResponse:
    """The same as the file of a day, as of this moment: written whole first, as what comes in while it is read must not
    be in one table and missing in another."""
    now = timezone.now()
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with steady_view():
        file.writelines(piece.encode() for piece in archive_pieces(made_at=now))
    file.seek(0)
    name = f"catalogue-{now:%Y-%m-%d-%H%M}.json"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/json")


@require_safe
def data_schema(request: HttpRequest) -> JsonResponse:
    return JsonResponse(archive_schema(), json_dumps_params={"indent": 1})
