"""Reports of other boards, taken over by a real lane; a whole venue is in tests/integration/test_venue_fixtures.py."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from dartd.outlets.nats.stream import StreamFigures
from dartd.outlets.nats.subjects import MESSAGE_ID, event_subject
from dartd.outlets.nats.venue_results import MOST_SENT, VenueResults
from dartd.store.audit import list_audit
from dartd.store.listing import PageRequest
from schemas.events import FixtureReported
from schemas.match_commands import CreateMatch
from schemas.tournament import FixtureResult
from schemas.tournament_commands import AssignFixture, CreateTournament, DrawTournament, StepFixture
from tests.support.station import Station, running_station
from tests.support.tournaments import AT, make_tournament

pytestmark = pytest.mark.slow

_STREAM = StreamFigures("today", 1, 99, 1000)
_WON = FixtureResult(winner=0, legs=(2, 0))


@asynccontextmanager
async def _playing(tmp_path: Path) -> AsyncIterator[Station]:
    """Run a board whose fixture f_x_1 another board is asked to begin, by match m1."""
    match = CreateMatch(match_id="m1", rules={}, format={}, sides=(), at=AT)
    async with running_station(tmp_path) as station:
        for command in (
            CreateTournament(tournament=make_tournament("knockout", 2), at=AT),
            DrawTournament(tournament_id="t1", order=(0, 1), prefix="x", at=AT),
            StepFixture(fixture_id="f_x_1", status="called", at=AT),
            AssignFixture(fixture_id="f_x_1", board_id="b", at=AT),
            StepFixture(fixture_id="f_x_1", status="playing", match=match, elsewhere=True, at=AT),
        ):
            await station.pipeline.submit(command)
        yield station


async def _results(station: Station, stream: StreamFigures = _STREAM) -> tuple[VenueResults, int]:
    results = VenueResults(station.pipeline, station.journal.database, "main", stream)
    return results, await results.load()


def _message(number: int, seq: int, status: Any, *, host_id: str = "main", match_id: str = "m1", **given: Any) -> Any:
    """Return a message of the stream with a report of board b."""
    event = FixtureReported(match_id=match_id, host_id=host_id, fixture_id="f_x_1", status=status, **given)
    return SimpleNamespace(
        subject=event_subject("main", "b", "fixture_reported"),
        headers={MESSAGE_ID: f"s-{seq}"},
        data=msgspec.json.encode({**msgspec.to_builtins(event), "seq": seq}),
        metadata=SimpleNamespace(sequence=SimpleNamespace(stream=number)),
    )


async def _events(station: Station) -> list[dict[str, Any]]:
    return [msgspec.json.decode(wire) for _, _, wire in await station.journal.read(0)]


async def test_each_report_is_taken_over_once(tmp_path: Path) -> None:
    """The position is in the commit of what it changed, also where the stream was made anew; the audit log has the event as evidence."""
    async with _playing(tmp_path) as station:
        results, first = await _results(station)
        reports = [_message(7, 3, "playing"), _message(9, 5, "finished", result=_WON)]
        for report in reports:
            await results.take(report, AT)
        changes = [each for each in await _events(station) if each["user_id"] == "board:b"]
        again, start = await _results(station)
        renewed, beginning = await _results(station, _STREAM._replace(created="tomorrow"))
        for report in reports:
            await renewed.take(report, AT)
        after = [each for each in await _events(station) if each["user_id"] == "board:b"]
        audit = await station.journal.database.read(lambda c: list_audit(c, PageRequest(limit=9), {"user_id": "board:b"}).rows)

    assert (first, start, beginning, again.sent) == (0, 9, 0, {})
    assert [each["payload"]["status"] for each in changes if each["entity_type"] == "fixture"] == ["playing", "finished"]
    assert after == changes
    assert sorted((row.action, row.trace_id) for row in audit) == [("fixture.finished", "s-5"), ("fixture.playing", "s-3")]


async def test_late_result_is_shown_and_not_counted(tmp_path: Path) -> None:
    """As a comment on the fixture; a match that no one asks for any more is noted, so that it is stopped."""
    async with _playing(tmp_path) as station:
        results, _ = await _results(station)
        await station.pipeline.submit(AssignFixture(fixture_id="f_x_1", board_id=None, at=AT))
        await results.take(_message(7, 3, "playing"), AT)
        sent = dict(results.sent)
        await results.take(_message(9, 5, "finished", result=_WON), AT)
        await results.take(_message(10, 6, "finished", result=_WON, match_id="m0"), AT)
        comments = [each["payload"] for each in await _events(station) if each["event_type"] == "COMMENT_ADDED"]
        restarted, start = await _results(station)

    assert (sent, results.sent, restarted.sent, start) == ({"m1": "b"}, {}, {}, 10)
    assert [(each["parent_id"], each["author"], "2 : 0" in each["text"]) for each in comments] == [("f_x_1", "board:b", True)] * 2


async def test_reports_of_others_change_nothing(tmp_path: Path) -> None:
    """Those for another host, what cannot be read, and what is no report."""
    async with _playing(tmp_path) as station:
        results, _ = await _results(station)
        before = await _events(station)
        broken = _message(8, 4, "finished", result=_WON)
        broken.data = b'{"event_type": "fixture_reported"}'
        nameless = _message(9, 5, "finished", result=_WON)
        nameless.headers = {}
        for message in (_message(7, 3, "finished", host_id="c", result=_WON), broken, nameless):
            await results.take(message, AT)
        after = await _events(station)

    assert after == before


async def test_matches_at_other_boards_are_noted_before_they_are_asked_for(tmp_path: Path) -> None:
    """They last over a restart, and are bounded."""
    async with running_station(tmp_path) as station:
        results, _ = await _results(station)
        await results.note_sent("m0", "b")
        await results.note_sent("m1", "c")
        await results.note_over("m0")
        restarted, _ = await _results(station)
        for k in range(MOST_SENT):
            await restarted.note_sent(f"n{k}", "b")

    assert results.sent == {"m1": "c"}
    assert (len(restarted.sent), "m1" in restarted.sent) == (MOST_SENT, False)
