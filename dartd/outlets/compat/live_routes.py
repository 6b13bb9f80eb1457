"""The routes of arudart (server-sent events, reset) and of opendarts (live WebSocket, last visits, corrections)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from dartd.outlets.compat.arudart import ServerSentEvent
from dartd.outlets.compat.autodarts_routes import reset
from dartd.outlets.compat.feed import Feed
from dartd.outlets.compat.opendarts import KEPT_VISITS, Message, Opendarts
from dartd.outlets.compat.services import CompatServices, command
from dartd.outlets.compat.streams import endless, json_answer, serve_feed, too_many
from schemas.base import VisitId
from schemas.board import Bed, Ring
from schemas.codec import encode_json
from schemas.commands import CorrectDart

KEEPALIVE_S: Final = 15.0  # arudart sends a comment at least that often
MAX_BODY_BYTES: Final = 4096
_RINGS: Final[dict[str, Ring]] = {
    "treble": "triple",
    "double": "double",
    "single_inner": "inner_single",
    "single_outer": "outer_single",
    "bull": "bull",
    "outer_bull": "single_bull",
    "outside": "miss",
}
_WITHOUT_SECTOR: Final = frozenset({"bull", "outer_bull", "outside"})


class CorrectedBed(msgspec.Struct):
    """The body of a correction of opendarts."""

    ring: Literal["treble", "double", "single_inner", "single_outer", "bull", "outer_bull", "outside"]
    sector: str | int | None = None
    source: str = ""
    note: str = ""


def arudart_routes(services: CompatServices, feed: Feed[ServerSentEvent]) -> list[BaseRoute]:
    """Return the routes of arudart; without `Upgrade`, `/api/events` is its stream, next to Autodarts' WebSocket."""

    async def get_events(request: Request) -> Response:
        return too_many() if feed.is_full else endless(request, _stream(feed), "text/event-stream")

    async def post_reset(_request: Request) -> Response:
        return await reset(services, "arudart")

    return [Route("/api/events", get_events), Route("/api/reset", post_reset, methods=["POST"])]


async def _stream(feed: Feed[ServerSentEvent]) -> AsyncIterator[bytes]:
    with feed.listen() as listener:
        if listener is None:
            return
        yield b": connected\n\n"
        while True:
            try:
                async with asyncio.timeout(KEEPALIVE_S):
                    encoded = await listener.get()
            except TimeoutError:
                yield b": keepalive\n\n"
                continue
            if encoded is None:
                return
            yield encoded[1].encode()


def server_sent(frame: ServerSentEvent) -> str:
    """Return an event as it is sent."""
    return f"event: {frame.event}\ndata: {encode_json(frame.data).decode()}\n\n"


def opendarts_routes(services: CompatServices, fold: Opendarts, feed: Feed[Message]) -> list[BaseRoute]:
    """Return the routes of opendarts."""

    async def serve_live(websocket: WebSocket) -> None:
        await serve_feed(websocket, feed)

    async def get_recent(request: Request) -> Response:
        asked = request.query_params.get("limit", str(KEPT_VISITS))
        limit = min(KEPT_VISITS, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else KEPT_VISITS
        return json_answer(fold.recent(limit))

    async def post_correction(request: Request) -> Response:
        dart = fold.slot_of(request.path_params["visit"], request.path_params["index"])
        if dart is None:
            return json_answer({"error": "there is no such throw"}, 404)
        label = label_of(await _body(request))
        if label is None:
            return json_answer({"error": "ring and sector name no bed"}, 400)
        order = CorrectDart(operation="change", label=label, visit_id=VisitId(request.path_params["visit"]), dart_number=dart)
        status = await command(services, "opendarts", order)
        return json_answer({"status": "ok"}) if status == 200 else json_answer({"error": "the throw cannot be corrected"}, 404)

    return [
        WebSocketRoute("/api/live", serve_live),
        Route("/api/live/recent", get_recent),
        Route("/api/visits/{visit}/throws/{index:int}/correct", post_correction, methods=["POST"]),
    ]


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return b""
    return bytes(body)


def label_of(body: bytes) -> str | None:
    """Return the label of a bed as opendarts names it; None if it names none."""
    try:
        asked = msgspec.json.decode(body, type=CorrectedBed)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    text: Any = "" if asked.sector is None else str(asked.sector)
    if asked.ring in _WITHOUT_SECTOR:
        return None if text else Bed(ring=_RINGS[asked.ring]).label
    if not (text.isascii() and text.isdecimal() and len(text) < 3 and 1 <= int(text) <= 20):
        return None
    return Bed(ring=_RINGS[asked.ring], sector=int(text)).label
