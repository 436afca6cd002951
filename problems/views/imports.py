"""Importing a list of problems, and a row of the old table: what would change first, then just that."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from problems.import_forms import ConfirmForm, ListForm, OldRowForm, PastedRowForm, initial_old_row
from problems.models import User
from problems.services.bulk_import import DataMoved, import_list, plan_import
from problems.services.lists import COLUMNS, BadList
from problems.services.old_row_import import NothingToAdd, add_old_row
from problems.services.old_rows import read_old_row
from problems.views.access import curators_only


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def import_problems(request: HttpRequest) -> HttpResponse:
    if "digest" in request.POST:
        return confirm(request)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return show_plan(request, form.cleaned_data["text"])
        except BadList as error:
            form.add_error(None, str(error))
    return render(request, "curating/import.html", {"form": form, "columns": COLUMNS})


def show_plan(request: HttpRequest, text: str, form: ConfirmForm | None = None) -> HttpResponse:
    plan = plan_import(text)
    shown = form or ConfirmForm(initial={"text": text, "digest": plan.digest})
    return render(request, "curating/import_plan.html", {"plan": plan, "form": shown})


def confirm(request: HttpRequest) -> HttpResponse:
    form = ConfirmForm(request.POST)
    text, digest = request.POST.get("text", ""), request.POST["digest"]
    try:
        if not form.is_valid():
            return show_plan(request, text, form)
        reason = form.cleaned_data["reason"]
        plan = import_list(text, digest=digest, curator=cast(User, request.user), reason=reason)
    except DataMoved as error:
        messages.error(request, f"Nothing was imported. {error}")
        return show_plan(request, text)
    except BadList as error:
        messages.error(request, f"Nothing was imported. {error}")
        return redirect("import")
    messages.success(request, f"{len(plan.created)} created, {len(plan.changed)} changed.")
    return redirect("curate")


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def import_row(request: HttpRequest) -> HttpResponse:
    """Pasting shows what was read; saving adds it."""
    if "numbers" in request.POST:
        return add_row(request)
    pasted = PastedRowForm(request.POST or None)
    context: dict[str, Any] = {"pasted": pasted}
    if request.method == "POST" and pasted.is_valid():
        row = read_old_row(pasted.cleaned_data["row"])
        form = OldRowForm(initial=initial_old_row(row))
        context = {"row": row, "form": form, "pasted": PastedRowForm()}
    return render(request, "curating/import_row.html", context)


def add_row(request: HttpRequest) -> HttpResponse:
    form = OldRowForm(request.POST)
    if form.is_valid():
        problem = form.cleaned_data.pop("problem")
        try:
            added = add_old_row(problem, curator=cast(User, request.user), **form.cleaned_data)
        except NothingToAdd as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Added: {', '.join(added)}.")
            return redirect(problem)
    return render(request, "curating/import_row.html", {"pasted": PastedRowForm(), "form": form})
