"""The origins from which browsers may call."""

import pytest
from starlette.requests import HTTPConnection

from dartd.web.http.origin import bearer_token, is_origin_allowed


def _asking(**headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("authorization", "token"), [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", ""), ("Bearer", ""), ("", "")]
)
def test_token_is_read(authorization: str, token: str) -> None:
    """The scheme may be written in any case; another one counts as a wrong token."""
    assert bearer_token(_asking(authorization=authorization)) == token


def test_no_header_is_no_token() -> None:
    """Showing nothing is not showing something wrong."""
    assert bearer_token(_asking()) is None


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"host": "board:8000"}, True),
        ({"host": "board:8000", "origin": "http://board:8000"}, True),
        ({"host": "board:8000", "origin": "http://Board:8000"}, True),
        ({"host": "board:8000", "origin": "http://board:9000"}, False),
        ({"host": "board:8000", "origin": "https://listed.example"}, True),
        ({"host": "board:8000", "origin": "https://evil.example"}, False),
        ({"host": "board:8000", "origin": "null"}, False),
        ({"host": "", "origin": "null"}, False),
    ],
)
def test_origins_are_checked(headers: dict[str, str], allowed: bool) -> None:  # noqa: FBT001
    """Our own host and the list; what is no browser sends none."""
    assert is_origin_allowed(_asking(**headers), ("https://listed.example",)) is allowed
