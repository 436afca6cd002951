"""How a process reaches the broker: plainly on one machine, by TLS elsewhere."""

import ssl
from typing import Any

from deploy.env import BadSetting, env_text

SCHEMES = ("redis", "rediss", "redis+socket", "memory")


def broker_tls(url: str) -> dict[str, Any] | None:
    """What Celery calls `broker_use_ssl`. The broker's certificate is always verified, by name as well."""
    scheme = url.partition("://")[0]
    if scheme not in SCHEMES:
        raise BadSetting(f"CIRCUITBOARD_BROKER_URL begins with {scheme!r}; allowed: {', '.join(SCHEMES)}")
    authority = env_text("BROKER_CA_FILE", "")
    if scheme != "rediss":
        return None
    trusted = {"ssl_ca_certs": authority} if authority else {}  # none: the authorities that the system trusts
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True} | trusted
