"""`/api/v1/events`: the journal, read in order."""

from fnmatch import fnmatchcase

import msgspec
from starlette.responses import Response

from dartd.runtime.topics import kind_of
from dartd.web.endpoint import Call, Endpoint
from schemas.api.play import EventsPage, EventsQuery
from schemas.base import Value
from schemas.codec import encode_json

_SCAN = 1000
_SCANS = 10


class _Kind(Value, frozen=True, kw_only=True):
    event_type: str


async def get_events(call: Call) -> Response:
    """Answer up to `limit` events after `since`; go on with `since=next_cursor` until that is null."""
    asked: EventsQuery = call.query
    since = asked.cursor if asked.cursor is not None else min(asked.since + asked.offset, call.services.hub.last_seq)  # seq has no gap
    last_seq = call.services.hub.last_seq
    found: list[bytes] = []
    kinds, place = call.principal.kinds, since
    filtered = asked.event_type is not None or asked.topic is not None
    for _ in range(_SCANS):
        rows = await call.services.journal.read(place, _SCAN if filtered else asked.limit)
        for seq, topic, wire in rows:
            place = seq
            if kind_of(topic) in kinds and _wanted(asked, topic, wire):
                found.append(wire)
            if len(found) == asked.limit:
                break
        if not filtered or not rows or len(found) == asked.limit:
            break
    cursor = place if place < last_seq and place > since else None
    page = encode_json({"total": last_seq, "limit": asked.limit, "offset": asked.offset, "next_cursor": cursor})
    # The journal's bytes are the very JSON that the wire told: they are joined, not decoded.
    body = b'{"data":[' + b",".join(found) + b'],"pagination":' + page + b"}"
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


def _wanted(asked: EventsQuery, topic: str, wire: bytes) -> bool:
    if asked.topic is not None and not fnmatchcase(topic, asked.topic):
        return False
    return asked.event_type is None or msgspec.json.decode(wire, type=_Kind).event_type == asked.event_type


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/events",
        handler=get_events,
        permission="events:read",
        rate="default",
        summary="The journal in order, as far as the caller may see it",
        tag="events",
        query=EventsQuery,
        answer=EventsPage,
    )
]
