"""Proposed problems: public while they wait, numbered once approved."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from problems.idea_forms import ProposalForm, subcategories_in_use
from problems.models import Proposal, User
from problems.services.proposals import propose_problem


@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    seen = Proposal.objects.visible_to(request.user).filter(problem=None).select_related("category", "added_by")
    return render(request, "proposals/list.html", {"proposals": seen[:200]})


@require_safe
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    seen = Proposal.objects.visible_to(request.user).select_related("category", "added_by", "problem")
    found = get_object_or_404(seen, pk=pk)
    if found.problem:
        return redirect(found.problem)
    return render(request, "proposals/proposal.html", {"proposal": found})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    form = ProposalForm(request.POST or None, initial={"category": request.GET.get("category")})
    if request.method == "POST" and form.is_valid():
        made = propose_problem(cast(User, request.user), **form.cleaned_data)
        if made.problem:
            messages.success(request, f"Thank you. It is problem {made.problem.number}.")
            return redirect(made.problem)
        messages.success(request, "Thank you. It is public, and gets its number once a curator has approved it.")
        return redirect(made)
    return render(request, "proposals/propose.html", {"form": form, "subcategories": subcategories_in_use()})
