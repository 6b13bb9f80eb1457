"""Errors have one shape."""

from pathlib import Path

import msgspec
import pytest
from starlette.exceptions import HTTPException

from dartd.errors import CommandRefusedError, PipelineFullError, StoreError
from dartd.store.database import WAITING_JOBS
from dartd.web.http.problems import Problem, problem_of
from tests.support.http_client import http_client
from tests.support.people import bearer, log_in_as
from tests.support.station import CONFIG, TOKEN, running_station


def test_the_envelope_has_all_its_fields() -> None:
    """Code, message, details, timestamp and trace id."""
    response = Problem(409, "STATE_CONFLICT", "no", details={"id": 7}, headers={"Retry-After": "1"}).response("abc")
    error = msgspec.json.decode(response.body)["error"]

    assert (response.status_code, response.headers["retry-after"]) == (409, "1")
    assert set(error) == {"code", "message", "details", "timestamp", "trace_id"}
    assert (error["code"], error["details"], error["trace_id"]) == ("STATE_CONFLICT", {"id": 7}, "abc")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Problem(418, "TEA", "no coffee"), 418, "TEA"),
        (HTTPException(404), 404, "RESOURCE_NOT_FOUND"),
        (HTTPException(405, headers={"Allow": "GET"}), 405, "METHOD_NOT_ALLOWED"),
        (CommandRefusedError("not now"), 409, "STATE_CONFLICT"),
        (StoreError("disk full"), 503, "DATABASE_ERROR"),
        (PipelineFullError("too much"), 503, PipelineFullError.code),
        (ValueError("a bug"), 500, "INTERNAL_ERROR"),
    ],
)
def test_every_error_has_status_and_code(error: Exception, status: int, code: str) -> None:
    """Ours, Starlette's, and bugs."""
    problem = problem_of(error)

    assert (problem.status, problem.code) == (status, code)


def test_a_bug_reveals_nothing() -> None:
    """What went wrong inside is in the log, not in the answer."""
    assert "secret" not in problem_of(ValueError("secret")).message


def test_unavailable_answer_says_when_to_retry() -> None:
    """503 carries `Retry-After`."""
    assert problem_of(StoreError("disk full")).headers == {"Retry-After": "1"}


@pytest.mark.slow
@pytest.mark.parametrize("debug", [True, False])
async def test_traceback_is_for_operators_who_debug(tmp_path: Path, debug: bool) -> None:  # noqa: FBT001
    """With `server.debug`, and for no other role."""
    config = msgspec.structs.replace(CONFIG, server=msgspec.structs.replace(CONFIG.server, debug=debug))
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        viewer = await log_in_as(station, "viewer")
        await station.services.database.write(lambda connection: connection.exec_driver_sql("DROP TABLE throws").rowcount)
        answers = [await http.get("/api/v1/throws", headers=headers) for headers in ({}, viewer, bearer(TOKEN))]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert ["traceback" in answer.json()["error"]["details"] for answer in answers] == [False, False, debug]


async def test_full_pool_asks_to_come_again(tmp_path: Path) -> None:
    """503 and when, instead of a queue that grows; as soon as there is space, it is served."""
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        slots = station.services.database._slots
        for _ in range(WAITING_JOBS):
            await slots.acquire()
        full = await http.get("/api/v1/throws")
        for _ in range(WAITING_JOBS):
            slots.release()
        served = await http.get("/api/v1/throws")

    assert (full.status_code, full.json()["error"]["code"], full.headers["retry-after"]) == (503, "STORE_FULL", "1")
    assert (full.json()["error"]["details"], served.status_code) == ({"limit": WAITING_JOBS}, 200)
