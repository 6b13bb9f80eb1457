"""Declarations."""

from typing import Any

import pytest

from dartd.web.app import ENDPOINTS
from dartd.web.http.endpoint import Call, DeclarationError, Endpoint, check_unique

_WHOLE: dict[str, Any] = {
    "method": "GET",
    "path": "/api/v1/things/{thing_id}",
    "permission": "board:read",
    "rate": "default",
    "summary": "A thing",
    "tag": "things",
    "answer": None,
}


async def _handler(_call: Call) -> None:
    """Do nothing."""


def _endpoint(**given: Any) -> Endpoint:
    return Endpoint(handler=_handler, **{**_WHOLE, **given})


@pytest.mark.parametrize(
    "given",
    [{"summary": ""}, {"tag": ""}, {"permission": "things:eat"}, {"own": "x"}, {"method": "POST"}, {"method": "PUT", "entity": "thing"}],
)
def test_declaration_that_lacks_something_is_refused(given: dict[str, Any]) -> None:
    """A summary, a known permission, and for a route that writes its entity and whether it publishes an event."""
    with pytest.raises(DeclarationError):
        _endpoint(**given)


def test_route_is_declared_once() -> None:
    """Also when its parameters are named otherwise."""
    with pytest.raises(DeclarationError, match="twice"):
        check_unique([_endpoint(), _endpoint(path="/api/v1/things/{id}")])


def test_statuses_follow_from_the_declaration() -> None:
    """A permission gives 401 and 403, a limit 429, a part of the path 404, any other parameter 422, a body 400, 413 and 415."""
    reading = _endpoint().errors
    writing = _endpoint(method="PUT", entity="thing", publishes=True, body=dict, versioned=True).errors

    assert reading == (401, 403, 404, 422, 429, 500, 503)
    assert writing == (400, 401, 403, 404, 412, 413, 415, 422, 429, 500, 503)


def test_names_say_what_is_done() -> None:
    """For log and audit."""
    writing = _endpoint(method="DELETE", entity="thing", publishes=True)

    assert (writing.name, writing.parameters, _endpoint().name) == ("thing.delete", ["thing_id"], "things")


def test_every_route_of_the_api_has_permission_and_limit() -> None:
    """Below /api only logging in and a screen that asks to be paired are for anonymous callers, and nothing is unlimited."""
    api = [each for each in ENDPOINTS if each.path.startswith("/api/")]
    anonymous = {each.path.removeprefix("/api/v1/auth/") for each in api if each.permission is None}

    assert anonymous == {"login", "refresh", "pairings", "pairings/claim"}
    assert [each.path for each in api if each.rate == "unlimited"] == []
