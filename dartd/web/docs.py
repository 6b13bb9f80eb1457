"""The documentation: its front page, the OpenAPI document, two viewers and the guide. All files are served locally."""

from pathlib import Path
from typing import Any

import anyio
from starlette.responses import Response

from dartd.web.http.endpoint import Call
from dartd.web.http.forwarded import root_path_of
from dartd.web.pages import page, showing
from schemas.api.documents import OpenApiDocument

GUIDE = Path(__file__).parent / "README.md"

# Both viewers add inline styles; ReDoc runs its search in a worker created from a blob.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {"Content-Security-Policy": _POLICY}
_SWAGGER = ("vendor/swagger-ui/swagger-ui.css", "vendor/swagger-ui/swagger-ui-bundle.js")
_REDOC = ("vendor/redoc/redoc.standalone.js",)


async def get_openapi(call: Call) -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = await anyio.to_thread.run_sync(call.request.app.state.openapi)
    return {**document, "servers": [{"url": root_path_of(call.request) or "/"}]}


async def get_guide_text(_call: Call) -> Response:
    """Return the guide as Markdown."""
    return Response(await anyio.Path(GUIDE).read_bytes(), headers={"Cache-Control": "no-cache"}, media_type="text/markdown; charset=utf-8")


ENDPOINTS = [
    page("/openapi.json", get_openapi, "The OpenAPI document", OpenApiDocument),
    page("/docs", showing("docs"), "The front page of the documentation", media="text/html"),
    page("/docs/api", showing("swagger", _SWAGGER, _HEADERS), "Swagger UI", media="text/html"),
    page("/redoc", showing("redoc", _REDOC, _HEADERS), "ReDoc", media="text/html"),
    page("/docs/guide", showing("guide"), "The guide: logins, paging, rate limits, errors, WebSocket", media="text/html"),
    page("/docs/guide.md", get_guide_text, "The guide as Markdown", media="text/markdown"),
]
