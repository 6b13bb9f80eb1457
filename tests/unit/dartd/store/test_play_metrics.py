"""Metrics of days, zones and players from projections."""

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from dartd.store.days import Days
from dartd.store.play_metrics import Present, read_player, read_today, read_update, read_zone
from dartd.store.projections import sessions, throws
from dartd.store.timestamps import seconds_of_timestamp
from dartd.store.zones import ZONES
from schemas.base import BoardId, VisitId
from schemas.events import SessionUpdated, Snapshot, VisitCompleted, VisitSnapshot
from schemas.session import Session
from tests.support.projections import follow
from tests.support.throws import hit
from tests.unit.dartd.store.test_session_times import session_of

NOW_S = seconds_of_timestamp("2026-03-29T12:30:00.000Z")  # in Berlin the clock was set forward that night, a Sunday
MIDNIGHT_MS = round(seconds_of_timestamp("2026-03-28T23:00:00.000Z") * 1000)
HOUR_MS = 3_600_000


def _present(*live: Session) -> Present:
    snapshot = Snapshot(
        board_id=BoardId("main"),
        last_seq=1,
        state="wait_for_throw",
        status="throw",
        darts=(),
        visit=VisitSnapshot(visit_id=VisitId("v")),
    )
    return Present(snapshot, live, lambda _: None, Days("Europe/Berlin"), NOW_S)


@pytest.fixture
def evening(core: sa.Connection) -> tuple[sa.Connection, Session]:
    """Return tables with three sessions at the oche, one of them before midnight and one open, and darts of today."""
    values: dict[str, Any] = {"camera_id": None, "board_id": "main", "zone_type": "oche", "polygon_coords": "[]", "unit": "mm"}
    ZONES.insert(core, {**values, "zone_id": "o", "name": "Oche", "color": "#000000", "min": 0, "max": 3, "active": True}, at_s=1.0)
    there = {"zone_id": "o", "zone_name": "Oche"}
    across = msgspec.structs.replace(session_of([50_000] * 40, began_ms=MIDNIGHT_MS - 1_000_000), session_id="a", **there)
    own = msgspec.structs.replace(session_of([60_000, 90_000], began_ms=MIDNIGHT_MS + 3 * HOUR_MS), session_id="b", **there)
    guest = session_of([20_000], began_ms=round(NOW_S * 1000) - 30_000, closed=False)
    guest = msgspec.structs.replace(guest, session_id="c", player_id=None, **there)
    follow(core, sessions.PROJECTION, *(SessionUpdated(event="entry", session=each) for each in (across, own, guest)))
    ended = VisitCompleted(visit_id=VisitId("visit-1"), throws=(), total=180, reason="three_darts")
    follow(core, throws.PROJECTION, hit("d1", 1), hit("d2", 2), hit("d3", 3), ended, first=10, step_s=NOW_S / 10)
    return core, guest


def test_today(evening: tuple[sa.Connection, Session]) -> None:
    """What was thrown, and the part of each session since midnight."""
    core, guest = evening
    today = read_today(core, _present(guest))
    update = read_update(core, _present(guest), 2)

    assert (today.date, today.players, today.active_players) == ("2026-03-29", 2, 1)
    assert (today.total_active_seconds, today.total_idle_seconds, today.active_share) == (1000 + 60 + 20, 90, 0.9231)
    assert (today.darts, today.visits, today.average, today.highest_visit, today.count_180) == (3, 1, "180.00", 180, 1)
    assert [(each.board_id, each.darts, each.visits, each.sessions) for each in today.boards] == [("main", 3, 1, 3)]
    assert [(each.zone_id, each.count, each.status) for each in today.zones] == [("o", 1, "normal")]
    assert (update.clients, update.points, update.average, update.boards) == (2, 180, "180.00", today.boards)


def test_a_zone(evening: tuple[sa.Connection, Session]) -> None:
    """By hour of the local clock, which has no third hour this night; the mean is over sessions that ended."""
    core, guest = evening
    found = read_zone(core, _present(guest), "o", "Oche", "today")
    hours = {each.hour: (each.players, each.active_seconds, each.idle_seconds) for each in found.hourly_breakdown if each.players}

    assert (found.start_time, found.end_time) == ("2026-03-28T23:00:00.000Z", "2026-03-29T12:30:00.000Z")
    assert (found.total_players, found.unique_players, found.total_sessions, found.peak_occupancy) == (2, 1, 3, 1)
    assert found.avg_session_duration == (2000 + 150) / 2
    assert hours == {0: (1, 1000, 0), 4: (1, 60, 90), 14: (1, 20, 0)}
    assert len(found.hourly_breakdown) == 24
    assert read_zone(core, _present(), "other", "Other", "month").total_sessions == 0


def test_a_player(evening: tuple[sa.Connection, Session]) -> None:
    """By day of the week until now; a session across midnight is in both days."""
    core, guest = evening
    found = read_player(core, _present(guest), "ann", "Ann", "week")
    days = [(each.date, each.sessions) for each in found.daily_breakdown]

    assert (found.start_date, found.end_date, found.days_played, found.total_sessions) == ("2026-03-23", "2026-03-29", 2, 2)
    assert days == [(f"2026-03-{day}", 0) for day in range(23, 28)] + [("2026-03-28", 1), ("2026-03-29", 2)]
    assert (found.total_active_hours, found.total_idle_hours) == (round(2060 / 3600, 4), 0.025)
    assert [(each.zone_id, each.sessions) for each in found.zones] == [("o", 2)]
