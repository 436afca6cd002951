"""What the links in mail about claims open. Nobody need be signed in: the link is signed.

GET shows a page with one button and changes nothing, so that a mail scanner may read the link; POST does it.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from problems.models import Claim
from problems.services.claim_links import open_claim_link, person_of_stop_link
from problems.services.claims import keep_claim, release_claim
from problems.services.mail import choose_claim_mail


@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest, token: str) -> HttpResponse:
    return answer(request, token, act=keep_claim, template="problems/claim_keep.html")


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    return answer(request, token, act=release_claim, template="problems/claim_leave.html")


def answer(request: HttpRequest, token: str, *, act: Callable[[Claim], object], template: str) -> HttpResponse:
    link = open_claim_link(token)
    if link is None:
        return render(request, "problems/link_expired.html", status=410)
    is_done = request.method == "POST" and link.is_current
    if is_done:
        act(link.claim)
        link.claim.refresh_from_db()
    return render(request, template, {"link": link, "claim": link.claim, "is_done": is_done})


@csrf_exempt  # mail programs send this POST themselves and know no page of ours; the token is what permits it
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    person = person_of_stop_link(token)
    if person is None:
        return render(request, "problems/link_expired.html", status=410)
    if request.method == "POST":
        choose_claim_mail(person, wanted="again" in request.POST)
    return render(request, "problems/claim_mail.html", {"person": person, "is_done": request.method == "POST"})
