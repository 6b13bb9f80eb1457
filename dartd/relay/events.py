"""Server-sent events of a relay: one board, the protocol of the daemon."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from dartd.auth.principal import Principal
from dartd.errors import StoreUnavailableError
from dartd.relay.boards import RelayedBoard
from dartd.relay.choice import chosen_boards, resumptions
from dartd.relay.services import RelayServices
from dartd.runtime.hub.hub import GapError
from dartd.runtime.hub.subscription import Subscription
from dartd.web.http.caller import caller_of, credentials_of
from dartd.web.http.problems import Problem
from dartd.web.streams.session_start import gap_messages, opening_messages, parse_since, parse_topics, retry_ms
from schemas.events import ErrorMessage, Heartbeat

_QUIET_S: Final = 10.0  # proxies close idle connections
_ONCE_WAIT_S: Final = 0.2
_HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


async def get_board_events(request: Request) -> Response:
    """Return the stream of one board, which the path or the topics name.

    Raises:
        Problem: there is no such board, or more than one, or the caller may not read it.
    """
    services: RelayServices = request.app.state.services
    principal = services.viewer(credentials_of(request)[0])
    if not principal.may("board:read"):
        raise Problem(401, "AUTH_INVALID_TOKEN", "a token is required: send Authorization: Bearer …")
    errors: list[ErrorMessage] = []
    topics = parse_topics(request.query_params.get("topics"), principal, errors)
    boards = chosen_boards(services.boards, topics, request.path_params.get("board_id"))
    if len(boards) != 1:
        raise Problem(422, "VALIDATION_ERROR", "server-sent events are of one board: /boards/BOARD/api/v1/events/stream")
    return ViewerEvents(request, services, principal, boards[0], topics, errors)


class ViewerEvents(Response):
    """Hello, snapshot, then each event with its stream and seq as `id`."""

    media_type = "text/event-stream"

    def __init__(
        self,
        request: Request,
        services: RelayServices,
        principal: Principal,
        board: RelayedBoard,
        topics: tuple[str, ...],
        errors: list[ErrorMessage],
    ) -> None:
        super().__init__(headers=_HEADERS, media_type=self.media_type)
        del self.headers["Content-Length"]
        self._request = request
        self._services = services
        self._principal = principal
        self._board = board
        self._topics = [f"board:{board.board_id}" if topic.startswith("board:") else topic for topic in topics]
        self._errors = errors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until the viewer disconnects, reads nothing for too long, or the journal of the board is another.

        Raises:
            Problem: all slots are in use.
        """
        del scope
        clients, board = self._services.clients, self._board
        query = self._request.query_params
        where = resumptions(query, [board], self._errors)[board.board_id]
        since, stream_id = where
        if (seen := self._request.headers.get("last-event-id")) is not None:
            named, colon, seq = seen.rpartition(":")
            since, stream_id = parse_since(seq, self._errors), named if colon else stream_id
        ended = asyncio.Event()
        with clients.slot(caller_of(self._request, None)) as has_slot:
            if not has_slot:
                raise Problem(503, "TOO_MANY_CLIENTS", "too many clients, try again later", headers={"Retry-After": "5"})
            queue_size = self._services.config.ws.queue_size
            with board.hub.subscribe(self._topics, since=since, kinds=self._principal.kinds, queue_size=queue_size) as subscription:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                board.on_end[ended.set] = None
                tasks = [
                    asyncio.ensure_future(self._write(send, subscription, since, stream_id)),
                    asyncio.ensure_future(_left(receive)),
                    asyncio.ensure_future(ended.wait()),
                ]
                try:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    board.on_end.pop(ended.set, None)
                    for task in tasks:
                        task.cancel()
                    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(outcomes[0], TimeoutError):
            clients.stalled += 1
        elif isinstance(outcomes[0], Exception) and not isinstance(outcomes[0], OSError | StoreUnavailableError):
            raise outcomes[0]

    async def _write(self, send: Send, subscription: Subscription, since: int | None, stream_id: str | None) -> None:
        services, board = self._services, self._board
        await services.clients.admission.admit()
        first = await opening_messages(board, subscription, since, stream_id, services.clients.next_id())
        first += [services.encode(error) for error in self._errors]
        await self._send(send, f"retry: {retry_ms(services.clients.connected)}\n\n".encode() + b"".join(map(self._encode, first)))
        is_once = self._request.query_params.get("once") in {"true", "1"}
        until = board.hub.last_seq if is_once else None
        while until is None or subscription.position < until:
            await self._send(send, await self._next(subscription, _ONCE_WAIT_S if is_once else _QUIET_S))
        await send({"type": "http.response.body", "body": b""})

    async def _next(self, subscription: Subscription, wait_s: float) -> bytes:
        board = self._board
        try:
            async with asyncio.timeout(wait_s):
                return b"".join(map(self._encode, await subscription.take()))
        except TimeoutError:
            return b": alive\n\n" + self._encode(board.encode(Heartbeat(last_seq=board.hub.last_seq)))
        except GapError as gap:
            return b"".join(map(self._encode, gap_messages(board, subscription, gap)))

    def _encode(self, payload: bytes) -> bytes:
        _, found, rest = payload[:80].partition(b'","seq":')
        event_id = f"id: {self._board.stream_id}:{int(rest.partition(b',')[0])}\n".encode() if found else b""
        return event_id + b"data: " + payload.replace(b"\n", b" ") + b"\n\n"

    async def _send(self, send: Send, body: bytes) -> None:
        async with asyncio.timeout(self._services.config.ws.stall_timeout_s):
            message: Message = {"type": "http.response.body", "body": body, "more_body": True}
            await send(message)


async def _left(receive: Receive) -> None:
    """Wait until the viewer has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass
