"""Adding existing work, asking for help, closing what was asked."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from problems.contribution_forms import HelpForm, ReferenceForm
from problems.models import HelpWanted, Problem, Reference, User
from problems.services import contributions as services
from problems.views.going_back import to_problem


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_reference(request: HttpRequest, number: str) -> HttpResponse:
    problem = get_object_or_404(Problem.objects.visible_to(request.user), number=number)
    form = ReferenceForm(request.POST or None, problem=problem)
    if request.method == "POST" and form.is_valid():
        made = services.add_reference(problem, added_by=cast(User, request.user), **form.cleaned_data)
        return thanked(request, made, f"#reference-{made.pk}")
    context = {"problem": problem, "form": form, "what": "Add existing work on", "button": "Add it"}
    return render(request, "problems/contribution.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_help(request: HttpRequest, number: str) -> HttpResponse:
    problem = get_object_or_404(Problem.objects.visible_to(request.user), number=number)
    form: Form = HelpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.ask_for_help(problem, added_by=cast(User, request.user), **form.cleaned_data)
        return thanked(request, made, f"#help-wanted-{made.pk}")
    context = {"problem": problem, "form": form, "what": "Ask for help with", "button": "Ask"}
    return render(request, "problems/contribution.html", context)


@login_required
@require_POST
def close_help(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Whoever asked, and curators."""
    person = cast(User, request.user)
    wishes = HelpWanted.objects.filter(problem__number=number)
    wish = get_object_or_404(wishes if person.is_curator else wishes.filter(added_by=person), pk=pk)
    services.close_help(wish)
    messages.success(request, "Closed. It is no longer listed as wanted.")
    return to_problem(request, wish.problem)


def thanked(request: HttpRequest, made: Reference | HelpWanted, place: str) -> HttpResponse:
    awaits = " It is public and awaits approval." if made.is_pending else ""
    messages.success(request, f"Thank you, it is there.{awaits}")
    return to_problem(request, made.problem, place)
