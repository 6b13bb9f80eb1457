"""`/api/v1/throws` and `/api/v1/visits`: what was thrown, as it stands."""

from typing import Any

import msgspec

from dartd.store.throws import get_throw, get_visit, list_throws, list_visits
from dartd.store.timestamps import timestamp_of
from dartd.web.endpoint import Call, Endpoint
from dartd.web.v1.pages import listed, missing, page_request, span_of
from schemas.api.answers import Listed
from schemas.api.play import Throw, ThrowsQuery, Visit, VisitsQuery
from schemas.events import VisitThrow

_THROW_FIELDS = tuple(field for field in Throw.__struct_fields__ if field != "timestamp")


def throw_of(row: Any) -> Throw:
    """Write a throw."""
    return Throw(timestamp=timestamp_of(row.at_s), **{field: getattr(row, field) for field in _THROW_FIELDS})


def visit_of(row: Any) -> Visit:
    """Write a visit."""
    return Visit(
        visit_id=row.visit_id,
        seq=row.seq,
        timestamp=timestamp_of(row.at_s),
        player_id=row.player_id,
        total=row.total,
        reason=row.reason,
        revised=row.revised,
        throws=msgspec.json.decode(row.throws, type=tuple[VisitThrow, ...]),
    )


async def get_throws(call: Call) -> Listed[Throw]:
    """Answer a page of throws."""
    asked: ThrowsQuery = call.query
    span, where = span_of(asked), {name: getattr(asked, name) for name in ("visit_id", "player_id", "label", "ring", "state")}
    return listed(await call.read(lambda c: list_throws(c, page_request(asked), where, span)), asked, throw_of)


async def get_one_throw(call: Call) -> Throw:
    """Answer one throw."""
    throw_id = call.path("throw_id")
    row = await call.read(lambda c: get_throw(c, throw_id))
    if row is None:
        raise missing("throw", throw_id)
    return throw_of(row)


async def get_visits(call: Call) -> Listed[Visit]:
    """Answer a page of visits."""
    asked: VisitsQuery = call.query
    span, where = span_of(asked), {"player_id": asked.player_id}
    return listed(await call.read(lambda c: list_visits(c, page_request(asked), where, span)), asked, visit_of)


async def get_one_visit(call: Call) -> Visit:
    """Answer one visit."""
    visit_id = call.path("visit_id")
    row = await call.read(lambda c: get_visit(c, visit_id))
    if row is None:
        raise missing("visit", visit_id)
    return visit_of(row)


def _reading(path: str, handler: Any, summary: str, answer: Any, query: type | None = None) -> Endpoint:
    return Endpoint(
        method="GET",
        path=path,
        handler=handler,
        permission="throws:read",
        rate="default",
        summary=summary,
        tag="play",
        answer=answer,
        query=query,
    )


ENDPOINTS = [
    _reading("/api/v1/throws", get_throws, "Throws, the latest first", Listed[Throw], ThrowsQuery),
    _reading("/api/v1/throws/{throw_id}", get_one_throw, "One throw", Throw),
    _reading("/api/v1/visits", get_visits, "Completed visits, the latest first", Listed[Visit], VisitsQuery),
    _reading("/api/v1/visits/{visit_id}", get_one_visit, "One visit", Visit),
]
