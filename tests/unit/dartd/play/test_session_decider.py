"""Sessions from what happens at a board."""

from typing import Any

import msgspec
import pytest

from dartd.play.decider import MatchDecider
from dartd.play.session_decider import SessionDecider
from dartd.store.timestamps import timestamp_of
from schemas.base import VisitId
from schemas.events import (
    EntityAdded,
    EntityDeleted,
    JournalledEvent,
    PlayerErased,
    PlayerMerged,
    PlayerSignedOn,
    SessionUpdated,
    TakeoutFinished,
)
from schemas.match_commands import StepMatch
from tests.support.play import AT, BOARD, create, dart, takeout

EPOCH_S = 1_767_225_600.0


def decider() -> SessionDecider:
    """Return a decider whose media time 0 is the year 2026."""
    return SessionDecider(BOARD, idle_s=60, close_s=900, wall=lambda now: EPOCH_S + now, timestamp=timestamp_of)


class Evening:
    """Sessions and matches of a board, with all that was published."""

    def __init__(self) -> None:
        self.matches = MatchDecider(BOARD)
        self.sessions = decider()
        self.darts = 0

    def at(self, now: float, *inputs: Any) -> list[SessionUpdated]:
        """Let something happen at a time."""
        given: list[Any] = list(inputs)
        given += self.matches.step(inputs, now).events
        return [event for event in self.sessions.step(given, now).events if isinstance(event, SessionUpdated)]

    def throw(self, now: float, player_id: str | None = None, *, visit: int = 1, label: str = "S1") -> list[SessionUpdated]:
        """Throw a dart."""
        self.darts += 1
        return self.at(now, msgspec.structs.replace(dart(label, self.darts, visit=visit), player_id=player_id))

    def open(self, now: float) -> dict[str | None, str]:
        """Return the states of the open sessions by player."""
        return {each.player_id: each.state for each in self.sessions.open_sessions(now)}


def names(events: list[SessionUpdated]) -> list[tuple[str, str | None]]:
    """Return what changed, and for whom."""
    return [(each.event, each.session.player_id) for each in events]


def test_a_session_from_first_to_last_dart() -> None:
    """It begins with a dart, idles after a minute, is active again, and ends with its last dart after a quarter of an hour."""
    evening = Evening()
    begun = evening.throw(0.0, "ann")
    evening.throw(10.0, "ann")
    due = evening.sessions.deadline()
    idle = evening.at(70.1)
    resumed = evening.throw(100.0, "ann", visit=2)
    evening.throw(120.5, "ann", visit=2)
    evening.at(200.0)
    ended = evening.at(1020.6)
    (session,) = [each.session for each in ended]

    assert names(begun) == [("entry", "ann")]
    assert due == pytest.approx(70.001)
    assert (names(idle), names(resumed), names(ended)) == ([("idle_start", "ann")], [("active_resume", "ann")], [("exit", "ann")])
    assert (session.entry_time, session.exit_time, session.state) == ("2026-01-01T00:00:00.000Z", "2026-01-01T00:02:00.500Z", "closed")
    assert (session.duration_seconds, session.total_active_seconds, session.total_idle_seconds) == (120.5, 30.5, 90.0)
    assert (session.active_share, session.visit_number) == (0.2531, 2)
    assert [(each.event, each.duration) for each in session.timeline] == [
        ("entry", 0.0), ("idle_start", 10.0), ("active_resume", 90.0), ("idle_start", 20.5), ("exit", 0.0),
    ]  # fmt: skip
    assert evening.sessions.deadline() is None


def test_another_sign_on_closes_a_session() -> None:
    """At that moment; signing on the same player again changes nothing."""
    evening = Evening()
    evening.throw(0.0, "ann")
    same = evening.at(5.0, PlayerSignedOn(player_id="ann"))
    ended = evening.at(20.0, PlayerSignedOn(player_id="bob", previous_player_id="ann"))

    assert (same, names(ended)) == ([], [("exit", "ann")])
    assert ended[0].session.duration_seconds == 20.0


