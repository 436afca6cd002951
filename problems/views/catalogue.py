"""The curator's tools on the catalogue as a whole."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from problems.curating_forms import CategoryForm, next_category
from problems.models import Category, CuratorAct, User
from problems.services.curating import add_category, revise_category
from problems.views.access import curators_only

LATEST_ACTS = 10


@require_safe
@curators_only
def catalogue(request: HttpRequest) -> HttpResponse:
    acts = CuratorAct.objects.select_related("curator", "problem")[:LATEST_ACTS]
    return render(request, "curating/catalogue.html", {"categories": Category.objects.all(), "acts": acts})


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def new_category(request: HttpRequest) -> HttpResponse:
    form = CategoryForm(request.POST or None, initial={"number": next_category()})
    if request.method == "POST" and form.is_valid():
        made = add_category(curator=cast(User, request.user), **form.cleaned_data)
        messages.success(request, f"Category {made} is there. It has no problem yet.")
        return redirect(made)
    return render(request, "curating/category.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def edit_category(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Category, number=number)
    form = CategoryForm(request.POST or None, instance=get_object_or_404(Category, number=number))
    if request.method == "POST" and form.is_valid():
        revise_category(found, curator=cast(User, request.user), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect(found)
    return render(request, "curating/category.html", {"form": form, "category": found})
