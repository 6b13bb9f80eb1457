"""The event stream for people and tools: the live view `/events` and the AsyncAPI document."""

from typing import Any

from dartd.web.http.endpoint import Call
from dartd.web.http.forwarded import root_path_of
from dartd.web.pages import page, showing
from schemas.api.documents import AsyncApiDocument
from schemas.asyncapi import describe


async def get_asyncapi(call: Call) -> dict[str, Any]:
    """Return the AsyncAPI document."""
    ws_path = root_path_of(call.request) + call.services.config.server.ws_path
    return describe(version=call.services.version, ws_path=ws_path)


ENDPOINTS = [
    page("/events", showing("events"), "Live view of the event stream", media="text/html"),
    page("/asyncapi", showing("asyncapi"), "The messages of the WebSocket, as a page", media="text/html"),
    page("/asyncapi.json", get_asyncapi, "The messages of the WebSocket as AsyncAPI 3", AsyncApiDocument),
]
