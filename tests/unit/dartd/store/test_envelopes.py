"""Envelopes."""

import json

from dartd.store.envelopes import envelope_of, row_of
from schemas.base import BoardId, VisitId
from schemas.events import BoardReset


def test_envelope_names_its_position() -> None:
    """In its fields, in the encoded event and in its row the same position, topic and time must be named."""
    envelope = envelope_of(BoardReset(visit_id=VisitId("v")), BoardId("main"), "s", 7, 5.0)
    encoded, row = json.loads(envelope.wire), row_of(envelope)

    assert (envelope.seq, envelope.event_id, envelope.topic, envelope.timestamp) == (7, "s-7", "board:main", "1970-01-01T00:00:05.000Z")
    assert {name: encoded[name] for name in ("seq", "event_id", "topic", "timestamp")} == {
        "seq": 7,
        "event_id": "s-7",
        "topic": "board:main",
        "timestamp": "1970-01-01T00:00:05.000Z",
    }
    assert (row["seq"], row["at_s"], row["event_type"], row["wire"]) == (7, 5.0, "board_reset", envelope.wire)
