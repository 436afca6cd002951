"""A person's page, and what only they may do with their account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from problems.models import User
from problems.people_forms import LeaveForm, ProfileForm, SettingsForm
from problems.selectors.person_page import person_page
from problems.services.people import choose_settings, describe_yourself, leave_site


@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    found = get_object_or_404(User, username=handle, is_active=True)
    page = person_page(found, request.user)
    return render(request, "people/person.html", {"page": page, "person": found, **page.evidence})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request: HttpRequest) -> HttpResponse:
    user = account_of(request)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        describe_yourself(account_of(request), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect(user)
    return render(request, "people/edit.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    user = account_of(request)
    form = SettingsForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        choose_settings(account_of(request), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("settings")
    return render(request, "people/settings.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    user = account_of(request)
    form = LeaveForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        logout(request)
        leave_site(user)
        messages.success(request, "Your account is deleted. What you contributed stays, as of a former member.")
        return redirect("front")
    return render(request, "people/leave.html", {"form": form})


def account_of(request: HttpRequest) -> User:
    """Apart from the one that the header shows, which a refused form must not change."""
    return User.objects.get(username=request.user.get_username())
