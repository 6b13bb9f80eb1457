"""The documents for people who build on dartd: OpenAPI, two ways to look at it, and the guide. Nothing is loaded from elsewhere."""

from pathlib import Path
from typing import Any

import anyio
from starlette.responses import FileResponse, Response

from dartd.web.http.endpoint import Call
from dartd.web.pages import STATIC, page

GUIDE = Path(__file__).parent / "README.md"

# Both viewers write styles into the page, and ReDoc searches in a worker that it makes from a blob.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}


async def get_openapi(call: Call) -> dict[str, Any]:
    """Answer the OpenAPI document."""
    document: dict[str, Any] = call.request.app.state.openapi
    return document


async def get_docs(_call: Call) -> Response:
    """Answer Swagger UI."""
    return FileResponse(STATIC / "docs.html", headers=_HEADERS)


async def get_redoc(_call: Call) -> Response:
    """Answer ReDoc."""
    return FileResponse(STATIC / "redoc.html", headers=_HEADERS)


async def get_guide(_call: Call) -> Response:
    """Answer the guide, to read."""
    return FileResponse(STATIC / "guide.html", headers={"Cache-Control": "no-cache"})


async def get_guide_text(_call: Call) -> Response:
    """Answer the guide, as the text it is."""
    return Response(await anyio.Path(GUIDE).read_bytes(), headers={"Cache-Control": "no-cache"}, media_type="text/markdown; charset=utf-8")


ENDPOINTS = [
    page("/openapi.json", get_openapi, "This document", dict[str, Any]),
    page("/docs", get_docs, "This document, to try out", media="text/html"),
    page("/redoc", get_redoc, "This document, to read", media="text/html"),
    page("/docs/guide", get_guide, "How to log in, page, and read errors", media="text/html"),
    page("/docs/guide.md", get_guide_text, "The same as text", media="text/markdown"),
]
