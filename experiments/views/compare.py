"""Runs side by side: what differs between their recipes, then their curves on shared axes."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments.differences import differences
from experiments.figure_layout import template_of_theme
from experiments.models import Run
from experiments.selectors.compared import MAX_RUNS, compared_figures, last_values_of
from experiments.selectors.curve_figures import SMOOTHINGS, choice_of
from experiments.selectors.measured import measures_of


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    runs = _asked_runs(request)
    recipes = [run.recipe.recipe for run in runs]
    context = {
        "runs": runs,
        "asked": request.GET.get("runs", ""),
        "max_runs": MAX_RUNS,
        "differences": differences(recipes) if recipes else [],
        "measures": list(dict.fromkeys(name for recipe in recipes for name in measures_of(recipe))),
        "last_rows": last_values_of(runs),
        "choice": choice_of(request.GET.dict(), n_seeds=1),
        "smoothings": SMOOTHINGS,
        "templates": {"light": template_of_theme("light"), "dark": template_of_theme("dark")},
    }
    return render(request, "experiments/compare.html", context)


@require_safe
def compare_curves(request: HttpRequest) -> HttpResponse:
    figures = compared_figures(_asked_runs(request), choice_of(request.GET.dict(), n_seeds=1))
    return JsonResponse({"figures": figures, "whole": True, "ended": True})


def _asked_runs(request: HttpRequest) -> list[Run]:
    """The runs named in the address, in its order; what is no number or no run is passed over."""
    asked = [
        int(part) for part in request.GET.get("runs", "").split(",") if part.strip().isdecimal() and len(part) < 18
    ]
    wanted = list(dict.fromkeys(asked))[:MAX_RUNS]
    found = Run.objects.select_related("recipe__problem", "submitter").in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]
