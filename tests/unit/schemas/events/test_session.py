"""Events of sessions."""

from schemas.codec import decode_journalled, encode_wire
from schemas.events import SessionUpdated
from schemas.session import Session


def test_an_event_is_read_back() -> None:
    """With its header."""
    session = Session(session_id="s1", player_id=None, board_id="main", entry_time="2026-01-01T00:00:00.000Z")
    event = SessionUpdated(event="entry", session=session)

    assert decode_journalled(encode_wire(event, {"seq": 1})) == event
