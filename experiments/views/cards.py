"""The card of a run, as it stands wherever somebody mentions the run; it asks again until the run has ended."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments.evidence import runs_on_cards
from experiments.selectors.wall import tiles


@require_safe
def run_card(request: HttpRequest, pk: int) -> HttpResponse:
    found = tiles(runs_on_cards([pk]))
    if not found:
        raise Http404(f"There is no run {pk}.")
    return render(request, "experiments/_run_card.html", {"tile": found[0]})
