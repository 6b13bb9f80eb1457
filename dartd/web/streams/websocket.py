"""The WebSocket: hello, snapshot, then all events, without any message from the client."""

import asyncio
import logging
import math

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from dartd.auth.command_rights import authorised
from dartd.auth.principal import Principal
from dartd.errors import DartdError
from dartd.runtime.hub.hub import GapError
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.users import has_name
from dartd.web.connections.clients import ConnectedClient
from dartd.web.connections.frame_budget import TokenBucket
from dartd.web.connections.presence import MAX_TOPICS
from dartd.web.http.corrections import dart_entry, order_of, visit_of_order
from dartd.web.http.credentials import note_invalid_token
from dartd.web.services import Services
from dartd.web.streams.client_message import (
    Authenticate,
    BadMessageError,
    Ping,
    Resume,
    SetPresence,
    Subscribe,
    Unsubscribe,
    read_client_message,
)
from dartd.web.streams.received_texts import received_texts
from dartd.web.streams.session_start import check_stream, gap_messages, opening_messages, topic_problem
from dartd.web.streams.transport import MessageSender, StalledError
from schemas.base import Event
from schemas.commands import BoardCommand, CorrectDart
from schemas.events import ErrorMessage, Heartbeat, Pong, Presence

_log = logging.getLogger(__name__)

UNAUTHORIZED = 4001
FORBIDDEN = 4003

# A client may send `resume` as its first message. Events wait this long for it, so that missed events come first.
_FIRST_MESSAGE_S = 0.1
_TOKEN_TIMEOUT_S = 5.0


