from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def go_back(request: HttpRequest, *, otherwise: str) -> HttpResponse:
    """To the page of this site that a form came from, named in its field `next`."""
    url = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(url if url and is_ours else otherwise)
