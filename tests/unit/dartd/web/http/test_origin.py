"""The origins from which browsers may call."""

import pytest
from starlette.requests import HTTPConnection

from dartd.config import ServerConfig
from dartd.web.http.forwarded import UNKNOWN_HOST
from dartd.web.http.origin import bearer_token, is_origin_allowed, may_use_cookies


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


_LISTED = ServerConfig(cors_origins=("https://listed.example",))


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
        ({"host": "board:443", "origin": "https://board"}, True),
        ({"host": "board", "origin": "https://board:443"}, True),
        ({"host": "board", "origin": "http://board:80"}, True),
        ({"host": "board:80", "origin": "https://board"}, False),
        ({"host": "[::1]:8000", "origin": "http://[::1]:8000"}, True),
        ({"host": "board:x", "origin": "http://board"}, False),
        ({"host": "board", "origin": "http://["}, False),
        ({"host": "board", "origin": "file://board"}, False),
    ],
)
def test_origins_are_checked(headers: dict[str, str], allowed: bool) -> None:  # noqa: FBT001
    """Our own host, whether or not the default port is written, and the list; what is no browser sends none."""
    assert is_origin_allowed(_asking(**headers), _LISTED) is allowed


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("darts.example", "https://darts.example:8443", True),
        ("darts.example", "https://evil.example:8443", False),
        ("darts.example:8000", "https://darts.example:8443", False),
    ],
)
@pytest.mark.parametrize("unknown", [True, False])
def test_a_proxy_may_drop_the_port(host: str, origin: str, own: bool, unknown: bool) -> None:  # noqa: FBT001
    """Only the host is compared then, so that logins work; without such a proxy another port is another origin."""
    connection = _asking(host=host, origin=origin)
    connection.scope[UNKNOWN_HOST] = unknown

    assert may_use_cookies(connection, ServerConfig()) is (own and unknown)


def test_cookies_count_for_our_own_pages_and_listed_ones_with_credentials() -> None:
    """`*` allows a page to connect, but not as the user of the browser."""
    own = _asking(host="board", origin="http://board")
    listed = _asking(host="board", origin="https://listed.example")
    credentials = ServerConfig(cors_origins=("https://listed.example",), cors_credentials=True)

    assert may_use_cookies(own, ServerConfig())
    assert not may_use_cookies(listed, _LISTED)
    assert not may_use_cookies(listed, ServerConfig(cors_origins=("*",)))
    assert may_use_cookies(listed, credentials)
