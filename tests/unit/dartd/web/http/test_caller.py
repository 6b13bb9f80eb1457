"""What a caller shows."""

from starlette.requests import HTTPConnection

from dartd.web.http.caller import credentials_of


def _showing(**headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


def test_header_goes_before_cookie() -> None:
    """Bearer, then the key, then the cookie; nothing is nothing."""
    shown = {"authorization": "Bearer a", "x_api_key": "b", "cookie": "dartd_session=c"}
    found = []
    for name in (*shown, ""):
        found.append(credentials_of(_showing(**shown)))
        shown.pop(name, None)

    assert found == [("a", False), ("b", False), ("c", True), (None, False)]
