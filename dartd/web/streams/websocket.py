"""The WebSocket: hello, snapshot, then every event, with no message needed from the client."""

import asyncio
import logging
from collections.abc import Sequence

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from dartd.auth.principal import Principal
from dartd.errors import DartdError
from dartd.runtime.hub.frame import text_frame
from dartd.runtime.hub.hub import GapError
from dartd.runtime.hub.topics import kind_of
from dartd.store.audit import Deed, note
from dartd.web.connections.clients import Listener
from dartd.web.connections.presence import MAX_TOPICS
from dartd.web.http.credentials import credentials_of
from dartd.web.http.origin import is_origin_allowed
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from dartd.web.streams.client_message import (
    Appear,
    Authenticate,
    BadMessageError,
    Ping,
    Resume,
    Subscribe,
    Unsubscribe,
    read_client_message,
)
from dartd.web.streams.greeting import asked_since, asked_topics, check_stream, gap_and_snapshot, greet, retry_ms
from dartd.web.streams.transport import EXTENSION, StalledError, Wire
from schemas.base import Event
from schemas.commands import BoardCommand, CorrectDart
from schemas.events import ErrorMessage, Heartbeat, Pong, Presence

_log = logging.getLogger(__name__)

SUBPROTOCOL = "dartd.v1"

_UNSUPPORTED = 1003
_POLICY = 1008
_TRY_AGAIN_LATER = 1013
_UNAUTHORIZED = 4001
_SLOW = 4008

# A client may name in its first message where it wants to go on. Events wait this long for it, so that what it missed can come first.
_FIRST_MESSAGE_S = 0.1
_TOKEN_TIMEOUT_S = 5.0
_MAX_REFUSED = 1000


