"""The Socket.IO server of darts-caller's data feeder; it needs the package python-socketio (extra `caller`)."""

import logging
from typing import Any, Final, NoReturn

from starlette.types import ASGIApp

from dartd.extras import load
from dartd.outlets.compat.caller import Message
from dartd.outlets.compat.feed import Feed
from dartd.outlets.compat.services import CompatServices, command
from schemas.commands import BoardCommand, ResetBoard, StartBoard, StopBoard

_log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES: Final = 65_536
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
            async_mode="asgi", transports=["websocket"], cors_allowed_origins="*", max_http_buffer_size=MAX_MESSAGE_BYTES
        )
        self._server.on("message", self._receive)
        self.app: ASGIApp = socketio.ASGIApp(self._server)

    async def run(self) -> NoReturn:
        """Send the messages of the feed to all clients until cancelled."""
        while True:
            with self._feed.listen() as listener:
                while listener is not None and (encoded := await listener.get()) is not None:
                    await self._server.emit("message", encoded[0])

    async def _receive(self, _client: str, message: Any) -> None:
        asked = command_of(message)
        if asked is not None:
            await command(self._services, "caller", asked)