def test_darts_of_a_match_are_of_whose_turn_it_is() -> None:
    """Opponents are active together; a sign-on ends no session of the match, and the darts behind the game shot are of who won."""
    evening = Evening()
    evening.at(0.0, create(start=41, out="straight"))
    first = evening.throw(1.0)
    evening.at(2.0, takeout(2))
    second = evening.throw(50.0, visit=2)
    evening.at(55.0, PlayerSignedOn(player_id="eve"))
    evening.at(56.0, takeout(3))
    evening.throw(100.0, visit=3, label="D20")
    evening.throw(101.0, visit=3)
    during = evening.open(101.0)
    evening.at(102.0, takeout(4))
    after = evening.throw(103.0, "eve", visit=4)

    assert (names(first), names(second)) == ([("entry", "ann")], [("entry", "bob")])
    assert first[0].session.session_id == "s_main-d000001"
    assert during == {"ann": "active", "bob": "active"}
    assert names(after) == [("entry", "eve")]
    assert evening.sessions.open_sessions(103.0)[0].match_id == "m1"


def test_a_stopped_match_is_left() -> None:
    """And one that is paused; one by hand is none of the board's."""
    evening = Evening()
    evening.at(0.0, create("m1"))
    evening.at(1.0, StepMatch(match_id="m1", step="pause", at=AT))
    paused = evening.throw(2.0, "eve")
    evening.at(3.0, StepMatch(match_id="m1", step="resume", at=AT))
    resumed = evening.throw(4.0, "eve")
    evening.at(5.0, StepMatch(match_id="m1", step="stop", at=AT))
    evening.at(6.0, create("m2", board=False))
    stopped = evening.throw(7.0, "fay")

    assert [names(each) for each in (paused, resumed, stopped)] == [[("entry", "eve")], [("entry", "ann")], [("entry", "fay")]]


def test_zones_for_players() -> None:
    """A session is in the zone for players of its board."""
    evening = Evening()
    payload = {"zone_type": "oche", "board_id": "main", "active": True, "name": "Oche"}
    evening.at(0.0, EntityAdded(entity_type="zone", entity_id="z1", payload=payload, user_id="u"))
    evening.at(0.0, EntityAdded(entity_type="zone", entity_id="z2", payload={**payload, "board_id": "other"}, user_id="u"))
    (begun,) = evening.throw(1.0)
    evening.at(2.0, EntityDeleted(entity_type="zone", entity_id="z1", user_id="u"), PlayerSignedOn(player_id="ann"))
    (other,) = evening.throw(3.0, "ann")

    assert (begun.session.zone_id, begun.session.zone_name, begun.session.player_id) == ("z1", "Oche", None)
    assert other.session.zone_id is None


def test_merged_and_erased_players() -> None:
    """An open session goes with the player."""
    evening = Evening()
    evening.throw(0.0, "ann")
    evening.at(1.0, PlayerMerged(player_id="ann", into_player_id="bob", user_id="u"))
    merged = evening.open(1.0)
    evening.at(2.0, PlayerErased(player_id="bob", user_id="u"))

    assert (merged, evening.open(2.0)) == ({"bob": "active"}, {None: "active"})


def test_a_restart_changes_nothing() -> None:
    """Not within a session, and not within a match; the time that dartd did not run is idle."""
    evening = Evening()
    evening.at(0.0, create(start=40, out="straight"))
    evening.throw(1.0)
    restored = decider()
    restored.restore(evening.sessions.memory(EPOCH_S), (), now=0.0, epoch_s=EPOCH_S)
    before = restored.open_sessions(2.0)
    late = [event for event in restored.step([dart("S1", 9)], 400.0).events if isinstance(event, SessionUpdated)]

    assert before == evening.sessions.open_sessions(2.0)
    assert names(late) == [("idle_start", "ann"), ("active_resume", "ann")]
    assert late[1].session.total_idle_seconds == 399.0


def test_the_journal_alone_gives_the_open_sessions() -> None:
    """As after an update from a version without sessions."""
    evening = Evening()
    journal: list[tuple[JournalledEvent, float]] = []
    for now, player_id in ((0.0, "ann"), (2000.0, "ann"), (2010.0, "bob")):
        event = msgspec.structs.replace(dart("S1", int(now) + 1), player_id=player_id)
        journal.append((event, now))
        evening.at(now, event)
    journal.append((TakeoutFinished(visit_id=VisitId("v")), 2020.0))
    restored = decider()
    restored.restore(None, journal, now=2020.0, epoch_s=EPOCH_S)

    assert restored.open_sessions(2020.0) == evening.sessions.open_sessions(2020.0)
