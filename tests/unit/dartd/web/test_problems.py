"""Errors have one shape."""

import msgspec
import pytest
from starlette.exceptions import HTTPException

from dartd.errors import CommandRefusedError, PipelineFullError, StoreError
from dartd.web.problems import Problem, problem_of


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


def test_a_bug_tells_nothing_of_itself() -> None:
    """What went wrong inside is in the log, not in the answer."""
    assert "secret" not in problem_of(ValueError("secret")).message


def test_who_may_come_again_is_told_when() -> None:
    """503 carries `Retry-After`."""
    assert problem_of(StoreError("disk full")).headers == {"Retry-After": "1"}