class WebSocketSession:
    """One client: a writer task sends what the subscription returns, a reader task handles client messages."""

    def __init__(
        self,
        websocket: WebSocket,
        services: Services,
        listener: ConnectedClient,
        principal: Principal,
        sender: MessageSender,
        token: str | None,
    ) -> None:
        self._websocket = websocket
        self._services = services
        self._listener = listener
        self._subscription = subscription = listener.subscription
        self._rate_limit = TokenBucket(services.config.ws.messages_per_s, services.config.ws.messages_at_once)
        self._principal = principal
        self._token = token
        self._sender = sender
        if sender.transport is not None:
            sender.transport.on_full = subscription.stop_direct
        self._first_message_seen = asyncio.Event()
        self._may_read = asyncio.Event()
        self._watch_task: asyncio.Task[None] | None = None

    async def run(self, *, since: int | None, stream_id: str | None) -> None:
        """Serve until the client disconnects."""
        if self._principal.may("board:read"):
            self._may_read.set()
        if since is not None:
            self._first_message_seen.set()
        self._schedule_heartbeat()
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                writer = tasks.create_task(self._write(since, stream_id))
                self._start_watching()
                await self._read()
                writer.cancel()
                self._stop_watching()
        except* (WebSocketDisconnect, WebSocketDisconnected):
            pass
        except* StalledError:
            self._services.clients.stalled += 1
            _log.info("a client read nothing for %s s and was disconnected", self._services.config.ws.stall_timeout_s)
            await self._sender.abort()
        finally:
            self._heartbeat.cancel()

    def _start_watching(self) -> None:
        """Close the connection when its token becomes invalid, and follow changes of its permissions."""
        self._stop_watching()
        if self._token is not None:
            self._watch_task = self._tasks.create_task(self._close_when_invalid(self._token))

    def _stop_watching(self) -> None:
        if self._watch_task is not None:
            self._watch_task.cancel()

    async def _close_when_invalid(self, token: str) -> None:
        await self._services.accounts.wait_until_invalid(token, self._set_principal)
        try:
            async with asyncio.timeout(self._services.config.ws.stall_timeout_s):
                await self._sender.close(UNAUTHORIZED, "Unauthorized")
        except TimeoutError:
            raise StalledError from None

    def _set_principal(self, principal: Principal) -> None:
        if principal != self._principal:
            self._principal = principal
            self._subscription.change(self._subscription.interest.seeing(principal.kinds))

    def _schedule_heartbeat(self) -> None:
        self._heartbeat = asyncio.get_running_loop().call_later(self._services.config.ws.heartbeat_s, self._send_heartbeat)

    def _send_heartbeat(self) -> None:
        # A heartbeat may be dropped when the control queue is full: the client is receiving other messages.
        if self._may_read.is_set():
            self._subscription.send_control(self._services.encode(Heartbeat(last_seq=self._services.hub.last_seq)))
        self._schedule_heartbeat()

    # Sending

    async def _write(self, since: int | None, stream_id: str | None) -> None:
        if not await self._has_access():
            return
        listener, admission = self._listener, self._services.clients.admission
        await admission.admit(started=True)
        await self._sender.send(await opening_messages(self._services, self._subscription, since, stream_id, listener.client_id))
        if not self._first_message_seen.is_set():
            try:
                async with asyncio.timeout(_FIRST_MESSAGE_S):
                    await self._first_message_seen.wait()
            except TimeoutError:
                self._first_message_seen.set()
        while True:
            if self._subscription.lagging:
                await admission.admit(started=True)
            try:
                batch = await self._subscription.take()
            except GapError as gap:
                await self._sender.send(gap_messages(self._services, self._subscription, gap))
            else:
                await self._sender.send_batch(batch)

    async def _has_access(self) -> bool:
        """Wait for the token of a client that may not read anonymously."""
        try:
            async with asyncio.timeout(_TOKEN_TIMEOUT_S):
                await self._may_read.wait()
        except TimeoutError:
            await self._sender.close(UNAUTHORIZED, "Unauthorized")
            return False
        return True

    # Receiving

    async def _read(self) -> None:
        async for text in received_texts(self._websocket, self._sender, self._rate_limit, self._services.now, self._answer):
            await self._handle_message(text)
            self._first_message_seen.set()

    async def _handle_message(self, text: str) -> None:
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
                case SetPresence():
                    await self._set_presence(message)
                case Authenticate():
                    await self._authenticate(message.token)
                case _:
                    await self._command(message)
        except BadMessageError as error:
            await self._answer(ErrorMessage(code=error.code, message=error.message, details=error.details))
        except DartdError as error:
            await self._answer(ErrorMessage(code=error.code, message=error.message, details=error.details))

    async def _answer(self, event: Event) -> None:
        # No more messages are read while too many answers wait: a client that never reads cannot use unbounded memory.
        while not self._subscription.send_control(self._services.encode(event)):
            await self._subscription.has_room()

    def _check_allowed(self, topics: tuple[str, ...]) -> None:
        for topic in topics:
            if (problem := topic_problem(topic, self._principal)) is not None:
                raise BadMessageError(problem.code, problem.message, **problem.details)

    def _resume(self, message: Resume) -> None:
        try:
            check_stream(self._services, message.since, message.stream_id)
        except GapError as gap:
            for payload in gap_messages(self._services, self._subscription, gap):
                self._subscription.send_control(payload)
        else:
            self._subscription.resume(message.since)

    async def _set_presence(self, message: SetPresence) -> None:
        """Publish that this client watches a topic, or withdraw it; the names of accounts are for their users only."""
        services, presence, client_id = self._services, self._services.clients.presence, self._listener.client_id
        if not message.name:
            presence.remove(client_id, message.topic)
            return
        self._check_allowed((message.topic,))
        user_id = self._principal.user_id
        if await services.database.query(lambda connection: has_name(connection, message.name, except_user_id=user_id)):
            raise BadMessageError("RESOURCE_ALREADY_EXISTS", "this is the name of another account", field="$.name")

        def publish(changed: Presence) -> None:
            services.hub.publish_unjournalled(f"presence:{changed.watched}", services.encode(changed))

        if not presence.add(client_id, message.topic, message.name, publish):
            raise BadMessageError("LIMIT_EXCEEDED", f"at most {MAX_TOPICS} topics", limit=MAX_TOPICS)

    async def _authenticate(self, token: str) -> None:
        principal = await self._services.accounts.principal_of(token)
        if principal is None:
            note_invalid_token(self._websocket, self._services)
            await self._sender.close(UNAUTHORIZED, "Unauthorized")
            return
        if not principal.may("board:read") and not self._may_read.is_set():
            await self._sender.close(FORBIDDEN, "this needs the permission board:read")
            return
        self._token = token
        self._set_principal(principal)
        self._start_watching()
        self._may_read.set()

    async def _command(self, command: BoardCommand) -> None:
        services = self._services
        principal = await services.accounts.principal_of(self._token)  # permissions may have changed since the connection was opened
        if principal is None:
            await self._sender.close(UNAUTHORIZED, "Unauthorized")
            return
        if isinstance(command, CorrectDart):
            await self._correct(command, principal)
            return
        action = f"board.{command.__struct_config__.tag}"
        entry = AuditEntry(at_s=services.accounts.now(), user_id=principal.name, action=action, entity_type="board")
        await services.board.submit(authorised(command, principal), lambda connection, *_: append_entry(connection, entry))

    async def _correct(self, command: CorrectDart, principal: Principal) -> None:
        services = self._services
        order = authorised(order_of(command, at_s=services.accounts.now()), principal)
        self._check_correction_rate(principal)
        stored = await services.database.query(lambda connection: visit_of_order(connection, order))
        entry = AuditEntry(at_s=services.accounts.now(), user_id=principal.name, action="board.correct", entity_type="board")
        await services.board.submit(
            msgspec.structs.replace(order, stored=stored),
            lambda connection, envelopes, *_: append_entry(connection, dart_entry(entry, envelopes)),
        )

    def _check_correction_rate(self, principal: Principal) -> None:
        limits = self._services.limits
        limit = limits.limit_of("corrections", principal)
        state = limits.acquire(f"{principal.name} corrections", limit)
        if state.retry_after_s:
            details = {"limit": limit, "window": 60, "retry_after": math.ceil(state.retry_after_s)}
            raise BadMessageError("RATE_LIMIT_EXCEEDED", f"more than {limit} corrections per minute; try again later", **details)
