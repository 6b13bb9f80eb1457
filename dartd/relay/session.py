"""The WebSocket of a relay: the protocol of the daemon, for one board or several; each has its hello, its snapshot and its `since`."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from dartd.auth.principal import Principal
from dartd.errors import DartdError, StoreUnavailableError
from dartd.relay.boards import RelayedBoard
from dartd.relay.choice import Resumption, chosen_boards, resumptions
from dartd.relay.orders import order
from dartd.relay.services import READER_KINDS, RelayServices
from dartd.runtime.hub.hub import GapError
from dartd.runtime.hub.subscription import Subscription
from dartd.runtime.hub.topics import DEFAULT_TOPICS, TopicError
from dartd.web.connections.frame_budget import TokenBucket
from dartd.web.http.caller import caller_of, credentials_of
from dartd.web.http.origin import is_origin_allowed
from dartd.web.http.problems import Problem
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
from dartd.web.streams.session_start import check_stream, gap_messages, opening_messages, parse_topics, retry_ms, topic_problem
from dartd.web.streams.transport import MessageSender, StalledError
from schemas.base import Event
from schemas.events import ErrorMessage, Heartbeat, Pong

_log = logging.getLogger(__name__)

SUBPROTOCOL = "dartd.v1"
_RESTART = 1012
_TRY_AGAIN_LATER = 1013
_UNAUTHORIZED = 4001


async def serve_viewer(websocket: WebSocket) -> None:
    """Serve a viewer; the path may name its board."""
    services: RelayServices = websocket.app.state.services
    if not is_origin_allowed(websocket, services.config.server):
        problem = Problem(403, "ORIGIN_NOT_ALLOWED", "pages of this origin may not connect; add it to server.cors_origins")
        await websocket.send_denial_response(problem.response(websocket.scope.get("dartd.trace_id", "")))
        return
    await services.clients.admission.admit()
    token = credentials_of(websocket)[0] or websocket.query_params.get("token")
    principal = services.viewer(token)
    with services.clients.slot(caller_of(websocket, None)) as has_slot:
        try:
            await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in websocket.scope.get("subprotocols", ()) else None)
            if not has_slot:
                await websocket.close(_TRY_AGAIN_LATER, f"too many clients, retry in {retry_ms(services.clients.connected)} ms")
            elif not services.feed.is_current and not len(services.boards):
                await websocket.close(_TRY_AGAIN_LATER, "the relay has not reached the venue yet")
            elif not principal.may("board:read"):
                await websocket.close(_UNAUTHORIZED, "Unauthorized")
            else:
                await ViewerSession(websocket, services, principal, token).run()
        except (WebSocketDisconnect, WebSocketDisconnected):
            return


class _Feed:
    """One board of a viewer."""

    __slots__ = ("board", "resumption", "subscription")

    def __init__(self, board: RelayedBoard, subscription: Subscription, resumption: Resumption) -> None:
        self.board = board
        self.subscription = subscription
        self.resumption = resumption


class ViewerSession:
    """One viewer: a task for each board writes what its subscription returns, and the session reads the messages of the viewer."""

    def __init__(self, websocket: WebSocket, services: RelayServices, principal: Principal, token: str | None) -> None:
        self._websocket = websocket
        self._services = services
        self._principal = principal
        self._token = token
        self._sender = MessageSender(websocket, services.config.ws.stall_timeout_s)
        if self._sender.transport is not None:
            self._sender.transport.on_full = self._stop_direct
        self._rate_limit = TokenBucket(services.config.ws.messages_per_s, services.config.ws.messages_at_once)
        self._feeds: dict[str, _Feed] = {}
        self._topics: tuple[str, ...] = ()
        self._client_id = services.clients.next_id()
        self._tasks: asyncio.TaskGroup
        self._writers: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Serve until the viewer disconnects."""
        errors: list[ErrorMessage] = []
        query = self._websocket.query_params
        self._topics = parse_topics(query.get("topics"), self._principal, errors)
        try:
            boards = chosen_boards(self._services.boards, self._topics, self._websocket.path_params.get("board_id"))
        except TopicError as error:
            errors.append(ErrorMessage(code=error.code, message=error.message, details=error.details))
            boards = []
        where = resumptions(query, boards, errors)
        self._schedule_heartbeat()
        try:
            async with asyncio.TaskGroup() as self._tasks:
                await self._sender.send([self._services.encode(error) for error in errors])
                for board in boards:
                    self._add(board, where[board.board_id])
                await self._read()
                for writer in self._writers.values():
                    writer.cancel()
        except* (WebSocketDisconnect, WebSocketDisconnected):
            pass
        except* StoreUnavailableError:  # older events are in the stream, and there is no connection to it
            with suppress(WebSocketDisconnect, WebSocketDisconnected):
                await self._sender.close(_TRY_AGAIN_LATER, "events that were missed cannot be read now")
        except* StalledError:
            self._services.clients.stalled += 1
            _log.info("a viewer read nothing for %s s and was disconnected", self._services.config.ws.stall_timeout_s)
            await self._sender.abort()
        finally:
            self._heartbeat.cancel()

    def _stop_direct(self) -> None:
        for feed in self._feeds.values():
            feed.subscription.stop_direct()

    def _schedule_heartbeat(self) -> None:
        self._heartbeat = asyncio.get_running_loop().call_later(self._services.config.ws.heartbeat_s, self._send_heartbeat)

    def _send_heartbeat(self) -> None:
        for feed in self._feeds.values():
            feed.subscription.send_control(self._services.encode(Heartbeat(last_seq=feed.board.hub.last_seq)))
        self._schedule_heartbeat()

    # Sending

    def _add(self, board: RelayedBoard, resumption: Resumption) -> None:
        if board.board_id not in self._writers:
            self._writers[board.board_id] = self._tasks.create_task(self._write(board, resumption))

    async def _write(self, board: RelayedBoard, resumption: Resumption) -> None:
        """Write what happens at a board until cancelled, or until its journal is another."""
        topics, queue_size = self._topics_of(board), self._services.config.ws.queue_size
        with board.hub.subscribe(
            topics, since=resumption.since, kinds=READER_KINDS, queue_size=queue_size, transport=self._sender.transport
        ) as subscription:
            self._feeds[board.board_id] = _Feed(board, subscription, resumption)
            board.on_end[self._begin_anew] = None
            try:
                await self._serve(board, subscription, resumption)
            finally:
                board.on_end.pop(self._begin_anew, None)
                self._feeds.pop(board.board_id, None)
                self._writers.pop(board.board_id, None)

    async def _serve(self, board: RelayedBoard, subscription: Subscription, resumption: Resumption) -> None:
        admission = self._services.clients.admission
        await admission.admit(started=True)
        await self._sender.send(await opening_messages(board, subscription, resumption.since, resumption.stream_id, self._client_id))
        while True:
            if subscription.lagging:
                await admission.admit(started=True)
            try:
                batch = await subscription.take()
            except GapError as gap:
                await self._sender.send(gap_messages(board, subscription, gap))
            else:
                await self._sender.send_batch(batch)

    def _topics_of(self, board: RelayedBoard) -> Sequence[str]:
        """Return the topics of a viewer at one board: those of boards mean this one."""
        topics = {f"board:{board.board_id}" if topic.startswith("board:") else topic for topic in self._topics}
        return sorted(topics) or DEFAULT_TOPICS

    def _begin_anew(self) -> None:
        self._tasks.create_task(self._sender.close(_RESTART, "the board goes on with another journal"))

    # Receiving

    async def _read(self) -> None:
        async for text in received_texts(self._websocket, self._sender, self._rate_limit, self._services.now, self._answer):
            await self._handle(text)

    async def _handle(self, text: str) -> None:
        try:
            message = read_client_message(text)
            match message:
                case Ping():
                    await self._answer(Pong(last_seq=max((feed.board.hub.last_seq for feed in self._feeds.values()), default=0)))
                case Subscribe():
                    self._subscribe(message.topics)
                case Unsubscribe():
                    self._unsubscribe(message.topics)
                case Resume():
                    self._resume(message)
                case Authenticate():
                    self._token = message.token
                case SetPresence():
                    raise BadMessageError("UNKNOWN_ACTION", "a relay has no presence")
                case _:
                    await self._order(message.__struct_config__.tag)
        except DartdError as error:
            await self._answer(ErrorMessage(code=error.code, message=error.message, details=error.details))

    async def _answer(self, event: Event) -> None:
        """Send an answer before the events of a board, so that frames are not mixed."""
        payload = self._services.encode(event)
        feed = next(iter(self._feeds.values()), None)
        if feed is None:
            await self._sender.send([payload])
            return
        while not feed.subscription.send_control(payload):
            await feed.subscription.has_room()

    def _subscribe(self, topics: tuple[str, ...]) -> None:
        for topic in topics:
            if (problem := topic_problem(topic, self._principal)) is not None:
                raise BadMessageError(problem.code, problem.message, **problem.details)
        fresh = chosen_boards(self._services.boards, topics, self._websocket.path_params.get("board_id"))
        self._topics = tuple(dict.fromkeys((*self._topics, *topics)))
        for feed in self._feeds.values():
            feed.subscription.change(feed.subscription.interest.adding(topic for topic in topics if not topic.startswith("board:")))
        for board in fresh:
            self._add(board, Resumption())

    def _unsubscribe(self, topics: tuple[str, ...]) -> None:
        self._topics = tuple(topic for topic in self._topics if topic not in topics)
        for feed in list(self._feeds.values()):
            if f"board:{feed.board.board_id}" in topics:
                self._writers[feed.board.board_id].cancel()
            else:
                feed.subscription.change(feed.subscription.interest.dropping(topics))

    def _resume(self, message: Resume) -> None:
        feed = self._only()
        try:
            check_stream(feed.board, message.since, message.stream_id)
        except GapError as gap:
            for payload in gap_messages(feed.board, feed.subscription, gap):
                feed.subscription.send_control(payload)
        else:
            feed.subscription.resume(message.since)

    async def _order(self, action: object) -> None:
        """Have a board execute a command with the token of the viewer."""
        reply = await order(self._services, self._only().board.board_id, str(action), self._token)
        if reply.status != 200:
            raise BadMessageError(reply.code, reply.message, **reply.details)

    def _only(self) -> _Feed:
        if len(self._feeds) != 1:
            raise BadMessageError("VALIDATION_ERROR", "this needs a connection to one board: /boards/BOARD/ws")
        return next(iter(self._feeds.values()))
