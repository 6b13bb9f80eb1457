"""`/api/v1/events`: the journal, read in order."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dartd.runtime.topics import PUBLIC_KINDS, kind_of
from dartd.web.answers import query_int
from dartd.web.auth import Role
from dartd.web.services import Services
from schemas.codec import encode_json

_LIMIT = 20
_MAX_LIMIT = 100
_MAX_SEQ = 2**63 - 1


async def get_events(request: Request) -> Response:
    """Answer up to `limit` events after `since`; go on with `since=next_cursor` until that is null."""
    services: Services = request.app.state.services
    role = services.gatekeeper.require_reader(request)
    since = query_int(request, "since", 0, lowest=0, highest=_MAX_SEQ)
    limit = query_int(request, "limit", _LIMIT, lowest=1, highest=_MAX_LIMIT)
    rows = await services.journal.read(since, limit)
    visible = [wire for _, topic, wire in rows if role is Role.OPERATOR or kind_of(topic) in PUBLIC_KINDS]
    cursor = rows[-1][0] if rows and rows[-1][0] < services.hub.last_seq else None
    page = encode_json({"total": services.hub.last_seq, "limit": limit, "offset": since, "next_cursor": cursor})
    # The journal's bytes are the very JSON that the wire told: they are joined, not decoded.
    body = b'{"data":[' + b",".join(visible) + b'],"pagination":' + page + b"}"
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


def routes() -> list[Route]:
    """List the routes of the journal."""
    return [Route("/events", get_events, methods=["GET"])]
