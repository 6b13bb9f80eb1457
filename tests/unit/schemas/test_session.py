"""Sessions."""

import msgspec

from schemas.session import Session


def test_a_session_is_read_back() -> None:
    """As it was written."""
    session = Session(session_id="s1", player_id=None, board_id="main", entry_time="2026-01-01T00:00:00.000Z")

    assert msgspec.json.decode(msgspec.json.encode(session), type=Session) == session
