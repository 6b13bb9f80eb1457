"""The documentation: its front page, the OpenAPI document, two viewers, and a page for each topic. All files are served locally."""

from pathlib import Path
from typing import Any, Final

import anyio
from starlette.responses import Response

import schemas
from dartd.config.directories import shipped
from dartd.web.http.endpoint import Call, Handler
from dartd.web.http.forwarded import root_path_of
from dartd.web.pages import page, showing
from schemas.api.documents import OpenApiDocument

_PACKAGE: Final = Path(__file__).parents[1]

# The Markdown of each topic is the README of its folder, or a file of config/docs: there is no second copy.
TOPICS: Final[dict[str, tuple[Path, str]]] = {
    "guide": (_PACKAGE / "web" / "README.md", "The guide: logins, paging, rate limits, errors, WebSocket"),
    "deployment": (shipped("docs/deployment.md"), "Installation, autostart, HTTPS, proxies, load tests, upgrades"),
    "configuration": (shipped("README.md"), "Configuration files and the service"),
    "hardware": (shipped("docs/hardware.md"), "Computers, cameras, USB bandwidth, light"),
    "troubleshooting": (shipped("docs/troubleshooting.md"), "What to do, by symptom"),
    "tournaments": (shipped("docs/tournaments.md"), "Tournaments: draws, calling, boards, tables, walkovers"),
    "club": (shipped("docs/club.md"), "Dashboard, reports, questions and catalog"),
    "metrics": (shipped("docs/metrics.md"), "The metrics of /metrics"),
    "venue": (shipped("docs/venue.md"), "Many boards: NATS, relays, the central store"),
    "authentication": (_PACKAGE / "auth" / "README.md", "Authentication, permissions and rate limits"),
    "messages": (Path(schemas.__file__).parent / "README.md", "The rules of events and their schemas"),
    "corrections": (_PACKAGE / "play" / "README.md", "Matches and corrections"),
    "architecture": (_PACKAGE / "README.md", "The way of an event through the daemon"),
    "contributing": (shipped("../CONTRIBUTING.md"), "Setting up, glossary, how to add something"),
}

# Both viewers add inline styles; ReDoc runs its search in a worker created from a blob.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {"Content-Security-Policy": _POLICY}
_ALWAYS_ASKED = {"Cache-Control": "no-cache"}
_SWAGGER = ("vendor/swagger-ui/swagger-ui.css", "vendor/swagger-ui/swagger-ui-bundle.js")
_REDOC = ("vendor/redoc/redoc.standalone.js",)


async def get_openapi(call: Call) -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = await anyio.to_thread.run_sync(call.request.app.state.openapi)
    return {**document, "servers": [{"url": root_path_of(call.request) or "/"}]}


def text_of(path: Path) -> Handler:
    """Return the handler that sends a file of Markdown."""

    async def get_text(_call: Call) -> Response:
        """Return the Markdown of a topic."""
        return Response(
            await anyio.Path(path).read_bytes(), headers={"Cache-Control": "no-cache"}, media_type="text/markdown; charset=utf-8"
        )

    return get_text


ENDPOINTS = [
    page("/openapi.json", get_openapi, "The OpenAPI document", OpenApiDocument),
    page("/docs", showing("docs"), "The front page of the documentation", media="text/html"),
    page("/docs/api", showing("swagger", _SWAGGER, _HEADERS), "Swagger UI", media="text/html"),
    page("/redoc", showing("redoc", _REDOC, _HEADERS), "ReDoc", media="text/html"),
    *(page(f"/docs/{name}", showing("guide"), about, media="text/html") for name, (_, about) in TOPICS.items()),
    *(page(f"/docs/{name}.md", text_of(path), f"{about}, as Markdown", media="text/markdown") for name, (path, about) in TOPICS.items()),
]
