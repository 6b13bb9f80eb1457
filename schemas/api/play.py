"""The board, its throws and visits, the journal, and connected clients."""

from typing import Annotated, Literal, get_args

from msgspec import Meta

from schemas.api.answers import ListQuery, Moment, Pagination, TimedQuery, Timestamp, Total
from schemas.base import Value
from schemas.board import Ring
from schemas.events import BoardStatus, EntityEvent, JournalledEvent, ThrowState, VisitThrow

_MAX_SEQ = 2**63 - 1

Transport = Literal["websocket", "events"]
ThrowKind = Literal["hit", "miss", "unscored", "bounce_out", "extra", "deleted"]


class NoParameters(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """No parameters: the empty body of a command, or the query of a resource that has none."""


class CommandResult(Value, frozen=True, kw_only=True):
    """The result of a command: the state of the board, and the seq of each journalled event."""

    action: str
    status: BoardStatus
    state: ThrowState
    seq: tuple[int, ...]
    last_seq: int


class Throw(Value, frozen=True, kw_only=True):
    """A throw including its corrections; a miss has no ring and no position."""

    throw_id: str
    seq: int
    timestamp: str
    visit_id: str
    dart_number: int | None
    player_id: str | None
    state: ThrowKind
    label: str
    ring: str | None
    sector: int | None
    points: int
    x_mm: float | None
    y_mm: float | None
    confidence: float | None
    uncertainty_mm: float | None
    corrected: bool
    image_paths: tuple[str, ...] = ()  # those that are stored


class ThrowsQuery(TimedQuery, frozen=True, kw_only=True):
    """Filters and sort order of throws."""

    sort: Literal["seq", "-seq", "points", "-points"] = "-seq"
    visit_id: str | None = None
    player_id: str | None = None
    label: str | None = None
    ring: Ring | None = None
    state: ThrowKind | None = None


class StoredVisit(Value, frozen=True, kw_only=True):
    """A completed visit including its corrections."""

    visit_id: str
    seq: int
    timestamp: str
    player_id: str | None
    total: int
    reason: str
    revised: bool
    throws: tuple[VisitThrow, ...]


class VisitsQuery(TimedQuery, frozen=True, kw_only=True):
    """Filters and sort order of visits."""

    sort: Literal["seq", "-seq", "total", "-total"] = "-seq"
    visit_id: str | None = None
    player_id: str | None = None
    total: Annotated[int, Meta(ge=0, le=180)] | None = None
    reason: Literal["three_darts", "takeout", "reset", "correction"] | None = None
    revised: bool | None = None


EventType = Annotated[
    str, Meta(extra_json_schema={"enum": sorted({str(event.__struct_config__.tag) for event in get_args(JournalledEvent | EntityEvent)})})
]


class EventsQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Events after `since` (or `cursor`), oldest first, from `after` (inclusive) to `before` (exclusive).

    In `topic` a `*` matches any characters.
    """

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    offset: Annotated[int, Meta(ge=0, le=100_000, description="number of events to skip; go farther by since or cursor")] = 0
    since: Annotated[int, Meta(ge=0, le=_MAX_SEQ)] = 0
    cursor: Annotated[int, Meta(ge=0, le=_MAX_SEQ)] | None = None
    event_type: EventType | None = None
    topic: str | None = None
    after: Moment | None = None
    before: Moment | None = None


class EventsPagination(Value, frozen=True, kw_only=True):
    """The position of a page in the journal."""

    total: Total
    limit: int
    offset: int
    next_cursor: int | None


class PublishedEvent(Value, frozen=True, kw_only=True):
    """An event as it was published; the other fields are those of its type, as `/schemas/{event_type}.json` describes them."""

    event_type: str
    timestamp: Timestamp
    seq: int
    event_id: str
    board_id: str
    topic: str


class EventsPage(Value, frozen=True, kw_only=True):
    """A page of the journal: the events as they were published."""

    data: tuple[PublishedEvent, ...]
    pagination: EventsPagination


class ClientsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters of connected clients, sorted by connection time."""

    name: str | None = None
    transport: Transport | None = None


class ClientAnswer(Value, frozen=True, kw_only=True):
    """One client: `live` while it keeps up, `queued` while it does not, `lagging` if its queue overflowed; `behind` counts events."""

    client_id: str
    name: str
    address: str
    transport: Transport
    connected_at: str
    topics: tuple[str, ...]
    state: Literal["live", "queued", "lagging"]
    delivered: int
    queued: int
    behind: int
    lags: int


class ClientsAnswer(Value, frozen=True, kw_only=True):
    """Connected clients: totals now and since the start, including rejected and stalled ones, and a page of clients."""

    connected: int
    max_clients: int
    served: int
    refused: int
    stalled: int
    data: tuple[ClientAnswer, ...]
    pagination: Pagination
