"""A fixture that is played at another board of the venue: sent there, taken back, and what that board reports of it."""

from collections.abc import Callable

import msgspec

from dartd.errors import ConflictError
from dartd.tournament.steps import KNOCKOUT
from schemas.tournament import Fixture
from schemas.tournament_commands import TakeReport

_replace = msgspec.structs.replace


def released(fixture: Fixture, at: str) -> Fixture:
    """Return a fixture that no board has any more: it is called, behind the others that wait."""
    return _replace(
        fixture,
        status="called",
        board_id=None,
        marker_id=None,
        assigned_by=None,
        assigned_at=None,
        match_id=None,
        result=None,
        called_at=at,
        started_at=None,
        finished_at=None,
    )


def reported(fixture: Fixture, report: TakeReport, begun_after: Callable[[Fixture], Fixture | None]) -> Fixture:
    """Return a fixture as its board reports it; `begun_after` returns a later fixture that has begun with its result.

    Raises:
        ConflictError: it is not played by this match any more or was decided by hand (`is_late` in the details), or its result is played
            on already.
    """
    if fixture.match_id != report.match_id or fixture.walkover:
        message = "the fixture was taken back or decided by hand: this match does not count"
        raise ConflictError(message, fixture_id=fixture.fixture_id, status=fixture.status, is_late=True)
    after = _after(fixture, report)
    if after != fixture and fixture.status == "finished" and (begun := begun_after(fixture)) is not None:
        message = "a later fixture of the knockout has begun: the result before it stands"
        raise ConflictError(message, fixture_id=begun.fixture_id, status="finished")
    return after


def _after(fixture: Fixture, report: TakeReport) -> Fixture:
    result = report.result
    is_to_be_repeated = result is not None and result.draw and fixture.stage in KNOCKOUT
    if report.status == "abandoned" or is_to_be_repeated:
        return released(fixture, report.at)
    started_at = fixture.started_at or report.at
    if report.status == "finished":
        return _replace(fixture, status="finished", result=result, started_at=started_at, finished_at=fixture.finished_at or report.at)
    return _replace(fixture, status="playing", result=None, started_at=started_at, finished_at=None)
