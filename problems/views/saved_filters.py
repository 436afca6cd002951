"""Saved filters: everybody sees only their own."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from problems.list_forms import RenameForm, SaveFilterForm
from problems.models import SavedFilter, User
from problems.selectors.listing import list_url
from problems.selectors.saved import saved_lists
from problems.services.saved_filters import NameTaken, delete_filter, rename_filter, save_filter


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved_filters(request: HttpRequest) -> HttpResponse:
    """The person's lists; a POST saves one more and shows it."""
    owner = cast(User, request.user)
    if request.method == "POST":
        return save(request, owner)
    return render(request, "problems/saved_filters.html", {"filters": saved_lists(owner)})


def save(request: HttpRequest, owner: User) -> HttpResponse:
    form = SaveFilterForm(request.POST)
    if not form.is_valid():
        complain(request, form)
        return redirect("saved-filters")
    try:
        saved = save_filter(owner, **form.cleaned_data)
    except NameTaken as taken:
        messages.error(request, str(taken))
        return redirect(list_url(reverse("problems"), form.cleaned_data["query"]))
    messages.success(request, f"Saved as “{saved.name}”. It stands under your name in the header.")
    return redirect("saved-filter", pk=saved.pk)


@login_required
@require_safe
def saved_filter(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect(list_url(reverse("problems"), own(request, pk).query))


@login_required
@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    saved = own(request, pk)
    form = RenameForm(request.POST)
    if not form.is_valid():
        complain(request, form)
        return redirect("saved-filters")
    try:
        rename_filter(saved, **form.cleaned_data)
    except NameTaken as taken:
        messages.error(request, str(taken))
    return redirect("saved-filters")


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    saved = own(request, pk)
    delete_filter(saved)
    messages.success(request, f"Deleted the list “{saved.name}”. No problem was changed.")
    return redirect("saved-filters")


def own(request: HttpRequest, pk: int) -> SavedFilter:
    return get_object_or_404(SavedFilter, pk=pk, owner=request.user.pk)


def complain(request: HttpRequest, form: forms.Form) -> None:
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
