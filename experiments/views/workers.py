"""Who computes, and what waits; an owner may drain a worker."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from experiments.models import Pause, Worker
from experiments.recipe.engine import engine_digest
from experiments.selectors.operations import queue_by_class
from experiments.selectors.workers_page import worker_lines
from experiments.services.workers import ask_to_drain, let_work_again


@require_safe
def workers(request: HttpRequest) -> HttpResponse:
    user = request.user if request.user.is_authenticated else None
    context = {
        "lines": worker_lines(user),
        "queue": queue_by_class(),
        "paused": Pause.objects.in_force().of_classes(),
        "engine": engine_digest(),
    }
    return render(request, "experiments/workers.html", context)


@login_required
@require_POST
def drain_worker(request: HttpRequest, pk: int) -> HttpResponse:
    assert request.user.is_authenticated
    worker = get_object_or_404(Worker.objects.select_related("token"), pk=pk)
    wants_drain = request.POST.get("wanted") != "work"
    (ask_to_drain if wants_drain else let_work_again)(worker=worker, by=request.user)
    told = "finishes what it holds and takes nothing new" if wants_drain else "takes new shards again"
    messages.success(request, f"Worker {worker.name} {told}; it hears of it within ten seconds.")
    return redirect("workers")
