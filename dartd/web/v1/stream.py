"""`/api/v1/events/stream`: the stream as server-sent events, for those whom no WebSocket reaches."""

import asyncio

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from dartd.auth.principal import Principal
from dartd.runtime.hub.hub import GapError
from dartd.runtime.hub.subscription import Subscription
from dartd.web.connections.clients import Listener
from dartd.web.http.credentials import credentials_of
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.problems import Problem
from dartd.web.streams.greeting import asked_since, asked_topics, gap_and_snapshot, greet, retry_ms
from schemas.api.stream import StreamQuery
from schemas.events import ErrorMessage, Heartbeat

_QUIET_S = 10.0  # proxies cut what is silent for long
_LAST_S = 0.2  # who asks once waits no longer for what does not come
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class EventStream(Response):
    """Hello, snapshot, then each event with its seq as `id`, for ever; `once` only as far as the stream is now."""

    media_type = "text/event-stream"

    def __init__(self, call: Call, listener: Listener, since: int | None, complaints: list[ErrorMessage]) -> None:
        super().__init__(headers=_HEADERS, media_type=self.media_type)
        del self.headers["Content-Length"]
        self._services = call.services
        self._listener = listener
        self._since = since
        self._asked: StreamQuery = call.query
        self._complaints = complaints
        self._token, _ = credentials_of(call.request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until the client leaves, takes nothing for too long, or may listen no more."""
        del scope
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        writing = asyncio.ensure_future(self._write(send))
        leaving = asyncio.ensure_future(_left(receive))
        ending = asyncio.ensure_future(self._until_ended())
        try:
            await asyncio.wait((writing, leaving, ending), return_when=asyncio.FIRST_COMPLETED)
            if ending.done() and not writing.done():
                writing.cancel()
                await asyncio.wait((writing,))
                writing = asyncio.ensure_future(self._say_goodbye(send))
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
        await services.clients.pace.turn()
        first = await greet(services, subscription, self._since, asked.stream_id, listener.client_id)
        first += [services.wire(complaint) for complaint in self._complaints]
        hint = f"retry: {retry_ms(services.clients.connected)}\n\n".encode()
        await self._send(send, hint + b"".join(map(_line, first)))
        until = services.hub.last_seq if asked.once else None
        while until is None or subscription.position < until:
            await self._send(send, await self._next(subscription))
        await send({"type": "http.response.body", "body": b""})

    async def _until_ended(self) -> None:
        """Wait until the token is not valid any more; for ever without one."""
        if self._token is None:
            await asyncio.get_running_loop().create_future()
        else:
            await self._services.accounts.until_ended(self._token, self._know)

    def _know(self, principal: Principal) -> None:
        subscription = self._listener.subscription
        if subscription.interest.kinds != principal.kinds:
            subscription.change(subscription.interest.seeing(principal.kinds))

    async def _say_goodbye(self, send: Send) -> None:
        told = ErrorMessage(code="AUTH_INVALID_TOKEN", message="the token is not valid any more")
        await self._send(send, _line(self._services.wire(told)))
        await send({"type": "http.response.body", "body": b""})

    async def _next(self, subscription: Subscription) -> bytes:
        """Give what comes next; a sign of life when nothing does."""
        services = self._services
        try:
            async with asyncio.timeout(_LAST_S if self._asked.once else _QUIET_S):
                return b"".join(map(_line, await subscription.take()))
        except TimeoutError:
            return b": alive\n\n" + _line(services.wire(Heartbeat(last_seq=services.hub.last_seq)))
        except GapError as gap:
            return b"".join(map(_line, gap_and_snapshot(services, subscription, gap)))

    async def _send(self, send: Send, body: bytes) -> None:
        async with asyncio.timeout(self._services.config.ws.stall_timeout_s):
            message: Message = {"type": "http.response.body", "body": body, "more_body": True}
            await send(message)


class SeatedStream(Response):
    """An event stream that has a seat while it lasts."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with a seat and a subscription.

        Raises:
            Problem: all seats are taken.
        """
        call, services = self._call, self._call.services
        asked: StreamQuery = call.query
        complaints: list[ErrorMessage] = []
        seen = call.request.headers.get("last-event-id")
        since = asked.since if seen is None else asked_since(seen, complaints)
        topics = asked_topics(asked.topics, complaints)
        with services.clients.seat() as seated:
            if not seated:
                raise Problem(503, "TOO_MANY_CLIENTS", "too many clients, try again later", headers={"Retry-After": "5"})
            queue_size = services.config.ws.queue_size
            with services.hub.subscribe(topics, since=since, kinds=call.principal.kinds, queue_size=queue_size) as subscription:
                listener = Listener(
                    client_id=services.clients.next_id(),
                    name=call.principal.name,
                    address=call.request.client.host if call.request.client else "",
                    transport="events",
                    connected_at=services.timestamp(),
                    subscription=subscription,
                )
                with services.clients.listening(listener):
                    await EventStream(call, listener, since, complaints)(scope, receive, send)


async def get_stream(call: Call) -> Response:
    """Answer the stream."""
    return SeatedStream(call)


async def _left(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _line(wire: bytes) -> bytes:
    """Write a message as a server-sent event; journalled ones carry their seq as id."""
    seq = _seq_of(wire)
    return (b"id: %d\n" % seq if seq is not None else b"") + b"data: " + wire.replace(b"\n", b" ") + b"\n\n"


def _seq_of(wire: bytes) -> int | None:
    """Read the seq, which stands behind the event's type when there is one (`encode_wire`)."""
    _, found, rest = wire[:80].partition(b'","seq":')
    return int(rest.partition(b",")[0]) if found else None


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/events/stream",
        handler=get_stream,
        permission="board:read",
        rate="default",
        summary="The stream as server-sent events; goes on after Last-Event-ID",
        tag="events",
        query=StreamQuery,
        answer=None,
        media="text/event-stream",
        endless=True,
    )
]
