"""Figures as JSON, for the plots of a page."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from experiments.figures import figure_of_panel
from experiments.models import Artifact, Run
from experiments.selectors.curve_figures import choice_of, figures_since
from experiments.services.measurements import generation
from experiments.services.panels import panels_of


@require_safe
def run_curves(request: HttpRequest, pk: int) -> HttpResponse:
    """The curves that are new after a chunk, how many panels there are, and whether more can come."""
    run = get_object_or_404(Run.objects.select_related("recipe"), pk=pk)
    recipe = run.recipe.recipe
    choice = choice_of(request.GET.dict(), n_seeds=len(recipe.seeds), n_points=recipe.n_points)
    now = generation(run)
    whole = request.GET.get("generation") != str(now)  # a shard went back a while: points on the page may be gone
    after = 0 if whole else _whole(request.GET.get("after"))
    figures, last_chunk = figures_since(run, recipe, choice, after_chunk=after)
    n_panels = Artifact.objects.filter(shard__run=run, kind=Artifact.Kind.PANEL).count()
    # The state was read before the measurements: a run that ended meanwhile is asked once more.
    answer = {"figures": figures, "whole": after == 0, "n_panels": n_panels, "ended": run.is_ended}
    return JsonResponse(answer | {"after": last_chunk, "generation": now})


@require_safe
def panel_figure(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    run = get_object_or_404(Run.objects.select_related("recipe"), pk=pk)
    panel = next((panel for panel in panels_of(run) if panel.key == key), None)
    if panel is None:
        raise Http404("This run has no such panel.")
    return JsonResponse(figure_of_panel(panel, seeds=run.recipe.recipe.seeds))


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0
