"""`/api/v1/clients` and `/api/v1/presence`: connected clients and watchers of topics."""

import re

from starlette.responses import Response

from dartd.auth.permissions import TOPIC_PERMISSIONS
from dartd.runtime.hub.topics import check_topic, kind_of
from dartd.web.connections.clients import ConnectedClient
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.paging import missing, page_request
from dartd.web.http.problems import Problem
from schemas.api.answers import Pagination
from schemas.api.play import ClientAnswer, ClientsAnswer, ClientsQuery
from schemas.events import Presence

_CLIENT_ID = re.compile(r"c[0-9]{1,18}")


async def get_clients(call: Call) -> ClientsAnswer:
    """Return the number of clients and a page of them."""
    clients = call.services.clients
    asked: ClientsQuery = call.query
    last_seq = call.services.hub.last_seq
    ask = page_request(asked)
    after = _number(ask.cursor) if ask.cursor is not None else 0
    wanted = [each for each in clients.by_id.values() if asked.name in {None, each.name} and asked.transport in {None, each.transport}]
    rest = [each for each in wanted if _number(each.client_id) > after][ask.offset :]
    rows = rest[: ask.limit]
    cursor = rows[-1].client_id if len(rest) > len(rows) else None
    return ClientsAnswer(
        connected=clients.connected,
        max_clients=clients.max_clients,
        served=clients.served,
        refused=clients.refused,
        stalled=clients.stalled,
        data=tuple(_figures(listener, last_seq) for listener in rows),
        pagination=Pagination(total=len(wanted), limit=ask.limit, offset=ask.offset, next_cursor=cursor),
    )


def _number(client_id: str) -> int:
    """Return the number in a client id, by which the list is sorted."""
    if _CLIENT_ID.fullmatch(client_id) is None:
        raise Problem(422, "VALIDATION_ERROR", "cursor: expected next_cursor of an earlier answer", details={"field": "cursor"})
    return int(client_id[1:])


def _figures(listener: ConnectedClient, last_seq: int) -> ClientAnswer:
    subscription = listener.subscription
    return ClientAnswer(
        client_id=listener.client_id,
        name=listener.name,
        address=listener.address,
        transport=listener.transport,
        connected_at=listener.connected_at,
        topics=tuple(sorted(subscription.interest.patterns)),
        state="lagging" if subscription.lagging else "queued" if subscription.depth else "live",
        delivered=subscription.delivered,
        queued=subscription.depth,
        behind=max(0, last_seq - subscription.position) if subscription.lagging else subscription.depth,
        lags=subscription.lags,
    )


async def get_presence(call: Call) -> Response:
    """Return the watchers of a topic."""
    services = call.services
    topic = check_topic(call.path("topic"))
    if kind_of(topic) not in TOPIC_PERMISSIONS:
        raise missing("topic", topic)
    if kind_of(topic) not in call.principal.kinds:
        raise call.forbidden("the watchers of this topic need a permission")
    return Response(services.encode(services.clients.presence.watching(topic)), media_type="application/json")


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/clients",
        handler=get_clients,
        permission="clients:read",
        rate="default",
        summary="Connected clients: totals, and a page of them",
        tag="events",
        query=ClientsQuery,
        answer=ClientsAnswer,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/presence/{topic}",
        handler=get_presence,
        permission="board:read",
        rate="default",
        summary="The watchers of a topic",
        tag="events",
        answer=Presence,
        statuses=(422,),
    ),
]
