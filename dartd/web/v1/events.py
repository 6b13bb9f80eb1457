"""`/api/v1/events`: the journal in order."""

from typing import get_args

from starlette.responses import Response

from dartd.auth.permissions import TOPIC_PERMISSIONS
from dartd.runtime.hub.topics import stored_patterns
from dartd.store.events import EventPage, Wanted, list_events, within
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.paging import span_of
from dartd.web.http.problems import Problem
from schemas.api.play import EventsPage, EventsPagination, EventsQuery
from schemas.codec import encode_json
from schemas.documents import name_of
from schemas.events import EntityEvent, JournalledEvent

_ALL_KINDS = frozenset(TOPIC_PERMISSIONS)
_TYPES = frozenset(name_of(event) for event in (*get_args(JournalledEvent), *get_args(EntityEvent)))


async def get_events(call: Call) -> Response:
    """Return up to `limit` events after `since`; continue with `since=next_cursor` until that is null."""
    asked: EventsQuery = call.query
    if asked.event_type is not None and asked.event_type not in _TYPES:
        details = {"field": "event_type", "allowed": sorted(_TYPES)}
        raise Problem(422, "VALIDATION_ERROR", f"event_type: there is no event {asked.event_type[:64]!r}", details=details)
    kinds = call.principal.kinds
    wanted = Wanted(
        kinds=None if kinds >= _ALL_KINDS else kinds,
        event_type=asked.event_type,
        topics=() if asked.topic is None else stored_patterns(asked.topic),
    )
    span = span_of(asked)
    since = asked.since if asked.cursor is None else asked.cursor
    page: EventPage = await call.read(
        lambda c: list_events(c, within(c, wanted, span), since=since, limit=asked.limit, offset=asked.offset)
    )
    where = EventsPagination(total=page.total, limit=asked.limit, offset=asked.offset, next_cursor=page.next_seq)
    # Events are stored as the JSON that was published: they are joined, not decoded.
    body = b'{"data":[' + b",".join(page.wires) + b'],"pagination":' + encode_json(where) + b"}"
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/events",
        handler=get_events,
        permission="events:read",
        rate="default",
        summary="The journal in order, limited to permitted topics",
        tag="events",
        query=EventsQuery,
        answer=EventsPage,
    )
]
