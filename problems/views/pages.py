"""The front page."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from problems.evidence import registered_evidence
from problems.models import Category, Claim, HelpWanted, ListEntry


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    evidence = registered_evidence()
    entries = ListEntry.objects.all()
    context = {
        "n_problems": entries.count(),
        "n_claimed": entries.claimed(timezone.now()).count(),
        "n_with_recipe": entries.filter(n_recipes__gt=0).count(),
        "categories": Category.objects.annotate(n_problems=Count("entries")),
        "latest_claims": Claim.objects.held().select_related("problem", "claimant")[:5],
        "help_wanted": HelpWanted.objects.open().select_related("problem", "added_by")[:5],
        "evidence_template": evidence.front_template if evidence else "",
        **(evidence.front(request.user) if evidence else {}),
    }
    return render(request, "problems/front.html", context)
