"""`/api/v1/debug-bundle`: what is needed to understand a fault of a board, as a zip file without secrets."""

import asyncio
import io
import json
import platform
import zipfile
from collections.abc import Mapping
from importlib.metadata import distributions
from typing import Any

import msgspec
from starlette.responses import Response

from dartd.config import Config, redact_url
from dartd.log import recent_lines, redact
from dartd.store.events import EventPage, Wanted, list_events
from dartd.web.health import report
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.services import Services

EVENTS = 500  # the last ones; those of them that are of board and cameras are in the bundle
_KINDS = frozenset({"board", "camera"})  # whose events name no people


async def get_debug_bundle(call: Call) -> Response:
    """Return the bundle; every file in it is redacted as the log is."""
    services = call.services
    since = max(0, services.hub.last_seq - EVENTS)
    page: EventPage = await call.read(lambda c: list_events(c, Wanted(kinds=_KINDS), since=since, limit=EVENTS, offset=0))
    files: dict[str, str] = {
        "README.txt": _README,
        "versions.json": _json(await asyncio.to_thread(_versions, services.version)),
        "config.json": _json(public_config(services.config)),
        "health.json": _json(report(services)),
        "board.json": services.encode(services.board.snapshot()).decode(),
        "cameras.json": _json(_cameras(services)),
        "calibrations.json": _json([services.calibrations.of(camera_id) for camera_id in services.rig.sources]),
        "events.jsonl": "".join(event.decode() + "\n" for event in page.wires),
        "log.txt": "".join(line + "\n" for line in recent_lines()),
    }
    body = await asyncio.to_thread(_zipped, files)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="dartd-{services.config.board.id}-debug.zip"'}
    return Response(body, headers=headers, media_type="application/zip")


def public_config(config: Config) -> dict[str, Any]:
    """Return the configuration without secrets."""
    values: dict[str, Any] = msgspec.to_builtins(config)
    values["auth"]["token"] = None if config.auth.token is None else "***"
    values["query"]["model_key"] = None if config.query.model_key is None else "***"
    values["store"]["url"] = None if config.store.url is None else redact_url(config.store.url)
    for camera in values["cameras"]:
        camera["url"] = redact_url(camera["url"])
    return values


def _cameras(services: Services) -> list[dict[str, Any]]:
    """Return source and state of each camera's process."""
    states = services.cameras()
    return [
        {**msgspec.to_builtins(source), "url": redact_url(source.url), "process": _state(states.get(source.camera_id))}
        for source in services.rig.sources.values()
    ]


def _state(status: Any) -> dict[str, Any] | None:
    return None if status is None else {"state": status.state, "fps": status.fps, "faults": list(status.faults)}


def _versions(version: str) -> dict[str, Any]:
    packages = {each.name: each.version for each in distributions()}
    return {
        "dartd": version,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": dict(sorted(packages.items())),
    }


def _json(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value), indent=1)


def _zipped(files: Mapping[str, str]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, redact(text))
    return body.getvalue()


_README = """\
versions.json      dartd, Python, system and packages
config.json        the configuration; the operator's token and the users and passwords of cameras are left out
health.json        what GET /health returns
board.json         the snapshot of the board
cameras.json       the cameras, and the states of their processes
calibrations.json  their calibrations
events.jsonl       the last events of board and cameras
log.txt            the last 500 lines of the log
"""

ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/debug-bundle",
        handler=get_debug_bundle,
        permission="system:debug",
        rate="default",
        summary="What is needed to understand a fault of the board, as a zip file without secrets",
        tag="system",
        answer=None,
        media="application/zip",
    )
]
