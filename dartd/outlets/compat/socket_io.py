"""The Socket.IO server of darts-caller's data feeder; it needs the package python-socketio (extra `caller`)."""

import contextlib
import logging
from typing import Any, Final, NoReturn

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from dartd.extras import load
from dartd.outlets.compat.caller import Message
from dartd.outlets.compat.feed import CLIENTS, Feed
from dartd.outlets.compat.services import CompatServices, command
from schemas.commands import BoardCommand, ResetBoard, StartBoard, StopBoard

_log = logging.getLogger(__name__)
_of_library = logging.getLogger(f"{__name__}.library")
_of_library.setLevel(logging.CRITICAL)  # what clients do wrong is an error to it

MAX_MESSAGE_BYTES: Final = 65_536
_PATH: Final = "/socket.io"
_PROTOCOL_ERROR: Final = 1002
_COMMANDS: Final[dict[str, BoardCommand]] = {"board-start": StartBoard(), "board-stop": StopBoard(), "board-reset": ResetBoard()}


def command_of(message: Any) -> BoardCommand | None:
    """Return the command in a message of a client, such as `board-start:0.5` (seconds, which are not waited); None if it is none."""
    return _COMMANDS.get(message.partition(":")[0].strip()) if isinstance(message, str) else None


class SocketIo:
    """The server and its clients."""

    def __init__(self, services: CompatServices, feed: Feed[Message]) -> None:
        """Build the server.

        Raises:
            ConfigError: its package is not installed.
        """
        socketio = load("caller", "socketio", path="$.compat.caller")
        self._services = services
        self._feed = feed
        self._server = socketio.AsyncServer(
            async_mode="asgi",
            transports=["websocket"],
            cors_allowed_origins="*",
            max_http_buffer_size=MAX_MESSAGE_BYTES,
            logger=_of_library,  # the library would write to stderr by itself
            engineio_logger=_of_library,
        )
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self._server.on("message", self._receive)
        self._clients: set[str] = set()
        self._app: ASGIApp = socketio.ASGIApp(self._server)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket connection."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        if not scope["path"].startswith(_PATH):
            await WebSocket(scope, receive, send).send_denial_response(PlainTextResponse("Not Found", 404))
            return
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the library raises whatever a malformed packet makes it raise
            _log.info("a client of darts-caller's feed sent what is no packet of Engine.IO: %r", error)
            with contextlib.suppress(RuntimeError):  # closed already
                await send({"type": "websocket.close", "code": _PROTOCOL_ERROR})

    async def run(self) -> NoReturn:
        """Send the messages of the feed to all clients until cancelled."""
        while True:
            with self._feed.listen() as listener:
                while listener is not None and (encoded := await listener.get()) is not None:
                    await self._server.emit("message", encoded[0])

    async def _connect(self, client: str, _environ: Any) -> bool:
        """Accept a client if there are not too many."""
        if len(self._clients) >= CLIENTS:
            return False
        self._clients.add(client)
        return True

    async def _disconnect(self, client: str, *_reason: Any) -> None:
        self._clients.discard(client)

    async def _receive(self, _client: str, message: Any) -> None:
        asked = command_of(message)
        if asked is not None:
            await command(self._services, "caller", asked)
