"""The WebSocket and the REST routes of an Autodarts board manager."""

import asyncio
import platform
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any, Final, NoReturn

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from dartd.errors import CommandRefusedError
from dartd.outlets.compat.autodarts import VERSION, Autodarts, ManagerFrame
from dartd.outlets.compat.feed import Feed
from dartd.outlets.compat.services import CompatServices, command
from dartd.outlets.compat.streams import json_answer, serve_feed
from schemas.base import CameraId
from schemas.commands import BoardCommand, CalibrateBoard, ResetBoard, StartBoard, StopBoard

STATS_S: Final = 1.0  # as the original; a client takes 30 s without a message for a lost connection
_BOUNDARY: Final = "picture"
_PICTURE: Final = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: "
_DONE: Final[dict[str, str]] = {
    "status": "ok",
    "message": "System reset",
}  # of a reset: arudart's answer, which Autodarts' clients do not read


class AutodartsRoutes:
    """The routes, which show the state of a fold that a feed drives."""

    def __init__(self, services: CompatServices, fold: Autodarts, feed: Feed[ManagerFrame]) -> None:
        self._services = services
        self._fold = fold
        self._feed = feed

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        commands = {"start": self._start, "stop": self._stop, "detection/start": self._start, "detection/stop": self._stop}
        return [
            WebSocketRoute("/api/events", self._events),
            Route("/api/state", self._state),
            Route("/api/state/stats", self._stats),
            Route("/api/state/motion", self._motion),
            Route("/api/cams/stats", self._camera_stats),
            Route("/api/cams/state", self._camera_state),
            Route("/api/version", self._version),
            Route("/api/host", self._host),
            Route("/api/config", self._config),
            Route("/api/config", self._unknown, methods=["PATCH"]),
            Route("/api/img/cams/{number:int}", self._picture),
            Route("/api/streams/cams/{number:int}", self._pictures),
            *(Route(f"/api/{path}", endpoint, methods=["PUT", "POST"]) for path, endpoint in commands.items()),
            Route("/api/reset", self._reset, methods=["POST"]),
            Route("/api/restart", self._restart, methods=["POST"]),
            Route("/api/config/calibration/auto", self._calibrate, methods=["POST"]),
            Route("/api/config/calibration/auto/{number:int}", self._calibrate, methods=["POST"]),
        ]

    async def run(self) -> NoReturn:
        """Send the figures every second until cancelled."""
        before = self._opened()
        while True:
            await asyncio.sleep(STATS_S)
            opened = self._opened()
            changed = [ManagerFrame(type="cam_state", data=opened)] if opened != before else []
            self._feed.broadcast([*changed, *self._figures()])
            before = opened

    # Figures

    @property
    def _cameras(self) -> list[CameraId]:
        return list(self._services.rig.sources)

    def _figures(self) -> list[ManagerFrame]:
        stats = [ManagerFrame(type="cam_stats", data=self._stats_of(k, camera_id)) for k, camera_id in enumerate(self._cameras)]
        return [ManagerFrame(type="stats", data={"fps": self._fps(), "resolution": self._resolution()}), *stats]

    def _stats_of(self, number: int, camera_id: CameraId) -> dict[str, Any]:
        source = self._services.rig.sources[camera_id]
        return {"id": number, "fps": self._fps_of(camera_id), "resolution": {"width": source.width, "height": source.height}}

    def _fps_of(self, camera_id: CameraId) -> int:
        status = self._services.cameras().get(camera_id)
        return 0 if status is None else round(status.fps)

    def _fps(self) -> int:
        """Return the frames per second of the slowest camera, which all wait for."""
        return min((self._fps_of(camera_id) for camera_id in self._cameras), default=0)

    def _resolution(self) -> dict[str, int]:
        source = next(iter(self._services.rig.sources.values()), None)
        return {"width": 0, "height": 0} if source is None else {"width": source.width, "height": source.height}

    def _opened(self) -> dict[str, bool]:
        states = {status.state for status in self._services.cameras().values()}
        is_opened = bool(states & {"ready", "calibrating"})
        return {"isOpened": is_opened, "isRunning": is_opened and self._fold.state.running}

    # Reading

    async def _events(self, websocket: WebSocket) -> None:
        wanted = websocket.query_params.get("type")
        await serve_feed(websocket, self._feed, lambda frame: wanted in {None, frame.type})

    async def _state(self, _request: Request) -> Response:
        return json_answer(self._fold.state)

    async def _stats(self, _request: Request) -> Response:
        return json_answer({"fps": self._fps(), "resolution": self._resolution()})

    async def _motion(self, _request: Request) -> Response:
        return json_answer(self._fold.motion)

    async def _camera_stats(self, _request: Request) -> Response:
        return json_answer({"fps": [self._fps_of(camera_id) for camera_id in self._cameras]})

    async def _camera_state(self, _request: Request) -> Response:
        return json_answer(self._opened())

    async def _version(self, _request: Request) -> Response:
        return PlainTextResponse(VERSION)

    async def _host(self, _request: Request) -> Response:
        return json_answer(await asyncio.to_thread(host_of_machine, self._services.version))

    async def _config(self, _request: Request) -> Response:
        """Return what clients read of the configuration, and no key."""
        fps = max((source.fps for source in self._services.rig.sources.values()), default=0)
        camera = {
            "cams": [str(k) for k in range(len(self._cameras))],
            **self._resolution(),
            "fps": round(fps),
            "auto_calibrate_on_start": True,
            "auto_calibrate": False,
            "auto_distortion": False,
        }
        return json_answer({"auth": {"board_id": self._services.config.board.id}, "cam": camera, "motion": {"standby_minutes": 60}})

    async def _unknown(self, _request: Request) -> Response:
        """Refuse a change of the configuration as an old board manager does: clients accept 404."""
        return json_answer({"error": "not found"}, 404)

    async def _picture(self, request: Request) -> Response:
        camera_id = self._camera_of(request)
        if camera_id is None:
            return json_answer({"error": "no such camera"}, 404)
        try:
            jpeg = await self._services.previews.snapshot(camera_id)
        except CommandRefusedError as refused:
            return json_answer({"error": str(refused)}, 503)
        return Response(jpeg, headers={"Cache-Control": "no-store"}, media_type="image/jpeg")

    async def _pictures(self, request: Request) -> Response:
        camera_id = self._camera_of(request)
        if camera_id is None:
            return json_answer({"error": "no such camera"}, 404)
        media_type = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
        if request.method == "HEAD":
            return Response(media_type=media_type)
        pictures = self._services.previews.watch(camera_id)
        try:
            first = await anext(pictures)
        except CommandRefusedError as refused:
            return json_answer({"error": str(refused)}, 503)
        return StreamingResponse(_parts(first, pictures), headers={"Cache-Control": "no-store"}, media_type=media_type)

    def _camera_of(self, request: Request) -> CameraId | None:
        number: int = request.path_params["number"]
        return self._cameras[number] if number < len(self._cameras) else None

    # Commands, which clients send without a token; any status but 200 is an error for some of them

    async def _start(self, _request: Request) -> Response:
        return await self._switch(StartBoard())

    async def _stop(self, _request: Request) -> Response:
        return await self._switch(StopBoard())

    async def _switch(self, asked: BoardCommand) -> Response:
        """Start or stop; a board that is as asked already has no objection."""
        status = await command(self._services, "autodarts", asked)
        return json_answer({}, 200 if status == 409 else status)

    async def _reset(self, _request: Request) -> Response:
        return await reset(self._services, "autodarts")

    async def _restart(self, _request: Request) -> Response:
        await command(self._services, "autodarts", StopBoard())
        return await self._switch(StartBoard())

    async def _calibrate(self, request: Request) -> Response:
        """Calibrate all cameras or one; the result is published as `state`."""
        camera_id = self._camera_of(request) if "number" in request.path_params else None
        if camera_id is None and "number" in request.path_params:
            return json_answer({"error": "no such camera"}, 404)
        status = await command(self._services, "autodarts", CalibrateBoard(camera_id=camera_id))
        return json_answer({} if status == 200 else {"error": "take the darts out of the board, then calibrate"}, status)


