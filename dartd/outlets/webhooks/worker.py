"""One webhook: takes the events that it wants from the hub, in order, and delivers each before the next one."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

import msgspec
import sqlalchemy as sa

from dartd.errors import StoreError
from dartd.outlets.webhooks.attempt import Attempt
from dartd.outlets.webhooks.retry import HOUR_S, HOURLY_LIMIT, HourlyLimit, delay_s
from dartd.outlets.webhooks.signature import signed_headers
from dartd.runtime.hub.hub import GapError, Hub
from dartd.runtime.hub.subscription import Subscription
from dartd.store.database import Database
from dartd.store.entity import Row
from dartd.store.webhooks import delivered_since, move, note_result, policy_of, store_delivery

_log = logging.getLogger(__name__)

_BATCH: Final = 32
_MOVE_AFTER: Final = (
    256  # events that the webhook does not want: then the position is stored, so that a restart does not read them all again
)
_STORE_RETRY_S: Final = 1.0


class EventHeader(msgspec.Struct, frozen=True):
    """What is read of an event; messages without `seq` are not journalled."""

    event_type: str
    event_id: str = ""
    seq: int = 0
    timestamp: str = ""


class Posting(Protocol):
    """What posts an event."""

    async def post(self, body: bytes, headers: dict[str, str], now_s: float) -> Attempt:
        """Post an event."""


class Record(Protocol):
    """Counts of what became of deliveries."""

    def delivered(self, webhook_id: str) -> None:
        """Count a delivery that was taken."""

    def waits(self, webhook_id: str, pending: int) -> None:
        """Note how many deliveries of a webhook are tried again later."""

    def failed(self, webhook_id: str) -> None:
        """Count a delivery that was given up."""

    def dropped(self, webhook_id: str, count: int) -> None:
        """Count events that were too old to be delivered."""


_header: msgspec.json.Decoder[EventHeader] = msgspec.json.Decoder(EventHeader)


class WebhookWorker:
    """Delivers to one webhook; `row` is the webhook as stored, `now` returns wall time in seconds since 1970."""

    def __init__(
        self,
        row: Row,
        *,
        sender: Posting,
        secrets: Callable[[float], Sequence[str]],
        database: Database,
        record: Record,
        gone: Callable[[str], Awaitable[None]],
        keep_s: float,
        now: Callable[[], float],
    ) -> None:
        self.webhook_id: str = row.webhook_id
        self._policy = policy_of(row)
        self._events = frozenset(msgspec.json.decode(row.events, type=tuple[str, ...]))
        self._position: int = row.position
        self._sender = sender
        self._secrets = secrets
        self._database = database
        self._record = record
        self._gone = gone
        self._keep_s = keep_s
        self._now = now
        self._limit = HourlyLimit()

    async def run(self, hub: Hub) -> None:
        """Deliver until cancelled, or until the receiver wants no more."""
        since_s = self._now() - HOUR_S
        self._limit = HourlyLimit(await self._database.read(lambda c: delivered_since(c, self.webhook_id, since_s, HOURLY_LIMIT)))
        with hub.subscribe(("*",), since=min(self._position, hub.last_seq)) as subscription:
            while True:
                for payload in await self._take(subscription):
                    header = _header.decode(payload)
                    if header.seq and not await self._pass(header, payload):
                        return

    async def deliver(self, delivery_id: str, event_type: str, body: bytes, seq: int | None, *, moves: bool) -> bool:
        """Deliver a body until it is taken or given up; return False if the receiver wants no more.

        `seq` is that of the event, None for a test; with `moves` it becomes the position of the webhook at the end.
        """
        attempts, created_s = 0, self._now()
        while True:
            await asyncio.sleep(self._limit.wait_s(self._now()))
            now_s = self._now()
            attempt = await self._sender.post(body, signed_headers(self._secrets(now_s), delivery_id, int(now_s), body), now_s)
            attempts += 1
            ended = attempt.error is None or attempt.gone or attempts > self._policy.max_retries
            wait_s = 0.0 if ended else delay_s(self._policy, attempts, random.random(), attempt.retry_after_s)  # noqa: S311 - jitter
            values: dict[str, object] = {
                "delivery_id": delivery_id,
                "webhook_id": self.webhook_id,
                "event_type": event_type,
                "seq": seq,
                "status": "delivered" if attempt.error is None else "failed" if ended else "pending",
                "attempts": attempts,
                "last_status_code": attempt.status,
                "last_error": attempt.error,
                "next_attempt_at_s": None if ended else self._now() + wait_s,
                "created_at_s": created_s,
                "delivered_at_s": self._now() if attempt.error is None else None,
                "duration_ms": attempt.duration_ms,
            }
            await self._store(values, seq if ended and moves else None)
            if ended:
                await self._end(delivery_id, attempt, attempts)
                return not attempt.gone
            self._record.waits(self.webhook_id, 1)
            _log.info("webhook %s: %s is sent again in %.0f s: %s", self.webhook_id, delivery_id, wait_s, attempt.error)
            await asyncio.sleep(wait_s)

    async def _take(self, subscription: Subscription) -> Sequence[bytes]:
        while True:
            try:
                return await subscription.take(_BATCH)
            except GapError as gap:
                await self._drop(gap.oldest - 1, max(0, gap.oldest - 1 - gap.requested))
                _log.warning("webhook %s: events %s to %s are no longer stored", self.webhook_id, gap.requested + 1, gap.oldest - 1)
                subscription.seek(gap.oldest - 1)

    async def _pass(self, header: EventHeader, payload: bytes) -> bool:
        """Deliver an event if it is wanted; return False if the receiver wants no more."""
        if header.event_type not in self._events and "*" not in self._events:
            if header.seq - self._position >= _MOVE_AFTER:
                await self._move(header.seq)
            return True
        if self._now() - datetime.fromisoformat(header.timestamp).timestamp() > self._keep_s:
            await self._drop(header.seq, 1)
            return True
        return await self.deliver(f"{self.webhook_id}.{header.event_id}", header.event_type, payload, header.seq, moves=True)

    async def _drop(self, seq: int, count: int) -> None:
        """Count events up to `seq` that are not delivered, once: a worker that starts again begins behind them."""
        await self._move(seq)
        self._record.dropped(self.webhook_id, count)

    async def _move(self, seq: int) -> None:
        await self._write(lambda c: move(c, self.webhook_id, seq))
        self._position = seq

    async def _end(self, delivery_id: str, attempt: Attempt, attempts: int) -> None:
        self._record.waits(self.webhook_id, 0)
        if attempt.error is None:
            self._limit.add(self._now())
            self._record.delivered(self.webhook_id)
            return
        self._record.failed(self.webhook_id)
        _log.warning("webhook %s: %s was given up after %s requests: %s", self.webhook_id, delivery_id, attempts, attempt.error)
        if attempt.gone:
            await self._gone(self.webhook_id)

    async def _store(self, values: dict[str, object], position: int | None) -> None:
        failing = values["status"] != "delivered"

        def store(connection: sa.Connection) -> None:
            store_delivery(connection, values)
            note_result(connection, self.webhook_id, failing=failing, at_s=self._now())
            if position is not None:
                move(connection, self.webhook_id, position)

        await self._write(store)
        self._position = self._position if position is None else position

    async def _write(self, query: Callable[[sa.Connection], None]) -> None:
        """Write to the store, again as long as it refuses: the position must not fall behind what was delivered."""
        while True:
            try:
                await self._database.change(query)
            except StoreError as error:
                _log.warning("webhook %s: its deliveries cannot be stored: %s", self.webhook_id, error)
                await asyncio.sleep(_STORE_RETRY_S)
            else:
                return
