"""The front page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from problems.evidence import registered_evidence
from problems.selectors.front import front_page


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    evidence = registered_evidence()
    context = {
        "page": front_page(timezone.now()),
        "evidence_template": evidence.front_template if evidence else "",
        **(evidence.front(request.user) if evidence else {}),
    }
    return render(request, "problems/front.html", context)
