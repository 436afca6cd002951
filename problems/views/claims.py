"""Claiming, noting, releasing: GET shows the plans of others first, POST calls one service and goes back."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from problems.forms import ClaimForm, NoteForm
from problems.models import Claim
from problems.selectors.problem_page import find_problem, problem_page
from problems.services.claims import claim_problem, note_on_claim, release_claim
from problems.views.problem import no_such_problem


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, number: str) -> HttpResponse:
    problem = find_problem(number)
    if problem is None:
        return no_such_problem(request, number)

    page = problem_page(problem, request.user)
    form = ClaimForm(request.POST or None, initial=initial_of(page.own_claim))
    if request.method == "POST" and form.is_valid():
        claim_problem(problem, request.user, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, f"You are on {problem.number}. A note every few weeks keeps the claim fresh.")
        return redirect(problem)
    days = {"fresh": settings.CLAIM_FRESH_DAYS, "quiet": settings.CLAIM_QUIET_DAYS}
    return render(request, "problems/claim.html", {"page": page, "problem": problem, "form": form, "days": days})


@login_required
@require_POST
def note(request: HttpRequest, number: str) -> HttpResponse:
    own = get_object_or_404(held_by(request), problem__number=number)
    form = NoteForm(request.POST)
    if form.is_valid():
        note_on_claim(own, text=form.cleaned_data["text"])
        messages.success(request, "Noted. Your claim is fresh again.")
    else:
        messages.error(request, str(form.errors["text"][0]))
    return redirect(own.problem)


@login_required
@require_POST
def release(request: HttpRequest, number: str) -> HttpResponse:
    own = get_object_or_404(held_by(request), problem__number=number)
    release_claim(own)
    messages.success(request, f"You released {number}. It stays in the history, and you may claim it again.")
    return redirect(own.problem)


def held_by(request: HttpRequest) -> "QuerySet[Claim]":
    return Claim.objects.held().filter(claimant_id=request.user.pk).select_related("problem")


def initial_of(own: Claim | None) -> dict[str, object]:
    return {"plan": own.plan, "expected_on": own.expected_on} if own and not own.released_at else {}