class Line:
    """How messages go out: through our own wire where the server lends it, else as ASGI messages one by one."""

    def __init__(self, websocket: WebSocket, stall_timeout_s: float) -> None:
        self._websocket = websocket
        self._wire: Wire | None = websocket.scope.get("extensions", {}).get(EXTENSION)
        self._stall_timeout_s = stall_timeout_s

    @property
    def outlet(self) -> Wire | None:
        """Give what the hub may write to directly."""
        return self._wire

    async def send(self, messages: Sequence[bytes]) -> None:
        """Send messages in order.

        Raises:
            StalledError: the client takes nothing.
            WebSocketDisconnect: the client is gone.
        """
        await self.pass_on([text_frame(message) for message in messages] if self._wire is not None else messages)

    async def pass_on(self, batch: Sequence[bytes]) -> None:
        """Send what a subscription gave: frames when there is an outlet, else messages.

        Raises:
            StalledError: the client takes nothing.
            WebSocketDisconnect: the client is gone.
        """
        if self._wire is not None:
            await self._wire.send(batch, self._stall_timeout_s)
            return
        for message in batch:
            try:
                async with asyncio.timeout(self._stall_timeout_s):
                    await self._websocket.send_text(message.decode())
            except TimeoutError:
                raise StalledError from None

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; nothing is sent after it."""
        if self._wire is not None:
            self._wire.seal()
        await self._websocket.close(code, reason)

    async def drop(self) -> None:
        """Let a client go that takes nothing."""
        if self._wire is not None:
            self._wire.abort()
        else:
            await self._websocket.close(_SLOW, "too slow")


class Turns:
    """How many messages a client may send: so many at once, and so many a second; more are refused, and counted."""

    def __init__(self, per_s: int, at_once: int) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._left = float(at_once)
        self._at_s = 0.0
        self.refused = 0

    def take(self, now_s: float) -> bool:
        """Count a message; False when it is one too many."""
        self._left = min(self._at_once, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1:
            self.refused += 1
            return False
        self._left -= 1
        return True


class Session:
    """One client: a writer that sends what the subscription gives, a reader that understands what the client says."""

    def __init__(
        self, websocket: WebSocket, services: Services, listener: Listener, principal: Principal, line: Line, token: str | None
    ) -> None:
        self._websocket = websocket
        self._services = services
        self._listener = listener
        self._subscription = subscription = listener.subscription
        self._turns = Turns(services.config.ws.messages_per_s, services.config.ws.messages_at_once)
        self._principal = principal
        self._token = token
        self._line = line
        if line.outlet is not None:
            line.outlet.on_full = subscription.hold
        self._has_spoken = asyncio.Event()
        self._may_listen = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def run(self, *, since: int | None, stream_id: str | None) -> None:
        """Serve until the client leaves."""
        if self._principal.may("board:read"):
            self._may_listen.set()
        if since is not None:
            self._has_spoken.set()
        self._schedule_heartbeat()
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                writer = tasks.create_task(self._write(since, stream_id))
                self._watch()
                await self._read()
                writer.cancel()
                self._unwatch()
        except* (WebSocketDisconnect, WebSocketDisconnected):
            pass
        except* StalledError:
            self._services.clients.stalled += 1
            _log.info("a client took nothing for %s s and was let go", self._services.config.ws.stall_timeout_s)
            await self._line.drop()
        finally:
            self._heartbeat.cancel()

    def _watch(self) -> None:
        """Let the client stay as long as its token is valid, and see what its rights allow; nobody in particular needs no watching."""
        self._unwatch()
        if self._token is not None:
            self._watching = self._tasks.create_task(self._until_ended(self._token))

    def _unwatch(self) -> None:
        if self._watching is not None:
            self._watching.cancel()

    async def _until_ended(self, token: str) -> None:
        await self._services.accounts.until_ended(token, self._know)
        try:
            async with asyncio.timeout(self._services.config.ws.stall_timeout_s):
                await self._line.close(_UNAUTHORIZED, "Unauthorized")
        except TimeoutError:
            raise StalledError from None

    def _know(self, principal: Principal) -> None:
        if principal != self._principal:
            self._principal = principal
            self._subscription.change(self._subscription.interest.seeing(principal.kinds))

    def _schedule_heartbeat(self) -> None:
        self._heartbeat = asyncio.get_running_loop().call_later(self._services.config.ws.heartbeat_s, self._beat)

    def _beat(self) -> None:
        # A heartbeat that finds no room is not missed: the client has enough to read.
        if self._may_listen.is_set():
            self._subscription.tell(self._services.wire(Heartbeat(last_seq=self._services.hub.last_seq)))
        self._schedule_heartbeat()

    # Out

    async def _write(self, since: int | None, stream_id: str | None) -> None:
        if not await self._is_admitted():
            return
        listener, pace = self._listener, self._services.clients.pace
        await pace.turn(begun=True)
        await self._line.send(await greet(self._services, self._subscription, since, stream_id, listener.client_id))
        if not self._has_spoken.is_set():
            try:
                async with asyncio.timeout(_FIRST_MESSAGE_S):
                    await self._has_spoken.wait()
            except TimeoutError:
                self._has_spoken.set()
        while True:
            if self._subscription.lagging:
                await pace.turn(begun=True)
            try:
                batch = await self._subscription.take()
            except GapError as gap:
                await self._line.send(gap_and_snapshot(self._services, self._subscription, gap))
            else:
                await self._line.pass_on(batch)

    async def _is_admitted(self) -> bool:
        """Wait for the token of a client that may not read without one."""
        try:
            async with asyncio.timeout(_TOKEN_TIMEOUT_S):
                await self._may_listen.wait()
        except TimeoutError:
            await self._line.close(_UNAUTHORIZED, "Unauthorized")
            return False
        return True

    # In

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                await self._line.close(_UNSUPPORTED, "binary messages are not understood: send JSON as text")
                return
            if self._turns.take(self._services.now()):
                await self._heed(text)
            elif self._turns.refused > _MAX_REFUSED:
                await self._line.close(_POLICY, "too many messages")
                return
            else:
                limit = {"limit": self._services.config.ws.messages_per_s, "window": 1, "retry_after": 1}
                await self._answer(ErrorMessage(code="RATE_LIMIT_EXCEEDED", message="too many messages: send fewer", details=limit))
            self._has_spoken.set()

    async def _heed(self, text: str) -> None:
        try:
            message = read_client_message(text)
            match message:
                case Ping():
                    await self._answer(Pong(last_seq=self._services.hub.last_seq))
                case Subscribe():
                    interest = self._subscription.interest.adding(message.topics)
                    self._check_allowed(message.topics)
                    self._subscription.change(interest)
                case Unsubscribe():
                    self._subscription.change(self._subscription.interest.dropping(message.topics))
                case Resume():
                    self._resume(message)
                case Appear():
                    self._appear(message)
                case Authenticate():
                    await self._authenticate(message.token)
                case _:
                    await self._command(message)
        except BadMessageError as error:
            await self._answer(ErrorMessage(code=error.code, message=error.message, details=error.details))
        except DartdError as error:
            await self._answer(ErrorMessage(code=error.code, message=error.message, details=error.details))

    async def _answer(self, event: Event) -> None:
        # While too many answers wait, nothing more is read: a client that never reads cannot make us collect them.
        while not self._subscription.tell(self._services.wire(event)):
            await self._subscription.has_room()

    def _check_allowed(self, topics: tuple[str, ...]) -> None:
        kinds = self._subscription.interest.kinds
        for topic in topics:
            if kinds is not None and "*" not in kind_of(topic) and kind_of(topic) not in kinds:
                raise BadMessageError("AUTH_INSUFFICIENT_PERMISSIONS", f"{topic!r} is not for everybody: send a token", topic=topic)

    def _resume(self, message: Resume) -> None:
        try:
            check_stream(self._services, message.since, message.stream_id)
        except GapError as gap:
            for wire in gap_and_snapshot(self._services, self._subscription, gap):
                self._subscription.tell(wire)
        else:
            self._subscription.resume(message.since)

    def _appear(self, message: Appear) -> None:
        """Let the others know that this client watches, or no more."""
        services, presence, client_id = self._services, self._services.clients.presence, self._listener.client_id
        if not message.name:
            presence.disappear(client_id, message.topic)
            return
        self._check_allowed((message.topic,))

        def tell(told: Presence) -> None:
            services.hub.whisper(f"presence:{told.watched}", services.wire(told))

        if not presence.appear(client_id, message.topic, message.name, tell):
            raise BadMessageError("LIMIT_EXCEEDED", f"at most {MAX_TOPICS} topics", limit=MAX_TOPICS)

    async def _authenticate(self, token: str) -> None:
        principal = await self._services.accounts.principal_of(token)
        if principal is None:
            await self._line.close(_UNAUTHORIZED, "Unauthorized")
            return
        self._token = token
        self._know(principal)
        self._watch()
        if principal.may("board:read"):
            self._may_listen.set()

    async def _command(self, command: BoardCommand) -> None:
        services = self._services
        principal = await services.accounts.principal_of(self._token)  # anew: he may have lost his rights since he connected
        if principal is None:
            await self._line.close(_UNAUTHORIZED, "Unauthorized")
            return
        permission = "corrections:write" if isinstance(command, CorrectDart) else "board:control"
        if not principal.may(permission):
            raise BadMessageError("AUTH_INSUFFICIENT_PERMISSIONS", f"this needs the permission {permission}", permission=permission)
        action = f"board.{command.__struct_config__.tag}"
        deed = Deed(at_s=services.accounts.now(), user_id=principal.name, action=action, entity_type="board")
        asked = msgspec.structs.replace(command, user_id=principal.name)
        await services.board.submit(asked, lambda connection, *_: note(connection, deed))


async def serve_websocket(websocket: WebSocket) -> None:
    """Answer the WebSocket route."""
    services: Services = websocket.app.state.services
    if not is_origin_allowed(websocket, services.config.server.cors_origins):
        problem = Problem(403, "ORIGIN_NOT_ALLOWED", "pages of this origin may not connect; add it to server.cors_origins")
        await websocket.send_denial_response(problem.response(websocket.scope.get("dartd.trace_id", "")))
        return
    with services.clients.seat() as seated:
        try:
            await services.clients.pace.turn()
            await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in websocket.scope.get("subprotocols", ()) else None)
            if not seated:
                await websocket.close(_TRY_AGAIN_LATER, f"too many clients, retry in {retry_ms(services.clients.connected)} ms")
                return
            await _admit(websocket, services)
        except (WebSocketDisconnect, WebSocketDisconnected):
            return


async def _admit(websocket: WebSocket, services: Services) -> None:
    query = websocket.query_params
    shown, _ = credentials_of(websocket)
    token = query.get("token") if shown is None else shown
    principal = await services.accounts.principal_of(token)
    if principal is None:
        await websocket.close(_UNAUTHORIZED, "Unauthorized")
        return
    complaints: list[ErrorMessage] = []
    topics, since = asked_topics(query.get("topics"), complaints), asked_since(query.get("since"), complaints)
    line = Line(websocket, services.config.ws.stall_timeout_s)
    with services.hub.subscribe(
        topics, since=since, kinds=principal.kinds, queue_size=services.config.ws.queue_size, outlet=line.outlet
    ) as subscription:
        for complaint in complaints:
            subscription.tell(services.wire(complaint))
        listener = Listener(
            client_id=services.clients.next_id(),
            name=principal.name,
            address=websocket.client.host if websocket.client else "",
            transport="websocket",
            connected_at=services.timestamp(),
            subscription=subscription,
        )
        with services.clients.listening(listener):
            await Session(websocket, services, listener, principal, line, token).run(since=since, stream_id=query.get("stream_id"))
