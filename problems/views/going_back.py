"""Where a form leads when it has done its work: back to what one was looking at."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from problems.models import Problem
from problems.selectors.listing import carrying


def go_back(request: HttpRequest, *, otherwise: str) -> HttpResponse:
    """To the page of this site that a form came from, named in its field `next`."""
    url = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(url if url and is_ours else otherwise)


def carried(request: HttpRequest) -> str:
    """The list that the reader came from, for the end of an address: `?list=`, or nothing if they came from none."""
    return carrying(request.GET.get("list", ""))


def to_problem(request: HttpRequest, problem: Problem, place: str = "") -> HttpResponse:
    """To its page, or a place on it, with the list that the reader came from."""
    return redirect(f"{problem.get_absolute_url()}{carried(request)}{place}")
