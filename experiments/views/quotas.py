"""What one person may use, as that person and curators see it; a curator may change it."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from experiments.forms.operating import GIB, HOUR, QuotaForm
from experiments.models import Quota
from experiments.services.pauses import may_operate
from experiments.services.quotas import set_quota, shares_of
from problems.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person_quotas(request: HttpRequest, handle: str) -> HttpResponse:
    assert request.user.is_authenticated
    person = get_object_or_404(User, username=handle, is_active=True)
    operates = may_operate(request.user)
    if not operates and (person != request.user or request.method == "POST"):
        raise PermissionDenied
    own = Quota.objects.filter(user=person).select_related("set_by").first()
    form = QuotaForm(request.POST) if request.method == "POST" else QuotaForm(initial=_initial(own))
    if request.method == "POST" and form.is_valid():
        set_quota(user=person, reason=form.cleaned_data["reason"], by=request.user, limits=form.limits())
        return redirect("person_quotas", person.username)
    context = {"person": person, "shares": shares_of(person), "own": own, "form": form, "may_operate": operates}
    return render(request, "experiments/quotas.html", context, status=422 if form.errors else 200)


def _initial(own: Quota | None) -> dict[str, int | str | None]:
    if own is None:
        return {}
    seconds, n_bytes = own.device_seconds_per_week, own.stored_bytes
    return {
        "running_shards": own.running_shards,
        "live_shards": own.live_shards,
        "device_hours_per_week": None if seconds is None else seconds // HOUR,
        "stored_gib": None if n_bytes is None else n_bytes // GIB,
        "reason": own.reason,
    }
