"""Claiming, noting, resuming, releasing: GET shows the plans of others first, POST calls one service and goes back."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from problems.forms import ClaimForm, NoteForm
from problems.models import Claim, ClaimEvent, Problem, User
from problems.selectors.problem_claims import claims_on
from problems.selectors.problem_page import find_problem
from problems.selectors.surroundings import things_around
from problems.services.claim_cap import TooManyClaims, is_at_cap
from problems.services.claims import claim_problem, kind_of, note_on_claim, release_claim, resume_claim
from problems.services.limits import LimitReached
from problems.views.going_back import to_problem
from problems.views.problem import no_such_problem


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, number: str) -> HttpResponse:
    problem = find_problem(number, request.user)
    if problem is None:
        return no_such_problem(request, number)

    claims = claims_on(problem, request.user, things_around(problem))
    form = claim_form(request, problem, claims.own)
    if request.method == "POST" and form.is_valid() and was_claimed(request, problem, form):
        return to_problem(request, problem)
    days = {"fresh": settings.CLAIM_FRESH_DAYS, "quiet": settings.CLAIM_QUIET_DAYS}
    context = {"claims": claims, "problem": problem, "form": form, "days": days}
    return render(request, "problems/claim.html", context | context_of_category(problem))


def claim_form(request: HttpRequest, problem: Problem, own: Claim | None) -> ClaimForm:
    claimant = cast(User, request.user)
    is_new = kind_of(own) != ClaimEvent.Kind.CHANGED
    asks_reason = is_new and is_at_cap(claimant)
    return ClaimForm(request.POST or None, initial=initial_of(own), problem=problem, asks_reason=asks_reason)


def was_claimed(request: HttpRequest, problem: Problem, form: ClaimForm) -> bool:
    try:
        claim_problem(problem, cast(User, request.user), **form.cleaned_data)
    except (LimitReached, TooManyClaims) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, f"You are on {problem.number}. A note every few weeks keeps the claim fresh.")
    return True


def context_of_category(problem: Problem) -> dict[str, object]:
    return {"category": problem.category, "resources": problem.category.resources.all()}


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
    return to_problem(request, own.problem)


@login_required
@require_POST
def resume(request: HttpRequest, number: str) -> HttpResponse:
    own = get_object_or_404(held_by(request), problem__number=number)
    resume_claim(own)
    messages.success(request, f"You are on {number} again, with the plan you had. Change it if it has changed.")
    return to_problem(request, own.problem)


@login_required
@require_POST
def release(request: HttpRequest, number: str) -> HttpResponse:
    own = get_object_or_404(held_by(request), problem__number=number)
    release_claim(own)
    messages.success(request, f"You released {number}. It stays in the history, and you may claim it again.")
    return to_problem(request, own.problem)


def held_by(request: HttpRequest) -> "QuerySet[Claim]":
    return Claim.objects.held().filter(claimant_id=request.user.pk).select_related("problem", "claimant")


def initial_of(own: Claim | None) -> dict[str, object]:
    if own is None or own.released_at:
        return {}
    return {"plan": own.plan, "expected_on": own.expected_on, "parts": [part.letter for part in own.parts.all()]}
