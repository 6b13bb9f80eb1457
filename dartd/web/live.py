"""The stream for people and for tools: `/events` shows it as it happens, `/asyncapi` says what it may tell."""

from typing import Any

from starlette.responses import FileResponse, Response

from dartd.web.http.endpoint import Call
from dartd.web.pages import STATIC, page
from schemas.asyncapi import describe

_FRESH = {"Cache-Control": "no-cache"}


async def get_live(_call: Call) -> Response:
    """Answer the live view."""
    return FileResponse(STATIC / "events.html", headers=_FRESH)


async def get_asyncapi_page(_call: Call) -> Response:
    """Answer the readable form of the AsyncAPI document."""
    return FileResponse(STATIC / "asyncapi.html", headers=_FRESH)


async def get_asyncapi(call: Call) -> dict[str, Any]:
    """Answer the AsyncAPI document."""
    return describe(version=call.services.version, ws_path=call.services.config.server.ws_path)


ENDPOINTS = [
    page("/events", get_live, "The stream of events, live, for people", media="text/html"),
    page("/asyncapi", get_asyncapi_page, "What the WebSocket tells and understands, to read", media="text/html"),
    page("/asyncapi.json", get_asyncapi, "What the WebSocket tells and understands, as AsyncAPI 3", dict[str, Any]),
]
