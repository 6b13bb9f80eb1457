"""Who watches, as it is told."""

from schemas.codec import decode_live, encode_wire
from schemas.presence import Presence, Watcher


def test_presence_survives_the_wire() -> None:
    """It is no event of the journal, and comes back as it was."""
    told = Presence(watched="board:main", count=1, watchers=(Watcher(client_id="c1", name="Ada"),))

    assert decode_live(encode_wire(told, {"timestamp": "2026-11-20T20:00:00.000Z"})) == told
