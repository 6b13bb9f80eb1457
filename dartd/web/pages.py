"""Web pages, their static files and settings, and the published JSON Schemas."""

import re
from pathlib import Path
from typing import Any

import anyio
from starlette.exceptions import HTTPException
from starlette.responses import Response

import schemas
from dartd.addresses import is_loopback, network_host, qr_svg, url_of
from dartd.store.tournaments import TOURNAMENTS
from dartd.web.http.endpoint import Call, Endpoint, Handler, public
from dartd.web.http.forwarded import UNKNOWN_HOST, root_path_of
from dartd.web.http.html_page import html_page
from dartd.web.http.paging import missing
from dartd.web.static_files import STATIC_FILES
from schemas.api.documents import PageSettings
from schemas.base import Value

PUBLISHED = Path(schemas.__file__).parent / "published"

# Static files and schemas hold no secrets: pages of any origin may use them, such as the client module.
_FOR_ALL = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

_LONGEST_HOST = 261  # a name and a port

_SCHEMA_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SchemaNames(Value, frozen=True, kw_only=True):
    """The paths of the JSON Schemas."""

    data: tuple[str, ...]


def showing(name: str, libraries: tuple[str, ...] = (), headers: dict[str, str] | None = None) -> Handler:
    """Return the handler that shows a page."""

    async def get_page(call: Call) -> Response:
        """Return the page."""
        return html_page(name, call.request.url.path, libraries=libraries, headers=headers)

    return get_page


async def get_wall(call: Call) -> Response:
    """Return the page of a tournament on the wall.

    Raises:
        Problem: 404 if there is no such tournament.
    """
    tournament_id = call.path("tournament_id")
    if await call.read(lambda connection: TOURNAMENTS.get(connection, tournament_id)) is None:
        raise missing("tournament", tournament_id)
    return html_page("wall", call.request.url.path)


async def get_page_settings(call: Call) -> dict[str, Any]:
    """Return the settings that a page needs before it connects."""
    services = call.services
    board = services.config.board
    return {
        "ws_path": services.config.server.ws_path,
        "version": services.version,
        "anonymous_reads": services.config.auth.anonymous_reads,
        "simulated": services.simulated,
        "join_url": await _join_url(call),
        "board": {"id": board.id, "name": board.name, **{ring: getattr(board, ring) for ring in board.spec.__struct_fields__}},
    }


async def get_join_code(call: Call) -> Response:
    """Return the QR code of the address at which other devices open the play page."""
    url = await _join_url(call)
    if url is None:
        raise HTTPException(404)
    return Response(qr_svg(url), headers={"Cache-Control": "no-cache"}, media_type="image/svg+xml")


async def _join_url(call: Call) -> str | None:
    """Return where other devices open the play page: as the caller did, unless it is on this machine; None if they cannot."""
    scope, server = call.request.scope, call.services.config.server
    url = call.request.url
    if scope.get(UNKNOWN_HOST) or len(url.netloc) > _LONGEST_HOST:
        return None
    if not is_loopback(url.hostname or ""):
        return f"{url.scheme}://{url.netloc}{root_path_of(call.request)}/"
    found = await anyio.to_thread.run_sync(network_host, server.host)
    return None if found is None else url_of(url.scheme, found, url.port or scope["server"][1], root_path_of(call.request))


async def get_schema(call: Call) -> Response:
    """Return one JSON Schema."""
    name = call.path("name")
    path = anyio.Path(PUBLISHED / f"{name}.json")
    if _SCHEMA_NAME.fullmatch(name) is None or not await path.is_file():
        raise HTTPException(404)
    return Response(await path.read_bytes(), headers={"Cache-Control": "no-cache", **_FOR_ALL}, media_type="application/schema+json")


async def get_schemas(call: Call) -> SchemaNames:
    """Return the paths of the JSON Schemas."""
    names = sorted([path.stem async for path in anyio.Path(PUBLISHED).glob("*.json")])
    root_path = root_path_of(call.request)
    return SchemaNames(data=tuple(f"{root_path}/schemas/{name}.json" for name in names))


async def get_static(call: Call) -> Response:
    """Return a static file."""
    response = await STATIC_FILES.get_response(call.path("path"), call.request.scope)
    response.headers.update(_FOR_ALL)
    if call.path("path") == "worker.js":
        response.headers["Service-Worker-Allowed"] = (
            f"{root_path_of(call.request)}/"  # it lies next to the other files, and keeps the page above them
        )
    return response


def page(path: str, handler: Handler, summary: str, answer: Any = None, media: str = "application/json", *statuses: int) -> Endpoint:
    """Declare a public page."""
    return public(path, handler, summary, "pages", answer=answer, media=media, statuses=statuses)


ENDPOINTS = [
    page("/", showing("play"), "Play: matches, free throwing and the score", media="text/html"),
    page("/board", showing("manager"), "The board manager: state, cameras, controls, last throws", media="text/html"),
    page("/statistics", showing("statistics"), "Statistics: leaders, and players in figures", media="text/html"),
    page("/dashboard", showing("dashboard"), "The dashboard: boards, players, what happened, what to play", media="text/html"),
    page("/reports", showing("reports"), "Reports of days, with plots and a heat map", media="text/html"),
    page("/accuracy", showing("accuracy"), "Accuracy of the detection: beds that were published wrongly", media="text/html"),
    page("/people", showing("people"), "The players", media="text/html"),
    page("/settings", showing("settings"), "Settings: this device, accounts, keys", media="text/html"),
    page("/alerts", showing("alerts"), "Alerts: what is wrong, why, and what to do", media="text/html"),
    page("/webhooks", showing("webhooks"), "Webhooks: addresses that events are posted to, and the deliveries", media="text/html"),
    page("/tournaments", showing("tournaments"), "Tournaments: entrants, the draw, boards, tables", media="text/html"),
    page("/tournaments/{tournament_id}/wall", get_wall, "A tournament on the wall: boards, tables, bracket", media="text/html"),
    page("/config.json", get_page_settings, "Settings that a page needs before it connects", PageSettings),
    page("/join.svg", get_join_code, "The QR code with which other devices open the play page", None, "image/svg+xml", 404),
    page("/schemas", get_schemas, "The JSON Schemas of the events", SchemaNames),
    page("/schemas/{name}.json", get_schema, "One JSON Schema", media="application/schema+json"),
    page("/static/{path:path}", get_static, "Static files of the pages", None, "*/*", 405),
]
