"""Pages of lists, as every resource answers them."""

from collections.abc import Callable
from typing import Any, TypeVar

from dartd.store.listing import Page, PageRequest
from dartd.store.timestamps import timestamp_of
from dartd.web.problems import Problem
from schemas.api.answers import Listed, ListQuery, Pagination

T = TypeVar("T")


def page_request(query: ListQuery) -> PageRequest:
    """Say which page is asked for.

    Raises:
        Problem: 422 when it is asked for in two ways.
    """
    if query.cursor is not None and query.offset:
        raise Problem(422, "VALIDATION_ERROR", "send cursor or offset, not both", details={"field": "cursor"})
    return PageRequest(limit=query.limit, offset=query.offset, cursor=query.cursor, sort=getattr(query, "sort", None))


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
