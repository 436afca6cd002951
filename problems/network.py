from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def network_address(request: HttpRequest) -> str:
    """Where a request comes from, as the proxies we trust say. Counted against limits, never kept."""
    return str(get_adapter().get_client_ip(request) or "")
