"""The recipe editor: a form and a TOML text that say the same, and below them what the site thinks of it."""

from dataclasses import replace
from typing import Any, get_args

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from experiments.forms import UneditableText, apply_change
from experiments.forms.edits import Change
from experiments.models import SubmittedRecipe
from experiments.recipe import InvalidRecipe, RecipeError
from experiments.selectors.drafts import Draft, draft_of, shares_for, starting_text
from experiments.services.recipes import submit_recipe
from experiments.views.submitting import start_run


@require_http_methods(["GET", "HEAD", "POST"])
def new_recipe(request: HttpRequest) -> HttpResponse:
    fork = _fork(request.POST.get("fork") or request.GET.get("fork", ""))
    if request.method == "POST":
        return _answer_post(request, fork)
    text = starting_text(problem=request.GET.get("problem", ""), fork=fork)
    return _page(request, draft_of(text), fork)


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """What changes in the editor after one change in the form, or after typing in the text."""
    text, change = request.POST.get("toml", ""), request.POST.get("change", "")
    context: dict[str, Any] = {
        "draft": draft_of(text),
        "fork": _fork(request.POST.get("fork", "")),
        "form_changed": not change,
    }
    if change in get_args(Change):
        path = request.POST.get("path", "")
        try:
            changed = apply_change(text, change, path, _value(request, path))  # type: ignore[arg-type]
        except UneditableText as error:
            context["draft"] = _refused(draft_of(text), RecipeError(path, str(error)))
        else:
            is_structure = change != "set" or path.endswith(".name")
            context |= {"draft": draft_of(changed), "text_changed": True, "form_changed": is_structure}
    shown: Draft = context["draft"]
    return render(request, "experiments/_draft.html", context | {"shares": shares_for(shown.recipe, request.user)})


def _refused(written: Draft, refusal: RecipeError) -> Draft:
    """Text that is no TOML has its own error already; only that one helps."""
    return replace(written, errors=[refusal]) if written.sections is not None else written


def _value(request: HttpRequest, path: str) -> str:
    """What was typed; the ticked boxes of a list, one after the other; nothing ticked in a switch is false."""
    values = request.POST.getlist("value")
    return ", ".join(values) if values else request.POST.get("unchecked", "")


def _answer_post(request: HttpRequest, fork: SubmittedRecipe | None) -> HttpResponse:
    text, action = request.POST.get("toml", ""), request.POST.get("action", "check")
    written = draft_of(text)
    if action == "check" or written.errors:
        return _page(request, written, fork, status=422 if written.errors else 200)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if action == "run" and written.same_run:
        return _page(request, written, fork, status=409)
    try:
        saved = submit_recipe(author=request.user, toml=text, forked_from=fork)
    except InvalidRecipe as error:
        return _page(request, replace(written, errors=error.errors), fork, status=422)
    if action == "save":
        messages.success(request, "Saved. Nothing runs yet.")
        return redirect(saved)
    return start_run(request, saved)


def _page(request: HttpRequest, written: Draft, fork: SubmittedRecipe | None, *, status: int = 200) -> HttpResponse:
    context = {"draft": written, "fork": fork, "shares": shares_for(written.recipe, request.user)}
    return render(request, "experiments/new_recipe.html", context, status=status)


def _fork(pk: str) -> SubmittedRecipe | None:
    if not pk:
        return None
    return get_object_or_404(SubmittedRecipe.objects.select_related("author"), pk=int(pk) if pk.isdecimal() else 0)
