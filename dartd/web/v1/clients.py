"""`/api/v1/clients` and `/api/v1/presence`: who listens, and who lets others see it."""

from itertools import islice

from starlette.responses import Response

from dartd.runtime.topics import check_topic, kind_of
from dartd.web.clients import Listener
from dartd.web.endpoint import Call, Endpoint
from schemas.api.play import ClientAnswer, ClientsAnswer, ClientsQuery
from schemas.presence import Presence


async def get_clients(call: Call) -> ClientsAnswer:
    """Answer how many there are, and how some of them do."""
    clients = call.services.clients
    asked: ClientsQuery = call.query
    last_seq = call.services.hub.last_seq
    listed = islice(clients.listeners.values(), asked.offset, asked.offset + asked.limit)
    return ClientsAnswer(
        connected=clients.connected,
        max_clients=clients.max_clients,
        served=clients.served,
        refused=clients.refused,
        stalled=clients.stalled,
        data=tuple(_figures(listener, last_seq) for listener in listed),
    )


def _figures(listener: Listener, last_seq: int) -> ClientAnswer:
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
    """Answer who is seen watching a topic."""
    services = call.services
    topic = check_topic(call.path("topic"))
    if kind_of(topic) not in call.principal.kinds:
        raise call.forbid("who watches this is not for everybody")
    return Response(services.wire(services.clients.presence.watching(topic)), media_type="application/json")


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/clients",
        handler=get_clients,
        permission="clients:read",
        rate="default",
        summary="How many listen, and how each of them does",
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
        summary="Who lets others see that he watches a topic",
        tag="events",
        answer=Presence,
        statuses=(422,),
    ),
]
