"""The log of a run: what the page shows of it, what came since, and the whole as a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from experiments.models import Run
from experiments.selectors.logs import as_text, log_after, near_end


@require_safe
def run_log(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines after one, as they are put under the others."""
    shown = get_object_or_404(Run, pk=pk)
    shard = _whole(request.GET.get("shard"))
    part = log_after(shown, _whole(request.GET.get("after")) or 0, shard=shard)
    return render(request, "experiments/_log.html", {"run": shown, "log": part, "log_shard": shard})


@require_safe
def run_log_text(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    shown = get_object_or_404(Run, pk=pk)
    headers = {"Content-Disposition": f'attachment; filename="run-{pk}.log"'}
    return StreamingHttpResponse(as_text(shown), content_type="text/plain; charset=utf-8", headers=headers)


def log_context(request: HttpRequest, shown: Run) -> dict[str, Any]:
    """A long log is shown from near its end, unless all of it or what follows a line is asked for."""
    shard = _whole(request.GET.get("shard"))
    after = _whole(request.GET.get("after"))
    if after is None:
        after = 0 if request.GET.get("log") == "all" else near_end(shown, shard=shard)
    return {"log": log_after(shown, after, shard=shard), "log_shard": shard}


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 18 else None
