"""Responses with JSON."""

from dartd.web.http.json_response import json_response


def test_a_response_is_not_cached() -> None:
    """Any value must be encoded, with the status and headers that were asked for, and no cache must keep it."""
    response = json_response({"a": [1]}, status=503, headers={"X-A": "b"})

    assert (bytes(response.body), response.status_code) == (b'{"a":[1]}', 503)
    assert (response.headers["cache-control"], response.headers["x-a"]) == ("no-store", "b")
    assert response.headers["content-type"] == "application/json"
