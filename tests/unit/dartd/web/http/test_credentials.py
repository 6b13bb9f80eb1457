"""Checks of credentials; tests/unit/dartd/web/http/test_route.py has those of requests."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import HTTPConnection

from dartd.auth.rate_limits import RateLimiter
from dartd.web.http.credentials import check_token_rate
from dartd.web.http.problems import Problem


def test_invalid_tokens_are_limited() -> None:
    """An address that has sent too many must get 429 with when to come again, and another address none."""
    services = cast("Any", SimpleNamespace(limits=RateLimiter({"default": 2}, now=lambda: 0.0)))
    one, other = (HTTPConnection({"type": "http", "headers": [], "client": (host, 1)}) for host in ("192.0.2.1", "192.0.2.2"))
    for _ in range(2):
        check_token_rate(one, services)
    check_token_rate(other, services)
    with pytest.raises(Problem) as refused:
        check_token_rate(one, services)

    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "30")
