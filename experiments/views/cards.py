"""The card of a run, as it stands wherever somebody mentions the run; it asks again until the run has ended."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from experiments.models import Run
from experiments.selectors.wall import tiles


@require_safe
def run_card(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(Run.objects.select_related("recipe__problem", "submitter"), pk=pk)
    return render(request, "experiments/_run_card.html", {"tile": tiles([run])[0]})
