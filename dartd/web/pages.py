"""The pages for people and the documents for machines: static files, their settings, and the JSON Schemas."""

import mimetypes
import re
from pathlib import Path

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

import schemas
from dartd.web.answers import json_answer
from dartd.web.services import Services

STATIC = Path(__file__).parent / "static"
PUBLISHED = Path(schemas.__file__).parent / "published"

# The first guess of a media type would read the system's tables, and stop the event loop for it.
mimetypes.init()

_SCHEMA_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def get_scoreboard(_request: Request) -> Response:
    """Answer the scoreboard."""
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def get_page_settings(request: Request) -> Response:
    """Answer what the page must know before it connects."""
    services: Services = request.app.state.services
    board = services.config.board
    return json_answer(
        {
            "ws_path": services.config.server.ws_path,
            "version": services.version,
            "simulated": services.simulated,
            "board": {"id": board.id, "name": board.name, **{ring: getattr(board, ring) for ring in board.spec.__struct_fields__}},
        }
    )


async def get_schema(request: Request) -> Response:
    """Answer one JSON Schema."""
    name = request.path_params["name"]
    path = anyio.Path(PUBLISHED / f"{name}.json")
    if _SCHEMA_NAME.fullmatch(name) is None or not await path.is_file():
        raise HTTPException(404)
    return Response(await path.read_bytes(), headers={"Cache-Control": "no-cache"}, media_type="application/schema+json")


async def get_schemas(_request: Request) -> Response:
    """List the JSON Schemas."""
    names = sorted([path.stem async for path in anyio.Path(PUBLISHED).glob("*.json")])
    return json_answer({"data": [f"/schemas/{name}.json" for name in names]})


def routes() -> list[BaseRoute]:
    """List the routes of pages and documents."""
    return [
        Route("/", get_scoreboard, methods=["GET"]),
        Route("/config.json", get_page_settings, methods=["GET"]),
        Route("/schemas", get_schemas, methods=["GET"]),
        Route("/schemas/{name}.json", get_schema, methods=["GET"]),
        Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
    ]
