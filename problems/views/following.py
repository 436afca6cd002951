"""Watching a thing, reading what is new there, and ending the digest."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from problems.models import Category, Digest, Idea, Problem, SavedFilter, User
from problems.selectors.following import earlier_activity, news_for, read_until, subscriptions_of
from problems.services.digests import choose_digest, person_of_stop_link
from problems.services.feeds import renew_feed_token
from problems.services.following import follow, mark_read, unfollow
from problems.views.going_back import go_back

EARLIER_PER_PAGE = 50


@require_POST
@login_required
def follow_thing(request: HttpRequest, thing: str, key: str) -> HttpResponse:
    user = cast(User, request.user)
    found = {thing.replace("-", "_"): find_thing(user, thing, key)}
    if request.POST.get("leave"):
        unfollow(user, **found)
        messages.success(request, "You no longer watch it.")
    else:
        follow(user, **found)
        messages.success(request, "You watch it: what happens there comes to “Following”.")
    return go_back(request, otherwise="following")


def find_thing(user: User, thing: str, key: str) -> Any:
    """What a person may watch: their own saved filters, and whatever they can see."""
    ways: dict[str, tuple[QuerySet[Any], str]] = {
        "problem": (Problem.objects.visible_to(user), "number"),
        "category": (Category.objects.all(), "number"),
        "idea": (Idea.objects.visible_to(user), "pk"),
        "saved-filter": (SavedFilter.objects.filter(owner=user), "pk"),
    }
    if thing not in ways or (thing != "problem" and not key.isdecimal()):
        raise Http404
    seen, name = ways[thing]
    return get_object_or_404(seen, **{name: key})


@require_safe
@login_required
def following(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    now = timezone.now()
    page = Paginator(earlier_activity(user), EARLIER_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "news": news_for(user, since=read_until(user), until=now),
        "page": page,
        "subscriptions": subscriptions_of(user),
    }
    return render(request, "following/following.html", context)


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Up to what the page showed: what came in the meantime stays new."""
    until = parse_datetime(request.POST.get("until", ""))
    now = timezone.now()
    mark_read(cast(User, request.user), until=min(until, now) if until and timezone.is_aware(until) else now)
    return redirect("following")


@require_POST
@login_required
def renew_feeds(request: HttpRequest) -> HttpResponse:
    renew_feed_token(cast(User, request.user))
    messages.success(request, "Your feeds have new addresses; earlier ones no longer work.")
    return redirect("following")


@csrf_exempt  # mail programs send it by themselves (RFC 8058); the signed address is what permits it
@require_http_methods(["GET", "HEAD", "POST"])
def stop_digest(request: HttpRequest, token: str) -> HttpResponse:
    """Reading it changes nothing, as mail scanners read every link; the button, or the mail program's own, does."""
    person = person_of_stop_link(token)
    if person is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        choose_digest(person, digest=Digest.NEVER, now=timezone.now())
    return render(request, "following/stop.html", {"person": person, "is_done": is_done})
