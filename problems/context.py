"""What the header of each page needs beyond the page itself."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from problems.selectors.following import MOST_COUNTED, n_unread
from problems.views.going_back import carried


def header(request: HttpRequest) -> dict[str, Any]:
    """`n_unread`, counted only where it is shown: to somebody who is signed in; and the list that is `carried` on."""
    return {"n_unread": SimpleLazyObject(lambda: unread_in_words(request)), "carried": carried(request)}


def unread_in_words(request: HttpRequest) -> str:
    """ "3", "99+", or nothing."""
    n = n_unread(request.user) if request.user.is_authenticated else 0
    return f"{MOST_COUNTED}+" if n > MOST_COUNTED else str(n or "")
