"""HTTP clients of tests, which speak plain HTTP over loopback."""

import ssl
from typing import Any, Final

import httpx2

# A client without this reads the certificates of the system, which takes longer than a test of the API.
_TRUSTS_NONE: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def http_client(base_url: str = "", **options: Any) -> httpx2.AsyncClient:
    """Return a client for plain HTTP that ignores the proxies of the environment."""
    return httpx2.AsyncClient(base_url=base_url, verify=_TRUSTS_NONE, trust_env=False, **options)
