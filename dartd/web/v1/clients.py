"""`/api/v1/clients`: who listens."""

from dartd.web.endpoint import Call, Endpoint
from schemas.api.play import ClientsAnswer


async def get_clients(call: Call) -> ClientsAnswer:
    """Answer how many there are."""
    clients = call.services.clients
    return ClientsAnswer(
        connected=clients.connected,
        max_clients=clients.max_clients,
        served=clients.served,
        refused=clients.refused,
        stalled=clients.stalled,
    )


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/clients",
        handler=get_clients,
        permission="clients:read",
        rate="default",
        summary="How many listen",
        tag="events",
        answer=ClientsAnswer,
    )
]
