"""Who may."""

import pytest
from starlette.requests import HTTPConnection

from dartd.web.auth import Gatekeeper, Role, bearer_token, is_origin_allowed
from dartd.web.problems import Problem

TOKEN = "0123456789abcdef"  # noqa: S105  a test's


def _asking(**headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


@pytest.mark.parametrize(("token", "role"), [(None, Role.ANONYMOUS), (TOKEN, Role.OPERATOR), ("wrong", None), ("", None), ("ä", None)])
def test_a_token_shows_a_role(token: str | None, role: Role | None) -> None:
    """The right one the operator, none anybody, a wrong one nobody."""
    assert Gatekeeper(TOKEN).role_of(token) is role


def test_without_a_configured_token_nobody_is_the_operator() -> None:
    """An empty configuration opens nothing."""
    assert [Gatekeeper(None).role_of(token) for token in ("", "None", "x")] == [None, None, None]


def test_reading_may_need_a_token() -> None:
    """Anonymous reads are a setting."""
    closed = Gatekeeper(TOKEN, anonymous_reads=False)

    assert (closed.may_read(Role.ANONYMOUS), closed.may_read(Role.OPERATOR)) == (False, True)


@pytest.mark.parametrize("authorization", ["Bearer wrong", "Basic abc", "Bearer"])
def test_a_wrong_token_is_no_reader(authorization: str) -> None:
    """Who shows a wrong token is told, although anybody may read."""
    with pytest.raises(Problem) as caught:
        Gatekeeper(TOKEN).require_reader(_asking(authorization=authorization))

    assert (caught.value.status, caught.value.headers["WWW-Authenticate"]) == (401, 'Bearer realm="dartd"')


def test_no_token_is_no_operator() -> None:
    """Commands need the token."""
    with pytest.raises(Problem):
        Gatekeeper(TOKEN).require_operator(_asking())


def test_the_operator_is_known_by_the_token() -> None:
    """The scheme may be written in any case."""
    assert Gatekeeper(TOKEN).require_operator(_asking(authorization=f"bearer {TOKEN}")) is Role.OPERATOR


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
