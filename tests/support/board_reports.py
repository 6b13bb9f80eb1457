"""Messages of boards as a relay receives them."""

import msgspec

from dartd.outlets.nats.subjects import event_subject, report_subject
from dartd.store.envelopes import envelope_of
from schemas.base import BoardId, VisitId
from schemas.codec import encode_json
from schemas.events import Snapshot, TakeoutStarted, VisitSnapshot
from schemas.venue import BoardReport

REPORT = BoardReport(
    board_id=BoardId("b1"),
    stream_id="s",
    published_seq=0,
    name="Oche 1",
    version="1",
    simulated=False,
    snapshot=Snapshot(
        board_id=BoardId("b1"), last_seq=0, state="wait_for_throw", status="throw", visit=VisitSnapshot(visit_id=VisitId("v"))
    ),
)


def report_message(board_id: str = "b1", seq: int = 0, stream_id: str = "s") -> tuple[str, dict[str, str], bytes]:
    """Return subject, headers and body of a report."""
    report = msgspec.structs.replace(REPORT, board_id=BoardId(board_id), stream_id=stream_id, published_seq=seq)
    return report_subject("main", board_id), {"Dartd-Position": f"{stream_id}-{seq}"}, encode_json(report)


def event_message(seq: int, board_id: str = "b1", stream_id: str = "s") -> tuple[str, dict[str, str], bytes]:
    """Return subject, headers and body of an event."""
    envelope = envelope_of(TakeoutStarted(visit_id=VisitId("v"), darts_in_board=3), BoardId(board_id), stream_id, seq, float(seq))
    return event_subject("main", board_id, "takeout_started"), {"Nats-Msg-Id": envelope.event_id}, envelope.wire
