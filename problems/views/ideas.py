"""Ideas: the list, one idea, proposing one, and what curators do with it."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from problems.idea_forms import DuplicateIdeaForm, IdeaForm, IdeaStateForm, TurnIntoProblemForm, subcategories_in_use
from problems.models import Idea, User
from problems.selectors.discussion import discussion_of
from problems.selectors.ideas import idea_list, ideas_for
from problems.services.following import is_following
from problems.services.ideas import change_idea_state, link_duplicate, propose_idea, turn_into_problem
from problems.views.access import curators_only

IDEAS_PER_PAGE = 30


@require_safe
def ideas(request: HttpRequest) -> HttpResponse:
    found = idea_list(request.GET, cast(User, request.user))
    page = Paginator(found.ideas, IDEAS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ideas/list.html", {"found": found, "page": page, "query": found.query})


@require_safe
def idea(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(ideas_for(request.user), pk=pk)
    user = request.user
    context = {
        "idea": shown,
        "place": shown,
        "discussion": discussion_of(shown, user, request.GET),
        "is_following": user.is_authenticated and is_following(user, idea=shown),
    }
    return render(request, "ideas/idea.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    form = IdeaForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = propose_idea(cast(User, request.user), **form.cleaned_data)
        awaits = " It is public and awaits approval." if made.is_pending else ""
        messages.success(request, f"Thank you, your idea has a page.{awaits}")
        return redirect(made)
    return render(request, "ideas/propose.html", {"form": form})


@curators_only
@require_http_methods(["GET", "HEAD", "POST"])
def curate(request: HttpRequest, pk: int) -> HttpResponse:
    """Three forms on one page; the button that was pressed says which."""
    found = get_object_or_404(Idea, pk=pk)
    action = request.POST.get("action", "")
    forms: dict[str, Form] = {
        "state": IdeaStateForm(request.POST if action == "state" else None, initial={"state": found.state}, prefix="s"),
        "duplicate": DuplicateIdeaForm(request.POST if action == "duplicate" else None, idea=found, prefix="d"),
        "problem": TurnIntoProblemForm(
            request.POST if action == "problem" else None, initial={"statement": found.summary}, prefix="p"
        ),
    }
    if action in forms and forms[action].is_valid():
        return carry_out(request, found, action, forms[action])
    context = {"idea": found, "forms": forms, "subcategories": subcategories_in_use()}
    return render(request, "ideas/curate.html", context)


def carry_out(request: HttpRequest, found: Idea, action: str, form: Form) -> HttpResponse:
    curator, values = cast(User, request.user), form.cleaned_data
    match action:
        case "problem":
            made = turn_into_problem(found, curator=curator, **values)
            messages.success(request, f"It is problem {made.number} now. The idea stays and links to it.")
            return redirect(made)
        case "duplicate":
            changed = link_duplicate(found, curator=curator, **values)
        case _:
            changed = change_idea_state(found, curator=curator, **values)
    messages.success(request, "Saved." if changed else "Nothing to change.")
    return redirect(found)
