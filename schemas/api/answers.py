"""Common parts of responses: errors and pages."""

from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta

from schemas.base import Value

T = TypeVar("T")

Timestamp = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", description="ISO 8601, UTC, milliseconds")]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z", description="1 to 64 letters, digits, - or _")]
# What cannot be seen, or changes how the text around it is shown: control characters, marks of the writing direction, zero-width ones.
UNSEEN = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    r"\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=rf"^[^\s{UNSEEN}][^{UNSEEN}]*\Z",
        description="up to 100 characters that can be seen, not beginning with a space",
    ),
]


# An object with any fields, and explicitly so: OpenAPI tools take a bare `object` for one without fields.
AnyObject = Annotated[dict[str, Any], Meta(extra_json_schema={"additionalProperties": True})]


class ErrorBody(Value, frozen=True, kw_only=True):
    """An error: stable code, message, details, and the trace id under which it is logged."""

    code: str
    message: str
    details: AnyObject
    timestamp: str
    trace_id: str


class ErrorAnswer(Value, frozen=True, kw_only=True):
    """The body of every error response."""

    error: ErrorBody


Total = Annotated[int, Meta(description="number of entries without paging; 100000 stands for that many or more")]


class Pagination(Value, frozen=True, kw_only=True):
    """The position of a page in its list; `next_cursor` null: the last page."""

    total: Total
    limit: int
    offset: int
    next_cursor: str | None


class Listed(Value, Generic[T], frozen=True, kw_only=True):
    """A page of a list."""

    data: tuple[T, ...]
    pagination: Pagination


_DAY = r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
Moment = Annotated[str, Meta(pattern=rf"^{_DAY}T{_TIME}(Z|[+-]([01]\d|2[0-3]):[0-5]\d)\Z", description="ISO 8601 with its offset from UTC")]


class ListQuery(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a list: by `cursor` (from `next_cursor`) or by `offset`."""

    limit: Annotated[int, Meta(ge=1, le=100, description="maximum number of entries")] = 20
    offset: Annotated[int, Meta(ge=0, le=100_000, description="number of entries to skip; go farther by cursor")] = 0
    cursor: Annotated[str, Meta(max_length=1000, description="next_cursor of the previous page")] | None = None


class TimedQuery(ListQuery, frozen=True, kw_only=True):
    """A page of entries from `after` (inclusive) to `before` (exclusive)."""

    after: Moment | None = None
    before: Moment | None = None
