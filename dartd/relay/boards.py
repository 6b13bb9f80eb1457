"""The boards of a venue as a relay has them: a hub for each, its last report, and when it was heard."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from dartd.outlets.nats.subjects import REPORT, address_of, position_of
from dartd.runtime.hub.hub import Hub
from dartd.runtime.venue_boards import OFFLINE_S
from dartd.web.clock import wall_timestamp
from dartd.web.connections.clients import Clients
from schemas.base import BoardId, Event
from schemas.codec import UNREADABLE, encode_wire
from schemas.events import PlayerErased, Snapshot
from schemas.venue import BoardReport

_log = logging.getLogger(__name__)

RING_EVENTS: Final = 512  # of each board: 25 s at 20 events per second; older ones are read from the stream
RING_BYTES: Final = 512 * 1024
MAX_BOARDS: Final = 20_000
_ERASED: Final = str(PlayerErased.__struct_config__.tag)

_report: msgspec.json.Decoder[BoardReport] = msgspec.json.Decoder(BoardReport)


class _Header(msgspec.Struct, frozen=True):
    seq: int
    topic: str


_header: msgspec.json.Decoder[_Header] = msgspec.json.Decoder(_Header)


class BoardHistory(Protocol):
    """The events of a board in the stream."""

    async def read(self, board_id: str, stream_id: str, seq: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """Return up to `limit` events after `seq`: seq, topic, encoded event; none if they are not there."""


class RelayedBoard:
    """One board. `ended`: its journal is another now, so that its viewers must begin anew."""

    def __init__(self, board_id: BoardId, stream_id: str, last_seq: int, history: BoardHistory, clients: Clients, queue_size: int) -> None:
        self.board_id = board_id
        self.stream_id = stream_id
        self.clients = clients
        self.report: BoardReport | None = None
        self.seen_s = 0.0
        self.on_end: dict[Callable[[], None], None] = {}

        async def read(seq: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
            return await history.read(board_id, stream_id, seq, limit)

        self.hub = Hub(read=read, last_seq=last_seq, queue_size=queue_size, ring_events=RING_EVENTS, ring_bytes=RING_BYTES)

    @property
    def board(self) -> "RelayedBoard":
        """Return the board itself, as what a stream comes from."""
        return self

    @property
    def version(self) -> str:
        """Return the version of dartd that runs the board."""
        return "" if self.report is None else self.report.version

    @property
    def simulated(self) -> bool:
        """Return whether any camera is simulated."""
        return self.report is not None and self.report.simulated

    def snapshot(self) -> Snapshot:
        """Return the board as of its last report; events that have come since follow it.

        Raises:
            RuntimeError: there is no report yet.
        """
        if self.report is None:
            raise RuntimeError(f"board {self.board_id} has not reported yet")
        return self.report.snapshot

    def encode(self, event: Event) -> bytes:
        """Encode an event that is not journalled."""
        return encode_wire(event, {"timestamp": wall_timestamp()})

    def end(self) -> None:
        """Call what waits for the end."""
        for each in list(self.on_end):
            each()


class Boards:
    """All boards of a venue, kept up to date by the messages of the stream."""

    def __init__(self, history: BoardHistory, clients: Clients, queue_size: int, now: Callable[[], float]) -> None:
        self._history = history
        self._clients = clients
        self._queue_size = queue_size
        self._now = now
        self._boards: dict[str, RelayedBoard] = {}
        self.events = 0
        self.holes = 0

    def __len__(self) -> int:
        return len(self._boards)

    def get(self, board_id: str) -> RelayedBoard | None:
        """Return a board that has reported, None if there is none of this id."""
        found = self._boards.get(board_id)
        return found if found is not None and found.report is not None else None

    def all(self) -> list[RelayedBoard]:
        """Return the boards that have reported, by id."""
        return [self._boards[key] for key in sorted(self._boards) if self._boards[key].report is not None]

    def is_online(self, board: RelayedBoard) -> bool:
        """Return whether a board was heard lately."""
        return self._now() - board.seen_s < OFFLINE_S

    def apply(self, subject: str, headers: Mapping[str, str] | None, payload: bytes, age_s: float = 0.0) -> None:
        """Apply a message of the stream; one that has been applied before changes nothing."""
        address, position = address_of(subject), position_of(headers)
        if address is None or position is None:
            return
        is_report = address.kind == REPORT
        board = self._board(address.board_id, position.stream_id, position.seq if is_report else position.seq - 1)
        if board is None:
            return
        board.seen_s = max(board.seen_s, self._now() - age_s)
        if is_report:
            board.report = _decoded(payload) or board.report
            return
        if position.seq <= board.hub.last_seq:
            return
        header = _header.decode(payload)
        if header.seq != board.hub.last_seq + 1:
            self.holes += 1
            _log.info("board %s: the events after %s up to %s are in no journal any more", board.board_id, board.hub.last_seq, header.seq)
            board.hub.skip_to(header.seq - 1)
        board.hub.publish_encoded(header.seq, header.topic, payload, erases=address.kind == _ERASED)
        self.events += 1

    def known(self, board_id: str, position_seq: int, stream_id: str) -> None:
        """Note that the stream has the events of a board up to a seq."""
        board = self._board(board_id, stream_id, position_seq)
        if board is not None and position_seq > board.hub.last_seq:
            board.hub.skip_to(position_seq)

    def clear(self) -> None:
        """Forget all boards: the stream is another."""
        for board in self._boards.values():
            board.end()
        self._boards.clear()

    def _board(self, board_id: str, stream_id: str, last_seq: int) -> RelayedBoard | None:
        """Return a board; a new one where the journal is another than before. None: there are too many."""
        known = self._boards.get(board_id)
        if known is not None and known.stream_id == stream_id:
            return known
        if known is None and len(self._boards) >= MAX_BOARDS:
            return None
        made = self._boards[board_id] = RelayedBoard(BoardId(board_id), stream_id, last_seq, self._history, self._clients, self._queue_size)
        if known is not None:
            _log.warning("board %s goes on with another journal: its viewers begin anew", board_id)
            asyncio.get_running_loop().call_soon(known.end)
        return made


def _decoded(payload: bytes) -> BoardReport | None:
    try:
        return _report.decode(payload)
    except UNREADABLE as error:
        _log.warning("a report cannot be read: %s", error)
        return None
