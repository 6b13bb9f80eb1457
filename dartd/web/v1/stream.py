"""`/api/v1/events/stream`: the event stream as server-sent events, for clients without WebSocket."""

import asyncio

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from dartd.auth.principal import Principal
from dartd.runtime.hub.hub import GapError
from dartd.runtime.hub.subscription import Subscription
from dartd.web.connections.clients import ConnectedClient
from dartd.web.http.caller import caller_of, credentials_of
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.problems import Problem
from dartd.web.streams.session_start import gap_messages, opening_messages, parse_since, parse_topics, retry_ms
from schemas.api.stream import StreamQuery
from schemas.events import ErrorMessage, Heartbeat

_QUIET_S = 10.0  # proxies close idle connections
_ONCE_WAIT_S = 0.2  # with `once`: how long to wait for events that do not come
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class EventStream(Response):
    """Hello, snapshot, then each event with its stream and seq as `id`, without end; with `once` up to the current last event."""

    media_type = "text/event-stream"

    def __init__(self, call: Call, listener: ConnectedClient, since: int | None, stream_id: str | None, errors: list[ErrorMessage]) -> None:
        super().__init__(headers=_HEADERS, media_type=self.media_type)
        del self.headers["Content-Length"]
        self._services = call.services
        self._listener = listener
        self._since = since
        self._stream_id = stream_id
        self._asked: StreamQuery = call.query
        self._errors = errors
        self._token, _ = credentials_of(call.request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until the client disconnects, reads nothing for too long, or loses its permission."""
        del scope
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        writing = asyncio.ensure_future(self._write(send))
        leaving = asyncio.ensure_future(_left(receive))
        ending = asyncio.ensure_future(self._close_when_invalid())
        try:
            await asyncio.wait((writing, leaving, ending), return_when=asyncio.FIRST_COMPLETED)
            if ending.done() and not writing.done():
                writing.cancel()
                await asyncio.wait((writing,))
                writing = asyncio.ensure_future(self._send_end(send))
                await asyncio.wait((writing, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, leaving, ending):
                task.cancel()
            outcomes = await asyncio.gather(writing, leaving, ending, return_exceptions=True)
        if isinstance(outcomes[0], TimeoutError):
            self._services.clients.stalled += 1
        elif isinstance(outcomes[0], Exception) and not isinstance(outcomes[0], OSError):
            raise outcomes[0]

    async def _write(self, send: Send) -> None:
        services, listener, asked = self._services, self._listener, self._asked
        subscription = listener.subscription
        await services.clients.admission.admit()
        first = await opening_messages(services, subscription, self._since, self._stream_id, listener.client_id)
        first += [services.encode(error) for error in self._errors]
        hint = f"retry: {retry_ms(services.clients.connected)}\n\n".encode()
        await self._send(send, hint + b"".join(map(self._encode, first)))
        until = services.hub.last_seq if asked.once else None
        while until is None or subscription.position < until:
            await self._send(send, await self._next(subscription))
        await send({"type": "http.response.body", "body": b""})

    async def _close_when_invalid(self) -> None:
        """Wait until the token is no longer valid; without a token wait indefinitely."""
        if self._token is None:
            await asyncio.get_running_loop().create_future()
        else:
            await self._services.accounts.wait_until_invalid(self._token, self._set_principal)

    def _set_principal(self, principal: Principal) -> None:
        subscription = self._listener.subscription
        if subscription.interest.kinds != principal.kinds:
            subscription.change(subscription.interest.seeing(principal.kinds))

    async def _send_end(self, send: Send) -> None:
        error = ErrorMessage(code="AUTH_INVALID_TOKEN", message="the token is no longer valid")
        await self._send(send, self._encode(self._services.encode(error)))
        await send({"type": "http.response.body", "body": b""})

    async def _next(self, subscription: Subscription) -> bytes:
        """Return the next messages; a keepalive comment and a heartbeat if there are none."""
        services = self._services
        try:
            async with asyncio.timeout(_ONCE_WAIT_S if self._asked.once else _QUIET_S):
                return b"".join(map(self._encode, await subscription.take()))
        except TimeoutError:
            return b": alive\n\n" + self._encode(services.encode(Heartbeat(last_seq=services.hub.last_seq)))
        except GapError as gap:
            return b"".join(map(self._encode, gap_messages(services, subscription, gap)))

    def _encode(self, payload: bytes) -> bytes:
        """Encode a message as a server-sent event; journalled ones have stream and seq as id."""
        seq = _seq_of(payload)
        event_id = f"id: {self._services.board.stream_id}:{seq}\n".encode() if seq is not None else b""
        return event_id + b"data: " + payload.replace(b"\n", b" ") + b"\n\n"

    async def _send(self, send: Send, body: bytes) -> None:
        async with asyncio.timeout(self._services.config.ws.stall_timeout_s):
            message: Message = {"type": "http.response.body", "body": body, "more_body": True}
            await send(message)


class LimitedEventStream(Response):
    """An event stream that counts against the connection limit."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve with a connection slot and a subscription.

        Raises:
            Problem: all slots are in use.
        """
        call, services = self._call, self._call.services
        asked: StreamQuery = call.query
        errors: list[ErrorMessage] = []
        seen = call.request.headers.get("last-event-id")
        stream_id, since = asked.stream_id, asked.since
        if seen is not None:
            named, colon, seq = seen.rpartition(":")
            stream_id, since = named if colon else stream_id, parse_since(seq, errors)
        topics = parse_topics(asked.topics, call.principal, errors)
        with services.clients.slot(caller_of(call.request, call.principal)) as has_slot:
            if not has_slot:
                raise Problem(503, "TOO_MANY_CLIENTS", "too many clients, try again later", headers={"Retry-After": "5"})
            queue_size = services.config.ws.queue_size
            with services.hub.subscribe(topics, since=since, kinds=call.principal.kinds, queue_size=queue_size) as subscription:
                listener = ConnectedClient(
                    client_id=services.clients.next_id(),
                    name=call.principal.name,
                    address=call.request.client.host if call.request.client else "",
                    transport="events",
                    connected_at=services.timestamp(),
                    subscription=subscription,
                )
                with services.clients.registered(listener):
                    await EventStream(call, listener, since, stream_id, errors)(scope, receive, send)


async def get_stream(call: Call) -> Response:
    """Return the stream."""
    return LimitedEventStream(call)


async def _left(receive: Receive) -> None:
    """Wait until the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _seq_of(payload: bytes) -> int | None:
    """Return the seq, which follows the event type in journalled events (`encode_wire`); else None."""
    _, found, rest = payload[:80].partition(b'","seq":')
    return int(rest.partition(b",")[0]) if found else None


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/events/stream",
        handler=get_stream,
        permission="board:read",
        rate="default",
        summary="The event stream as server-sent events; resumes after Last-Event-ID",
        tag="events",
        query=StreamQuery,
        answer=None,
        media="text/event-stream",
        streaming=True,
    )
]
