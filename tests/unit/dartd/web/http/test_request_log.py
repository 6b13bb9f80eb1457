"""Around every request."""

import json
import logging

import httpx2
import pytest
from prometheus_client import CollectorRegistry
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from dartd.log import JsonFormatter, TextFormatter
from dartd.web.http.request_log import SECURITY, RequestLog, security_headers, trace_id_of
from dartd.web.http.timings import Timings
from tests.support.people import log_in, make_user
from tests.support.station import Station

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, TRACE),
        ({"x-request-id": "a-request-of-mine"}, "a-request-of-mine"),
    ],
)
def test_a_caller_may_bring_its_trace(headers: dict[str, str], expected: str) -> None:
    """W3C `traceparent` or `X-Request-ID`."""
    assert trace_id_of(Headers(headers)) == expected


@pytest.mark.parametrize("given", ["", "short", "with space in it", "x" * 65, "line\nbreak"])
def test_what_is_no_id_is_replaced(given: str) -> None:
    """Nothing that could forge a line of the log is taken over."""
    found = trace_id_of(Headers({"x-request-id": given}))

    assert (len(found), found == given) == (32, False)


@pytest.mark.parametrize("path", ["/health", "/none", "/static/none.js"])
async def test_every_answer_has_the_headers(http: httpx2.AsyncClient, path: str) -> None:
    """Trace id and protection, whatever the answer; an error names the same id."""
    answer = await http.get(path, headers={"X-Request-ID": "a-request-of-mine"})

    assert (answer.headers["x-request-id"], answer.headers["x-content-type-options"]) == ("a-request-of-mine", "nosniff")
    assert answer.status_code == 200 or answer.json()["error"]["trace_id"] == "a-request-of-mine"


async def test_a_bug_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """500 with the envelope; the traceback is in the log under the same id."""

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("a bug")

    transport = httpx2.ASGITransport(app=RequestLog(broken, Timings(CollectorRegistry())))
    async with httpx2.AsyncClient(transport=transport, base_url="http://board") as client:
        answer = await client.get("/health?token=secret")

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert [record.__dict__["trace_id"] for record in caplog.records if record.exc_info] == [answer.headers["x-request-id"]]
    assert "secret" not in caplog.text


async def test_each_request_is_one_line_of_the_log(station: Station, http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    """User, request, status, duration and the trace id, each by its name; what the query says is left out."""
    user = await make_user(station, "viewer")
    caplog.set_level(logging.INFO, "dartd.web.request")
    answer = await http.get("/api/v1/players/eve?token=secret", headers=await log_in(station, user))
    (record,) = [each for each in caplog.records if each.name == "dartd.web.request"]
    record_fields, text = json.loads(JsonFormatter().format(record)), TextFormatter(journald=False).format(record)

    assert {name: record_fields[name] for name in ("user", "method", "path", "status", "trace_id")} == {
        "user": user.user_id,
        "method": "GET",
        "path": "/api/v1/players/eve",
        "status": 422,
        "trace_id": answer.headers["x-request-id"],
    }
    assert (record_fields["ms"] > 0, record_fields["timestamp"][-1], "secret" in caplog.text) == (True, "Z", False)
    assert f"GET /api/v1/players/eve 422 {record_fields['ms']} ms user={user.user_id} trace_id={record_fields['trace_id']}" in text


async def test_lines_of_a_request_carry_its_trace_id(station: Station, http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    """A slow query says whose request it was."""
    station.services.database._slow_query_s = 0.0
    answer = await http.get("/api/v1/throws")

    slow = [record.__dict__.get("trace_id") for record in caplog.records if record.getMessage().startswith("slow query")]
    assert answer.headers["x-request-id"] in slow


def test_other_pages_may_show_ours_in_a_frame() -> None:
    """Those that are named; `X-Frame-Options` would refuse them, and everything else stays."""
    headers = security_headers(("https://home.example:8123",))

    assert "frame-ancestors 'self' https://home.example:8123" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers
    assert security_headers() == SECURITY
