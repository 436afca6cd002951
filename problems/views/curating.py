"""The curator's tools on one problem: a form each. POST parses it and calls one service."""

from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from problems.curating_forms import IncorporateForm, MergeForm, ResolveForm, RevisionForm, SplitForm, initial_revision
from problems.idea_forms import subcategories_in_use
from problems.models import Merge, Problem, Resolution, User
from problems.moderation_forms import ReasonForm
from problems.selectors.revision_conflict import conflict_of
from problems.services.curating import (
    RevisedMeanwhile,
    TooManyParts,
    incorporate,
    latest_revision,
    revise_problem,
    split_into_parts,
)
from problems.services.merging import CannotMerge, merge_duplicate, undo_merge
from problems.services.resolving import CannotResolve, resolve, take_back
from problems.views.access import curators_only
from problems.views.going_back import carried, to_problem

forms_only = require_http_methods(["GET", "HEAD", "POST"])


@forms_only
@curators_only
def edit(request: HttpRequest, number: str) -> HttpResponse:
    problem = get_object_or_404(Problem, number=number)
    revision = latest_revision(problem)
    form = RevisionForm(request.POST or None, initial=initial_revision(problem, revision))
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            made = revise_problem(problem, curator=curator_of(request), **form.cleaned_data)
        except RevisedMeanwhile as meanwhile:
            conflict, form = conflict_of(meanwhile), seen_now(form, meanwhile)
        else:
            messages.success(request, "A new revision is kept." if made.is_new else "The statement stays as it is.")
            return to_problem(request, problem)
    return show(request, "edit", problem, form, conflict=conflict, subcategories=subcategories_in_use())


@forms_only
@curators_only
def take_in(request: HttpRequest, number: str) -> HttpResponse:
    problem = get_object_or_404(Problem, number=number)
    initial = {"statement": problem.statement, "seen": latest_revision(problem).history_id}
    form = IncorporateForm(request.POST or None, problem=problem, initial=initial)
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            incorporate(problem, curator=curator_of(request), **form.cleaned_data)
        except RevisedMeanwhile as meanwhile:
            conflict, form = conflict_of(meanwhile), seen_now(form, meanwhile, problem=problem)
        else:
            messages.success(request, "Taken in. The backlog of the problem is shorter by it.")
            return to_problem(request, problem)
    return show(request, "incorporate", problem, form, conflict=conflict)


@forms_only
@curators_only
def split(request: HttpRequest, number: str) -> HttpResponse:
    problem = get_object_or_404(Problem, number=number)
    form = SplitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            parts = split_into_parts(problem, curator=curator_of(request), **form.cleaned_data)
        except TooManyParts as error:
            form.add_error("statements", str(error))
        else:
            messages.success(request, f"Added {', '.join(f'({part.letter})' for part in parts)}.")
            return to_problem(request, problem)
    return show(request, "split", problem, form)


@forms_only
@curators_only
def merge(request: HttpRequest, number: str) -> HttpResponse:
    problem = get_object_or_404(Problem, number=number)
    form = MergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merge_duplicate(problem, curator=curator_of(request), **form.cleaned_data)
        except CannotMerge as error:
            form.add_error("into", str(error))
        else:
            messages.success(request, f"{number} is merged; it can be taken back on its page.")
            return to_problem(request, form.cleaned_data["into"])
    standing = Merge.objects.standing().filter(duplicate=problem).select_related("into").first()
    return show(request, "merge", problem, form, merge=standing, reason_form=ReasonForm())


@require_POST
@curators_only
def unmerge(request: HttpRequest, number: str) -> HttpResponse:
    standing = get_object_or_404(Merge.objects.standing(), duplicate__number=number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect(reverse("curate-merge", args=[number]) + carried(request))
    undo_merge(standing, curator=curator_of(request), reason=form.cleaned_data["reason"])
    messages.success(request, f"{number} stands for itself again; what the merge had moved is back.")
    return to_problem(request, standing.duplicate)


@forms_only
@curators_only
def resolve_by_run(request: HttpRequest, number: str) -> HttpResponse:
    problem = get_object_or_404(Problem, number=number)
    form = ResolveForm(request.POST or None, problem=problem)
    if request.method == "POST" and form.is_valid():
        try:
            resolve(problem, curator=curator_of(request), **form.cleaned_data)
        except CannotResolve as error:
            form.add_error("run", str(error))
        else:
            messages.success(request, "Signed. The run that shows it is named on the page.")
            return to_problem(request, problem)
    standing = problem.resolutions.standing().select_related("part", "signed_by")
    return show(request, "resolve", problem, form, resolutions=standing)


@require_POST
@curators_only
def reopen(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    found = get_object_or_404(Resolution.objects.standing(), pk=pk, problem__number=number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect(reverse("curate-resolve", args=[number]) + carried(request))
    take_back(found, curator=curator_of(request), reason=form.cleaned_data["reason"])
    messages.success(request, "The resolution is taken back; it stays in the history.")
    return to_problem(request, found.problem)


def seen_now(form: Any, meanwhile: RevisedMeanwhile, **options: Any) -> Any:
    """The same form with what was typed, now knowing the latest revision: saving it again overwrites knowingly."""
    data = form.data.copy()
    data["seen"] = str(meanwhile.latest.history_id)
    again = type(form)(data, **options)
    again.is_valid()
    return again


def show(request: HttpRequest, name: str, problem: Problem, form: Form, **more: Any) -> HttpResponse:
    context = {"problem": problem, "form": form, **more}
    return render(request, f"curating/{name}.html", context)


def curator_of(request: HttpRequest) -> User:
    return cast(User, request.user)
