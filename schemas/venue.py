"""What boards and relays of a venue send each other over NATS, and what a relay answers."""

from typing import Any, Literal

import msgspec

from schemas.alert import Severity
from schemas.api.players import Player
from schemas.base import BoardId, Value
from schemas.events import Snapshot
from schemas.match_commands import CreateMatch

VenueAction = Literal["start", "stop", "reset", "begin_match", "stop_match"]


class VenueAlert(Value, frozen=True, kw_only=True):
    """An alert of a board that is not resolved."""

    alert_type: str
    severity: Severity
    message: str


class BoardReport(Value, frozen=True, kw_only=True):
    """How a board does, published when it has changed and every few seconds; `published_seq` is the last event before it."""

    board_id: BoardId
    stream_id: str
    published_seq: int
    name: str
    version: str
    simulated: bool
    alerts: tuple[VenueAlert, ...] = ()
    snapshot: Snapshot


class VenueCommand(Value, frozen=True, kw_only=True):
    """A command to a board, with the token of its caller, which the board checks.

    `begin_match` has the `match` of a fixture of another board, with the profiles of its `players`; `stop_match` the `match_id`.
    """

    action: VenueAction
    token: str | None = None
    match: CreateMatch | None = None
    match_id: str | None = None
    players: tuple[Player, ...] = ()


class VenueReply(Value, frozen=True, kw_only=True):
    """The answer of a board to a command: an HTTP status, and the result or the error."""

    status: int
    result: msgspec.Raw = msgspec.Raw(b"null")
    code: str = ""
    message: str = ""
    details: dict[str, Any] = msgspec.field(default_factory=dict)


class VenueSide(Value, frozen=True, kw_only=True):
    """A side of a match that is played."""

    name: str | None
    sets: int
    legs: int
    remaining: int | None
    average: str | None
    is_throwing: bool


class VenueBoard(Value, frozen=True, kw_only=True):
    """A board of a venue. `trouble` says what is wrong, the worst first; `seen_at` is when the board was heard last."""

    board_id: BoardId
    name: str
    online: bool
    seen_at: str
    status: str
    state: str
    last_seq: int
    version: str
    simulated: bool
    trouble: tuple[str, ...] = ()
    game: str | None = None
    sides: tuple[VenueSide, ...] = ()
    visit: tuple[str, ...] = ()
    visit_total: int = 0


class Venue(Value, frozen=True, kw_only=True):
    """The answer of `GET /api/v1/venue`: boards with trouble first, then those that play, then by id."""

    venue: str
    boards: tuple[VenueBoard, ...]
    online: int
    in_trouble: int
    playing: int
