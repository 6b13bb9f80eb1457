"""A stream of events without a board: numbered envelopes, and a journal in memory that keeps them."""

from schemas.base import BoardId, EventId, VisitId
from schemas.events import Envelope, TakeoutStarted


def envelope(seq: int, topic: str = "board:main", size: int = 0) -> Envelope:
    """Make the event of this number; its wire bytes are the number, filled up to `size`."""
    return Envelope(
        seq=seq,
        event_id=EventId(str(seq)),
        board_id=BoardId("main"),
        topic=topic,
        at_s=0.0,
        timestamp="",
        event=TakeoutStarted(visit_id=VisitId("v"), darts_in_board=0),
        wire=str(seq).encode().ljust(size),
    )


class Kept:
    """What was journalled; `forget` drops the oldest, as a journal with an end of patience does."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str, bytes]] = []
        self.reads = 0

    def keep(self, each: Envelope) -> Envelope:
        """Journal one."""
        self.rows.append((each.seq, each.topic, each.wire))
        return each

    def forget(self, up_to: int) -> None:
        """Drop everything up to and including this number."""
        self.rows = [row for row in self.rows if row[0] > up_to]

    async def read(self, since: int, limit: int) -> list[tuple[int, str, bytes]]:
        """Read as the journal does."""
        self.reads += 1
        return [row for row in self.rows if row[0] > since][:limit]
