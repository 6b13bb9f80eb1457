"""Pages of lists, as every resource answers them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from dartd.store.listing import Page, PageRequest, Span
from dartd.store.timestamps import timestamp_of
from dartd.web.http.problems import Problem
from schemas.api.answers import Listed, ListQuery, Pagination, TimedQuery

T = TypeVar("T")


def page_request(query: ListQuery) -> PageRequest:
    """Say which page is asked for.

    Raises:
        Problem: 422 when it is asked for in two ways.
    """
    if query.cursor is not None and query.offset:
        raise Problem(422, "VALIDATION_ERROR", "send cursor or offset, not both", details={"field": "cursor"})
    return PageRequest(limit=query.limit, offset=query.offset, cursor=query.cursor, sort=getattr(query, "sort", None))


def seconds_of(moment: str, field: str) -> float:
    """Read a moment as seconds since 1970.

    Raises:
        Problem: 422 when the calendar has no such day.
    """
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError as error:
        raise Problem(422, "VALIDATION_ERROR", f"there is no moment {moment}", details={"field": field}) from error


def span_of(query: TimedQuery) -> Span:
    """Say of when things are asked for."""
    after = None if query.after is None else seconds_of(query.after, "after")
    return Span(after_s=after, before_s=None if query.before is None else seconds_of(query.before, "before"))


def listed(page: Page, query: ListQuery, make: Callable[[Any], T]) -> Listed[T]:
    """Write a page."""
    where = Pagination(total=page.total, limit=query.limit, offset=query.offset, next_cursor=page.next_cursor)
    return Listed(data=tuple(map(make, page.rows)), pagination=where)


def moment(at_s: float | None) -> str | None:
    """Write a moment that may not have been."""
    return None if at_s is None else timestamp_of(at_s)


def missing(what: str, entity_id: str) -> Problem:
    """Make the answer for what is not there."""
    return Problem(404, "RESOURCE_NOT_FOUND", f"there is no {what} {entity_id[:64]!r}", details={f"{what}_id": entity_id[:64]})
