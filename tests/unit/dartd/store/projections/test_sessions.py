"""The table of sessions."""

import sqlalchemy as sa

from dartd.store.listing import PageRequest, Span
from dartd.store.projections.sessions import PROJECTION, get_session, list_sessions, session_in, sessions_during
from schemas.events import PlayerErased, PlayerMerged, SessionUpdated
from schemas.session import Session
from tests.support.projections import follow

FIRST = Session(session_id="s1", player_id="ann", board_id="main", entry_time="1970-01-01T00:01:40.000Z")


def closed(session: Session, exit_time: str) -> Session:
    """Return a session that is closed."""
    fields = {name: getattr(session, name) for name in Session.__struct_fields__}
    return Session(**{**fields, "exit_time": exit_time, "state": "closed"})


def test_a_session_as_of_its_last_change(core: sa.Connection) -> None:
    """Found by player and by the time in which it was there."""
    ended = closed(FIRST, "1970-01-01T00:03:20.000Z")
    other = Session(session_id="s2", player_id="bob", board_id="main", entry_time="1970-01-01T00:05:00.000Z")
    events = [SessionUpdated(event="entry", session=FIRST), SessionUpdated(event="exit", session=ended)]
    follow(core, PROJECTION, *events, SessionUpdated(event="entry", session=other))
    during = [each.session_id for each in sessions_during(core, Span(after_s=150.0, before_s=250.0))]
    later = [each.session_id for each in sessions_during(core, Span(after_s=250.0))]

    assert session_in(get_session(core, "s1")) == ended
    assert [row.session_id for row in list_sessions(core, PageRequest(), {}).rows] == ["s2", "s1"]
    assert [row.session_id for row in list_sessions(core, PageRequest(), {"player_id": "ann"}).rows] == ["s1"]
    assert (during, later) == (["s1"], ["s2"])


def test_players_are_merged_and_erased(core: sa.Connection) -> None:
    """Nothing of an erased person is left in the row."""
    follow(core, PROJECTION, SessionUpdated(event="entry", session=FIRST))
    follow(core, PROJECTION, PlayerMerged(player_id="ann", into_player_id="bob", user_id="u"))
    merged = session_in(get_session(core, "s1")).player_id
    follow(core, PROJECTION, PlayerErased(player_id="bob", user_id="u"))
    row = get_session(core, "s1")

    assert (merged, row.player_id, "ann" in row.body) == ("bob", None, False)
