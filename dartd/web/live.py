"""The event stream for people and tools: the live view `/events` and the AsyncAPI document."""

from typing import Any

from starlette.responses import FileResponse, Response

from dartd.web.http.endpoint import Call
from dartd.web.pages import STATIC, page
from schemas.api.documents import AsyncApiDocument
from schemas.asyncapi import describe

_FRESH = {"Cache-Control": "no-cache"}


async def get_live(_call: Call) -> Response:
    """Return the live view."""
    return FileResponse(STATIC / "events.html", headers=_FRESH)


async def get_asyncapi_page(_call: Call) -> Response:
    """Return the AsyncAPI document as a page."""
    return FileResponse(STATIC / "asyncapi.html", headers=_FRESH)


async def get_asyncapi(call: Call) -> dict[str, Any]:
    """Return the AsyncAPI document."""
    return describe(version=call.services.version, ws_path=call.services.config.server.ws_path)


ENDPOINTS = [
    page("/events", get_live, "Live view of the event stream", media="text/html"),
    page("/asyncapi", get_asyncapi_page, "The messages of the WebSocket, as a page", media="text/html"),
    page("/asyncapi.json", get_asyncapi, "The messages of the WebSocket as AsyncAPI 3", AsyncApiDocument),
]
