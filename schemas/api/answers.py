"""What answers have in common: errors and pages."""

from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta

from schemas.base import Value

T = TypeVar("T")

Timestamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", description="ISO 8601, UTC, milliseconds")]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="1 to 64 letters, digits, - or _")]
Text = Annotated[str, Meta(min_length=1, max_length=100)]


class ErrorBody(Value, frozen=True, kw_only=True):
    """What went wrong: a stable code, words for people, what it concerns, and the id under which the log has more."""

    code: str
    message: str
    details: dict[str, Any]
    timestamp: str
    trace_id: str


class ErrorAnswer(Value, frozen=True, kw_only=True):
    """Every error answer."""

    error: ErrorBody


class Pagination(Value, frozen=True, kw_only=True):
    """Where a page lies in its list; `next_cursor` null: nothing follows."""

    total: int
    limit: int
    offset: int
    next_cursor: str | None


class Listed(Value, Generic[T], frozen=True, kw_only=True):
    """A page of a list."""

    data: tuple[T, ...]
    pagination: Pagination


_DAY = r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
Moment = Annotated[str, Meta(pattern=rf"^{_DAY}T{_TIME}(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$", description="ISO 8601 with its offset from UTC")]


class ListQuery(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which page of a list: by `cursor` (from `next_cursor`), or by `offset`."""

    limit: Annotated[int, Meta(ge=1, le=100, description="how many at most")] = 20
    offset: Annotated[int, Meta(ge=0, le=1_000_000_000, description="how many to pass over")] = 0
    cursor: Annotated[str, Meta(max_length=1000, description="next_cursor of the page before")] | None = None


class TimedQuery(ListQuery, frozen=True, kw_only=True):
    """Which page, of what was from `after` until just before `before`."""

    after: Moment | None = None
    before: Moment | None = None
