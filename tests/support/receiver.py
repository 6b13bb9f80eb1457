"""A receiver of webhooks: a real HTTP server on loopback whose answers a test chooses."""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.config import WebhooksConfig
from dartd.store.webhooks import WEBHOOKS, new_salt, store_delivery
from schemas.base import VisitId
from schemas.events import TakeoutFinished
from tests.support.station import CONFIG, Station
from tests.support.waiting import DEADLINE_S

PRIVATE = msgspec.structs.replace(CONFIG, webhooks=WebhooksConfig(allow_private=True))  # of a station that may post to loopback


class Received(NamedTuple):
    """A request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        """Return the decoded body."""
        return msgspec.json.decode(self.body)


@dataclass
class Receiver:
    """`answers` are used up one by one, then each request gets 200. An answer is the bytes that are sent, None closes, a number hangs."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: "deque[bytes | float | None]" = field(default_factory=deque)
    _server: asyncio.Server | None = None
    _connections: "set[asyncio.Task[Any]]" = field(default_factory=set)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/hook?a=1"

    async def wait_for(self, count: int) -> list[Received]:
        """Wait until at least `count` requests have arrived; return all."""
        return await self.wait_until(lambda received: len(received) >= count)

    async def wait_until(self, condition: Callable[[list[Received]], bool]) -> list[Received]:
        """Wait until the requests meet a condition; return all."""
        async with asyncio.timeout(DEADLINE_S), self._changed:
            await self._changed.wait_for(lambda: condition(self.received))
        return self.received

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it is closed, or the receiver is."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._answer(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def open(self) -> None:
        """Listen on its port; the first time any free one becomes that."""
        self._server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and close all connections."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def answer_to(self, request: Received) -> bytes | None:  # noqa: ARG002 - for receivers that answer by it
        """Return what is sent; None closes the connection."""
        answer = self.answers.popleft() if self.answers else ok()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return None
        return answer

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            request = Received(head[0].split(" ")[1], headers, body)
            async with self._changed:
                self.received.append(request)
                self._changed.notify_all()
            answer = await self.answer_to(request)
            if answer is None:
                break
            writer.write(answer)
            await writer.drain()


def ok(status: str = "200 OK", **headers: str) -> bytes:
    """Return an answer without a body."""
    lines = [f"HTTP/1.1 {status}", "Content-Length: 0", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()
    await receiver.open()
    try:
        yield receiver
    finally:
        await receiver.close()


async def make_delivery(station: Station) -> str:
    """Add a webhook with a delivery that was given up, and return the id of the delivery."""
    webhook_id, (envelope,) = f"wh_{secrets.token_hex(4)}", await station.happen(TakeoutFinished(visit_id=VisitId("v")))
    given = {"name": "W", "url": "https://example.com/", "description": "", "events": "[]", "retry_policy": "{}", "salt": new_salt()}
    numbers = {"is_active": False, "ssl_verify": True, "failing": True, "timeout_seconds": 1.0, "position": 0}
    delivery = {"delivery_id": f"{webhook_id}.1", "webhook_id": webhook_id, "event_type": "takeout_finished", "seq": envelope.seq}

    def write(connection: sa.Connection) -> None:
        WEBHOOKS.insert(connection, {"webhook_id": webhook_id, **given, **numbers}, at_s=1.0)
        store_delivery(connection, {**delivery, "status": "failed", "attempts": 1, "created_at_s": 1.0})

    await station.services.database.change(write)
    return f"{webhook_id}.1"
