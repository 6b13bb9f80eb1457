"""Pages of a table: by offset, or by a cursor that stays right while rows come and go."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from itertools import dropwhile, islice
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa

from dartd.errors import DartdError
from schemas.base import Value

LIMIT = 20
MAX_LIMIT = 100
_BY_TIME = "-at"
COUNT_LIMIT = 100_000  # entries counted for a total, 5 ms: the cost of a page must not grow with the history


class PageError(DartdError):
    """A page cannot be given: the cursor is none of ours, or the order is unknown."""

    code = "VALIDATION_ERROR"


class PageRequest(Value, frozen=True, kw_only=True):
    """Which page; `sort` is a column, with `-` before it for the other way round."""

    limit: int = LIMIT
    offset: int = 0
    cursor: str | None = None
    sort: str | None = None


class Page(Value, frozen=True, kw_only=True):
    """The rows, how many there are without paging (`COUNT_LIMIT` at most), and where to go on."""

    rows: Sequence[Any]
    total: int
    next_cursor: str | None = None


_Stored = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # what SQLite stores


class _Place(Value, frozen=True, kw_only=True, array_like=True):
    sort: str
    value: str | _Stored | float
    key: str | _Stored


class Span(Value, frozen=True, kw_only=True):
    """A stretch of time, in seconds since 1970: from `after_s` until just before `before_s`; None: without end."""

    after_s: float | None = None
    before_s: float | None = None


ALWAYS = Span()


def equal(table: sa.Table, where: Mapping[str, object]) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that columns have these values; None: any."""
    return [table.c[name] == value for name, value in where.items() if value is not None]


def within(column: "sa.Column[Any]", span: Span) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a time is within a span."""
    after = [column >= span.after_s] if span.after_s is not None else []
    return after + ([column < span.before_s] if span.before_s is not None else [])


def counted(table: sa.Table, where: Sequence[sa.ColumnElement[bool]]) -> sa.Select[int]:
    """Return the query that counts the rows that meet all conditions, up to `COUNT_LIMIT`."""
    return sa.select(sa.func.count()).select_from(sa.select(sa.literal(1)).select_from(table).where(*where).limit(COUNT_LIMIT).subquery())


class Listing:
    """A table that is read page by page, in the order of one of its columns (none of them may be NULL)."""

    def __init__(self, table: sa.Table, key: "sa.Column[Any]", sorts: Mapping[str, "sa.Column[Any]"], *, default: str) -> None:
        self._table = table
        self._key = key
        self.sorts = dict(sorts)
        self._default = default

    def page(self, connection: sa.Connection, ask: PageRequest, where: Sequence[sa.ColumnElement[bool]] = ()) -> Page:
        """Read a page of the rows that meet all conditions.

        Raises:
            PageError: the cursor or the order cannot be understood.
        """
        sort = ask.sort or self._default
        column = self.sorts.get(sort.removeprefix("-"))
        if column is None:
            raise PageError(f"sort: expected one of {', '.join(sorted(self.sorts))}, with - before it for descending", field="sort")
        descending = sort.startswith("-")
        total = counted(self._table, where).scalar_subquery().label("total_of_all")
        chosen = sa.select(self._table, total).where(*where)
        place = _understood(ask.cursor, sort)
        if place is not None:
            here, there = (
                sa.tuple_(column, self._key),
                sa.tuple_(sa.literal(place.value, column.type), sa.literal(place.key, self._key.type)),
            )
            chosen = chosen.where(here < there if descending else here > there)
        ends = (column.desc(), self._key.desc()) if descending else (column, self._key)
        rows = connection.execute(chosen.order_by(*ends).limit(ask.limit + 1).offset(ask.offset)).all()
        count = rows[0].total_of_all if rows else connection.execute(sa.select(total)).scalar_one()
        more = len(rows) > ask.limit
        rows = rows[: ask.limit]
        cursor = _written(_Place(sort=sort, value=rows[-1]._mapping[column], key=rows[-1]._mapping[self._key])) if more else None  # noqa: SLF001 - SQLAlchemy's public name
        return Page(rows=rows, total=count, next_cursor=cursor)


def page_of(entries: Iterable[tuple[float, str, Any]], ask: PageRequest, total: int) -> Page:
    """Return a page of `total` computed entries: time, key and value of each, the latest first.

    Raises:
        PageError: the cursor cannot be understood.
    """
    place = _understood(ask.cursor, _BY_TIME)
    first = ask.offset
    if place is not None:
        last, first = (float(place.value), str(place.key)), 0
        entries = dropwhile(lambda entry: entry[:2] >= last, entries)
    found = list(islice(entries, first, first + ask.limit + 1))
    rows = found[: ask.limit]
    more = len(found) > ask.limit
    cursor = _written(_Place(sort=_BY_TIME, value=rows[-1][0], key=rows[-1][1])) if more else None
    return Page(rows=[value for _, _, value in rows], total=min(total, COUNT_LIMIT), next_cursor=cursor)


def _written(place: _Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _understood(cursor: str | None, sort: str) -> _Place | None:
    if cursor is None:
        return None
    try:
        place = msgspec.json.decode(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True), type=_Place)
    except (ValueError, RecursionError) as error:
        raise PageError("cursor: expected next_cursor of an earlier answer", field="cursor") from error
    if place.sort != sort:
        raise PageError("cursor: it is of a list in another order; send the same sort", field="cursor")
    return place
