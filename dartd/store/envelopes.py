"""The envelope of a journalled event, and its row in the journal."""

from dartd.store.event_topics import topic_of
from dartd.store.timestamps import timestamp_of
from schemas.base import BoardId, EventId
from schemas.codec import encode_wire
from schemas.events import Envelope, JournalledEvent


def envelope_of(event: JournalledEvent, board_id: BoardId, stream_id: str, seq: int, at_s: float) -> Envelope:
    """Return the envelope of an event at a position of a stream; `at_s` is wall time in seconds since 1970."""
    event_id, topic, timestamp = EventId(f"{stream_id}-{seq}"), topic_of(event, board_id), timestamp_of(at_s)
    header: dict[str, str | int] = {"seq": seq, "event_id": event_id, "board_id": board_id, "topic": topic, "timestamp": timestamp}
    return Envelope(
        seq=seq,
        event_id=event_id,
        board_id=board_id,
        topic=topic,
        at_s=at_s,
        timestamp=timestamp,
        event=event,
        wire=encode_wire(event, header),
    )


def row_of(envelope: Envelope) -> dict[str, object]:
    """Return the row of the table `events`."""
    return {
        "seq": envelope.seq,
        "at_s": envelope.at_s,
        "topic": envelope.topic,
        "event_type": str(envelope.event.__struct_config__.tag),
        "wire": envelope.wire,
        "board_id": envelope.board_id,
    }
