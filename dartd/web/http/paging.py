"""Paging of lists, shared by all resources."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from dartd.store.listing import Page, PageRequest, Span
from dartd.store.timestamps import timestamp_of
from dartd.web.http.problems import Problem
from schemas.api.answers import Listed, ListQuery, Pagination, TimedQuery
from schemas.api.play import EventsQuery

T = TypeVar("T")


def page_request(query: ListQuery) -> PageRequest:
    """Return the requested page.

    Raises:
        Problem: 422 if both cursor and offset are given.
    """
    if query.cursor is not None and query.offset:
        raise Problem(422, "VALIDATION_ERROR", "send cursor or offset, not both", details={"field": "cursor"})
    return PageRequest(limit=query.limit, offset=query.offset, cursor=query.cursor, sort=getattr(query, "sort", None))


def seconds_of(moment: str, field: str) -> float:
    """Return an ISO 8601 timestamp as seconds since the epoch.

    Raises:
        Problem: 422 if there is no such date.
    """
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError as error:
        raise Problem(422, "VALIDATION_ERROR", f"there is no such date: {moment}", details={"field": field}) from error


def span_of(query: TimedQuery | EventsQuery) -> Span:
    """Return the requested time span."""
    after = None if query.after is None else seconds_of(query.after, "after")
    return Span(after_s=after, before_s=None if query.before is None else seconds_of(query.before, "before"))


def listed(page: Page, query: ListQuery, make: Callable[[Any], T]) -> Listed[T]:
    """Return a page of a list as its answer."""
    where = Pagination(total=page.total, limit=query.limit, offset=query.offset, next_cursor=page.next_cursor)
    return Listed(data=tuple(map(make, page.rows)), pagination=where)


def moment(at_s: float | None) -> str | None:
    """Return seconds since the epoch as a timestamp; None for None."""
    return None if at_s is None else timestamp_of(at_s)


def missing(what: str, entity_id: str) -> Problem:
    """Return a 404 response for a missing entity."""
    return Problem(404, "RESOURCE_NOT_FOUND", f"there is no {what} {entity_id[:64]!r}", details={f"{what}_id": entity_id[:64]})
