"""The publisher; tests/integration/test_venue.py has it in a board, and test_venue_erasure.py players who are erased."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from dartd.config import NatsConfig
from dartd.outlets.nats.connection import connected
from dartd.outlets.nats.publisher import BATCH, Publisher, _batches, _Message
from dartd.outlets.nats.stream import ensure_stream
from dartd.runtime.hub.hub import Hub
from dartd.runtime.outlet_states import OutletStates
from dartd.store.database import Database
from schemas.venue import BoardReport
from tests.support.board_reports import REPORT
from tests.support.nats_server import NatsServer, stored_events
from tests.support.waiting import Waiting

_LARGEST = 1 << 20


def test_batches_are_bounded() -> None:
    """In count and in bytes, in order, and a large event goes alone."""
    small = [_Message("s", b"x", {}, seq) for seq in range(1, 2 * BATCH + 2)]
    large = [_Message("s", bytes(400_000), {}, seq) for seq in (1, 2)]

    assert [len(batch) for batch in _batches(small, _LARGEST)] == [BATCH, BATCH, 1]
    assert [message.seq for batch in _batches(small, _LARGEST) for message in batch] == list(range(1, 2 * BATCH + 2))
    assert [len(batch) for batch in _batches(large, _LARGEST)] == [1, 1]
    assert _batches([], _LARGEST) == []


def test_what_is_apart_is_no_part_of_a_batch() -> None:
    """An event that is too large must be alone, and one that a player was erased with must come after what is erased."""
    messages = [_Message("s", bytes(size), {}, seq) for seq, size in enumerate((1, 9, 9, 1, 1), 1)]
    erased = [*messages, _Message("s", b"x", {}, 6, "p"), _Message("s", b"x", {}, 7)]

    assert [[message.seq for message in batch] for batch in _batches(erased, 8)] == [[1], [2], [3], [4, 5], [6, 7]]


class _Board:
    """A board whose journal has one event of each of these sizes."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.rows = [(seq, "board:b1", _event(seq, size)) for seq, size in enumerate(sizes, 1)]

    async def read(self, since_seq: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """Return events of the journal."""
        return self.rows[since_seq : since_seq + limit]

    def report(self, published_seq: int) -> BoardReport:
        """Return a report."""
        return msgspec.structs.replace(REPORT, published_seq=published_seq)


def _event(seq: int, size: int) -> bytes:
    return msgspec.json.encode({"event_type": "dart_hit", "seq": seq, "event_id": f"s-{seq}", "topic": "board:b1", "filling": "x" * size})


async def test_an_event_that_is_too_large_delays_no_other(tmp_path: Path, waiting: Waiting) -> None:
    """It must be left out and counted, also as the first and the last one, and the position go on after it."""
    board = _Board([70_000, 1, 70_000, 70_000, 1, 60_000, 70_000])
    hub = Hub(read=board.read, last_seq=len(board.rows))
    states = OutletStates(lambda: hub.last_seq, time.monotonic)
    state = states.add("nats", "")
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    with NatsServer(tmp_path / "nats", more="max_payload: 65536") as server:
        settings = NatsConfig(url=server.url)
        async with connected(settings, "test") as link:
            stream = await ensure_stream(link, settings)
            publisher = Publisher(
                link, settings, "b1", "s", hub=hub, journal=board, database=database, source=board, state=state, stream=stream
            )
            running = asyncio.ensure_future(publisher.run())
            await waiting.soon(lambda: states.figures()[0].connected and not states.figures()[0].waiting, "the publisher")
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        found = await stored_events(server)
    await asyncio.to_thread(database.close)

    assert [each["seq"] for each in found] == [2, 5, 6]
    assert (states.figures()[0].dropped, states.figures()[0].published) == (4, 3)
