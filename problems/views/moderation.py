"""The queue of what awaits approval, the decisions on it, and the audit trail."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from problems.models import CuratorAct, User
from problems.moderation_forms import ActFilterForm, ReasonForm, StandingForm
from problems.selectors.queue import moderation_queue
from problems.services.approval import CONTRIBUTIONS, Contribution
from problems.services.moderation import approve, approve_all_of, change_standing, reject, verify_expert
from problems.views.access import curators_only
from problems.views.going_back import go_back

ACTS_PER_PAGE = 50
DECIDED_ALREADY = "Somebody has decided that already; nothing was changed."


@require_safe
@curators_only
def queue(request: HttpRequest) -> HttpResponse:
    return render(request, "moderation/queue.html", {"queue": moderation_queue()})


@require_POST
@curators_only
def approve_one(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if approve(contribution(kind, pk), curator=curator_of(request)):
        messages.success(request, "Approved. It counts now, and those who follow hear of it.")
    else:
        messages.warning(request, DECIDED_ALREADY)
    return go_back(request, otherwise="moderation")


@require_POST
@curators_only
def reject_one(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    item, form = contribution(kind, pk), ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
    elif reject(item, curator=curator_of(request), reason=form.cleaned_data["reason"]):
        messages.success(request, "Rejected. Its author sees it with your reason; others see it no more.")
    else:
        messages.warning(request, DECIDED_ALREADY)
    return go_back(request, otherwise="moderation")


@require_POST
@curators_only
def approve_all(request: HttpRequest, handle: str) -> HttpResponse:
    author = get_object_or_404(User, username=handle)
    n = approve_all_of(author, curator=curator_of(request))
    messages.success(request, f"Approved {n} of {author}.")
    return redirect("moderation")


@curators_only
def standing(request: HttpRequest, handle: str) -> HttpResponse:
    """What somebody may do without approval, and their badge."""
    member = get_object_or_404(User, username=handle, is_active=True)
    form = StandingForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        values, curator = form.cleaned_data, curator_of(request)
        changed = change_standing(member, standing=values["standing"], curator=curator, reason=values["reason"])
        badged = verify_expert(member, is_expert=values["is_expert"], curator=curator, reason=values["reason"])
        n = approve_all_of(member, curator=curator, reason=values["reason"]) if values["approve_waiting"] else 0
        told = [f"{n} approved"] if n else []
        told += ["standing changed"] if changed else []
        told += ["badge changed"] if badged else []
        messages.success(request, f"{member}: {', '.join(told) or 'nothing to change'}.")
        return redirect(member)
    return render(request, "moderation/standing.html", {"member": member, "form": form})


@require_safe
@curators_only
def audit(request: HttpRequest) -> HttpResponse:
    form = ActFilterForm(request.GET)
    acts = CuratorAct.objects.select_related("curator", "about", "problem")
    page = Paginator(form.narrow(acts), ACTS_PER_PAGE).get_page(request.GET.get("page"))
    query = urlencode({name: value for name, value in request.GET.items() if name != "page" and value})
    return render(request, "moderation/audit.html", {"form": form, "page": page, "query": query})


def contribution(kind: str, pk: int) -> Contribution:
    if kind not in CONTRIBUTIONS:
        raise Http404
    return get_object_or_404(CONTRIBUTIONS[kind], pk=pk)  # type: ignore[return-value]


def curator_of(request: HttpRequest) -> User:
    return cast(User, request.user)
