"""The operator's pages: what to look at when something is wrong, and the pauses. For curators."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from experiments.forms.operating import PauseForm
from experiments.models import Pause
from experiments.selectors.checks import failure_counts, jobs, site_checks
from experiments.selectors.space import space_of_site
from experiments.services.pauses import lift_pause, may_operate, pause_class, pause_person
from experiments.services.refusals import Refused

View = Callable[..., HttpResponse]


def for_operators(view: View) -> View:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        assert request.user.is_authenticated
        if not may_operate(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@for_operators
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    context = {"checks": site_checks(), "jobs": jobs(), "failures": failure_counts(), "space": space_of_site()}
    return render(request, "experiments/operations.html", context)


@for_operators
@require_http_methods(["GET", "HEAD", "POST"])
def pauses(request: HttpRequest) -> HttpResponse:
    form = PauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _pause(request, form):
        return redirect("pauses")
    shown = Pause.objects.select_related("user", "paused_by", "lifted_by")
    context = {"form": form, "in_force": shown.in_force(), "lifted": shown.exclude(lifted_at=None)[:50]}
    return render(request, "experiments/pauses.html", context, status=422 if form.errors else 200)


def _pause(request: HttpRequest, form: PauseForm) -> bool:
    assert request.user.is_authenticated
    reason, person, hardware_class = form.cleaned_data["reason"], form.person, form.cleaned_data["hardware_class"]
    try:
        if person:
            pause = pause_person(user=person, reason=reason, by=request.user)
        else:
            pause = pause_class(hardware_class=hardware_class, reason=reason, by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.detail)
        return False
    messages.success(request, f"{pause.what[0].upper()}{pause.what[1:]} is paused. What runs goes on.")
    return True


@for_operators
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    assert request.user.is_authenticated
    pause = lift_pause(pause=get_object_or_404(Pause, pk=pk), by=request.user)
    messages.success(request, f"The pause of {pause.what} is lifted.")
    return redirect("pauses")
