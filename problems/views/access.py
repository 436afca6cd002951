"""Who may open a page, asked before it does anything."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def curators_only(view: View) -> View:
    """Strangers are asked to sign in, other members are refused."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_curator:  # type: ignore[union-attr]
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked
