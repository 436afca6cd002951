"""The page of a run, the parts of it that change while it runs, and what can be done with it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from experiments.figure_layout import template_of_theme
from experiments.models import Artifact, Run
from experiments.selectors.curve_figures import SMOOTHINGS, choice_of
from experiments.selectors.expectations import scored_expectations
from experiments.selectors.files import checkpoints_of
from experiments.selectors.measured import last_rows, measures_of
from experiments.selectors.progress import progress_of
from experiments.selectors.shown_panels import shown_panels
from experiments.selectors.space import space_of_run
from experiments.selectors.troubles import troubles_of
from experiments.selectors.waiting import of_run, shards_of, why_shards_wait
from experiments.services.refusals import StorageFailed
from experiments.services.retention import may_pin, pin_run, unpin_run
from experiments.services.runs import may_cancel, request_cancel
from experiments.views.logs import log_context
from experiments.views.submitting import start_run

SHARDS_SHOWN = 100


@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _run(pk)
    recipe = shown.recipe.recipe
    context = _live(request, shown) | log_context(request, shown) | _files(request, shown)
    context |= {
        "measures": measures_of(recipe),
        "choice": choice_of(request.GET.dict(), n_seeds=len(recipe.seeds), n_points=recipe.n_points),
        "smoothings": SMOOTHINGS,
        "templates": {"light": template_of_theme("light"), "dark": template_of_theme("dark")},
        **_panels(shown),
        "n_panels": Artifact.objects.filter(shard__run=shown, kind=Artifact.Kind.PANEL).count(),
        "base_url": settings.BASE_URL,
    }
    return render(request, "experiments/run.html", context)


@require_safe
def run_live(request: HttpRequest, pk: int) -> HttpResponse:
    """State, expectations and shards; once the run has ended also the files, and no more asking."""
    shown = _run(pk)
    context = _live(request, shown)
    if shown.is_ended:
        context |= _files(request, shown) | {"just_ended": True}
    return render(request, "experiments/_live.html", context)


@require_safe
def run_files(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "experiments/_files.html", _files(request, _run(pk)))


@require_safe
def run_panels(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _run(pk)
    return render(request, "experiments/_panels.html", {"run": shown, **_panels(shown)})


@login_required
@require_POST
def cancel_run(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _run(pk)
    assert request.user.is_authenticated
    request_cancel(run=shown, by=request.user)
    messages.info(request, f"Run {pk} is being cancelled; its worker hears of it within ten seconds.")
    return redirect(shown)


@login_required
@require_POST
def run_again(request: HttpRequest, pk: int) -> HttpResponse:
    return start_run(request, _run(pk).recipe)


@login_required
@require_POST
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _run(pk)
    assert request.user.is_authenticated
    (unpin_run if request.POST.get("wanted") == "unpin" else pin_run)(run=shown, by=request.user)
    return redirect(f"{shown.get_absolute_url()}#files")


def _run(pk: int) -> Run:
    return get_object_or_404(Run.objects.select_related("recipe__problem", "recipe__author", "submitter"), pk=pk)


def _panels(shown: Run) -> dict[str, Any]:
    """The rest of the page stands without them: curves and log are in the database."""
    try:
        return {"panels": shown_panels(shown)}
    except StorageFailed as trouble:
        return {"panels": [], "panels_trouble": trouble.detail}


def _live(request: HttpRequest, shown: Run) -> dict[str, Any]:
    recipe = shown.recipe.recipe
    shards = shards_of(shown)
    waits = why_shards_wait(shards)
    return {
        "run": shown,
        "recipe": recipe,
        "shards": [(shard, waits.get(shard.pk)) for shard in shards[:SHARDS_SHOWN]],
        "n_more_shards": max(0, len(shards) - SHARDS_SHOWN),
        "troubles": troubles_of(shards),
        "n_failed": sum(bool(shard.failure) for shard in shards),
        "progress": progress_of(shown, shards),
        "waiting": of_run(shards, waits),
        "scored": scored_expectations(shown, recipe, shards),
        "last_rows": last_rows(shown, recipe),
        "can_cancel": not shown.is_ended and may_cancel(shown, request.user),  # type: ignore[arg-type]
    }


def _files(request: HttpRequest, shown: Run) -> dict[str, Any]:
    point, seed = _whole(request.GET.get("point")), _whole(request.GET.get("seed"))
    recipe = shown.recipe.recipe
    return {
        "run": shown,
        "checkpoints": checkpoints_of(shown, recipe, point=point, seed=seed),
        "environments": _environments(shown),
        "space": space_of_run(shown),
        "can_pin": may_pin(shown, request.user),  # type: ignore[arg-type]
        "retention": {"days": settings.CHECKPOINT_DAYS, "between": settings.CHECKPOINTS_BETWEEN},
    }


def _environments(shown: Run) -> list[dict[str, Any]]:
    """What the shards ran on; shards that agree are told once."""
    fields = ("engine_digest", "environment_digest", "hardware")
    ran = shown.shards.exclude(environment_digest="").order_by("index")
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for shard in ran:
        key = tuple(getattr(shard, name) for name in fields)
        found.setdefault(key, {"shard": shard, "indexes": []})["indexes"].append(shard.index)
    return list(found.values())


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 18 else None