async def reset(services: CompatServices, surface: str) -> Response:
    """Reset the board, and answer as arudart does."""
    status = await command(services, surface, ResetBoard())
    if status == 200:
        return json_answer(_DONE)
    return json_answer({"status": "error", "message": "the board cannot be reset now"}, 503)


def host_of_machine(version: str) -> dict[str, Any]:
    """Return what `/api/host` says of the machine; blocks."""
    try:
        texts = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        texts = []
    fields = [[part.strip() for part in text.split(":", 1)] for text in texts if ":" in text]
    model = next((value for name, value in fields if name in {"model name", "Model"}), platform.machine())
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    return {
        "os": platform.system().lower(),
        "platform": release.get("ID", platform.system().lower()),
        "platformVersion": release.get("VERSION_ID", ""),
        "kernelArch": platform.machine(),
        "hostname": platform.node(),
        "clientVersion": version,
        "desktopVersion": "",
        "cpu": {"model": model, "cores": sum(name == "processor" for name, _ in fields) or 1},
    }


async def _parts(first: bytes, pictures: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    try:
        yield _part(first)
        async for jpeg in pictures:
            yield _part(jpeg)
    finally:
        await pictures.aclose()


def _part(jpeg: bytes) -> bytes:
    return f"{_PICTURE}{len(jpeg)}\r\n\r\n".encode() + jpeg + b"\r\n"
