"""All webhooks: a worker for each active one, started again when it is changed; deliveries by hand; counts for health and metrics."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, NamedTuple, NoReturn, Protocol

import anyio
import anyio.abc
import msgspec
import sqlalchemy as sa

from dartd.config import WebhooksConfig
from dartd.decision import WebhookSample
from dartd.errors import ConflictError, StoreError
from dartd.metrics import Metrics
from dartd.outlets.webhooks.attempt import Sender
from dartd.outlets.webhooks.signature import secret_of
from dartd.outlets.webhooks.worker import WebhookWorker
from dartd.runtime.hub.hub import Hub
from dartd.runtime.results_cache import ResultsCache
from dartd.store.database import Database
from dartd.store.entity import Row
from dartd.store.journal import Outcome, Write
from dartd.store.webhooks import ROTATION_S, WEBHOOKS, all_webhooks, counts_by_status, prune_deliveries, webhook_of
from schemas.base import Value
from schemas.events import EntityStatusChanged

_log = logging.getLogger(__name__)

LOST_S: Final = 3600.0
WAITING_BY_HAND: Final = 100  # deliveries that people asked for: more are refused
_PRUNE_S: Final = 3600.0
_PRUNED: Final = 5000  # deliveries at a time, so that nothing waits for long
_DAY_S: Final = 86_400.0


class WebhookState(Value, frozen=True, kw_only=True):
    """One webhook: whether it is active, and its deliveries that are pending or have finally failed.

    `failing_since_s` (wall time): since when its receiver takes nothing, None: it does; `lost`: deliveries given up since then.
    """

    name: str = ""
    active: bool = True
    pending: int = 0
    failed: int = 0
    failing_since_s: float | None = None
    lost: int = 0


class Writing(Protocol):
    """What writes entities with their events."""

    async def write(self, write: Write) -> object:
        """Change stored entities and journal their events in one commit."""


class _ByHand(NamedTuple):
    """A delivery that a person asked for."""

    webhook_id: str
    delivery_id: str
    event_type: str
    body: bytes
    seq: int | None


class Webhooks:
    """Delivers events to all webhooks. `secret` is what the secrets of webhooks are made from, `now` wall time in seconds since 1970."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        board: Writing,
        *,
        settings: WebhooksConfig,
        secret: str,
        metrics: Metrics,
        results: ResultsCache,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._hub = hub
        self._board = board
        self._secret = secret
        self.allow_private = settings.allow_private
        self._keep_s = settings.keep_days * _DAY_S
        self._metrics = metrics
        self._results = results
        self._now = now
        self._changed = asyncio.Event()
        self._running: dict[str, tuple[Row, anyio.CancelScope]] = {}
        self._by_hand: asyncio.Queue[_ByHand] = asyncio.Queue(WAITING_BY_HAND)
        self.states: dict[str, WebhookState] = {}

    # What the web needs.

    @property
    def active_count(self) -> int:
        """Return the number of active webhooks."""
        return sum(state.active for state in self.states.values())

    @property
    def pending_count(self) -> int:
        """Return the number of deliveries that are waiting."""
        return sum(state.pending for state in self.states.values())

    @property
    def failed_count(self) -> int:
        """Return the number of deliveries that have finally failed."""
        return sum(state.failed for state in self.states.values())

    def samples(self) -> tuple[WebhookSample, ...]:
        """Return how each active webhook does; one that has lost an event counts as failing for at least `LOST_S`."""
        now_s = self._now()
        return tuple(
            WebhookSample(
                webhook_id=webhook_id,
                name=state.name,
                failing_s=0.0 if (since_s := state.failing_since_s) is None else max(1.0, now_s - since_s, LOST_S if state.lost else 0.0),
                lost=state.lost,
            )
            for webhook_id, state in self.states.items()
            if state.active
        )

    def secret_of(self, salt: str) -> str:
        """Return the secret of a webhook's salt."""
        return secret_of(self._secret, salt)

    def changed(self, webhook_id: str | None) -> None:
        """Read the webhooks again: one was added (None), changed or deleted. Nothing more is posted as it was before the change."""
        _, scope = self._running.pop(webhook_id or "", (None, None))
        if scope is not None:
            scope.cancel()
        self._changed.set()

    def enqueue(self, webhook_id: str, delivery_id: str, event_type: str, body: bytes, seq: int | None = None) -> None:
        """Deliver a body that a person asked for, next to the events of the webhook.

        Raises:
            ConflictError: too many such deliveries wait already.
        """
        try:
            self._by_hand.put_nowait(_ByHand(webhook_id, delivery_id, event_type, body, seq))
        except asyncio.QueueFull:
            raise ConflictError(f"{WAITING_BY_HAND} deliveries wait already, try again in a moment", limit=WAITING_BY_HAND) from None

    # The record of the workers.

    def delivered(self, webhook_id: str) -> None:
        """Count a delivery that was taken: in one counter for all webhooks, since ids of people are no labels."""
        self._metrics.webhook_deliveries.labels("delivered").inc()
        if (state := self.states.get(webhook_id)) is not None:
            self.states[webhook_id] = msgspec.structs.replace(state, failing_since_s=None, lost=0)

    def waits(self, webhook_id: str, pending: int) -> None:
        """Note how many deliveries of a webhook are tried again later; when it was used, and whether it fails, has changed."""
        self._results.invalidate(("webhooks_list",))
        if (state := self.states.get(webhook_id)) is not None:
            since_s = self._now() if pending and state.failing_since_s is None else state.failing_since_s
            self.states[webhook_id] = msgspec.structs.replace(state, pending=pending, failing_since_s=since_s)

    def failed(self, webhook_id: str) -> None:
        """Count a delivery that was given up."""
        self._metrics.webhook_deliveries.labels("failed").inc()
        if (state := self.states.get(webhook_id)) is not None:
            since_s = self._now() if state.failing_since_s is None else state.failing_since_s
            failed, lost = state.failed + 1, state.lost + 1
            self.states[webhook_id] = msgspec.structs.replace(state, failed=failed, failing_since_s=since_s, lost=lost)

    def dropped(self, webhook_id: str, count: int) -> None:  # noqa: ARG002 - the same
        """Count events that were too old to be delivered."""
        self._metrics.webhook_dropped.inc(count)

    # The tasks.

    async def run(self) -> None:
        """Run a worker for each active webhook until cancelled."""
        running = self._running
        running.clear()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._deliver_by_hand)
            tasks.start_soon(self._prune)
            while True:
                self._changed.clear()
                found = {row.webhook_id: row for row in await self._database.read(all_webhooks)}
                await self._count(found)
                for webhook_id, (row, scope) in list(running.items()):
                    if webhook_id not in found or found[webhook_id].version != row.version:
                        scope.cancel()
                        del running[webhook_id]
                for webhook_id, row in found.items():
                    if row.is_active and webhook_id not in running:
                        running[webhook_id] = (row, anyio.CancelScope())
                        tasks.start_soon(self._serve, row, running[webhook_id][1])
                await self._changed.wait()

    async def _count(self, found: dict[str, Row]) -> None:
        counts = await self._database.read(counts_by_status)
        self.states = {
            webhook_id: WebhookState(
                name=row.name,
                active=row.is_active,
                failing_since_s=self._failing_since_s(row),
                lost=self.states[webhook_id].lost if webhook_id in self.states else 0,
                pending=counts.get(webhook_id, {}).get("pending", 0) if row.is_active else 0,
                failed=counts.get(webhook_id, {}).get("failed", 0),
            )
            for webhook_id, row in found.items()
        }

    def _failing_since_s(self, row: Row) -> float | None:
        """Return since when a webhook fails: as known, or after a start from now on."""
        state = self.states.get(row.webhook_id)
        since_s = self._now() if state is None else state.failing_since_s
        return since_s if row.failing and row.is_active else None

    async def _serve(self, row: Row, scope: anyio.CancelScope) -> None:
        """Run the worker of one webhook; an error of it is logged, and it is started again: the others go on."""
        with scope:
            while True:
                try:
                    current = await self._database.read(lambda c: WEBHOOKS.get(c, row.webhook_id))
                    if current is None:
                        return
                    async with self._worker(current) as worker:
                        await worker.run(self._hub)
                except Exception:  # noqa: BLE001 - whatever it is, the other webhooks go on
                    _log.exception("the deliveries of webhook %s failed; they go on in 5 s", row.webhook_id)
                    await anyio.sleep(5.0)
                else:
                    return

    @contextlib.asynccontextmanager
    async def _worker(self, row: Row) -> AsyncIterator[WebhookWorker]:
        sender = await Sender.open(row.url, timeout_s=row.timeout_seconds, ssl_verify=row.ssl_verify, allow_private=self.allow_private)
        try:
            yield WebhookWorker(
                row,
                sender=sender,
                secrets=functools.partial(self._secrets_of, row),
                database=self._database,
                record=self,
                gone=self._disable,
                keep_s=self._keep_s,
                now=self._now,
            )
        finally:
            with anyio.CancelScope(shield=True):
                await sender.close()

    def _secrets_of(self, row: Row, now_s: float) -> Sequence[str]:
        """Return the secrets that a delivery is signed with now: the new one, and for a day after a rotation the old one."""
        salts = [row.salt]
        if row.previous_salt is not None and now_s < row.rotated_at_s + ROTATION_S:
            salts.append(row.previous_salt)
        return [self.secret_of(salt) for salt in salts]

    async def _disable(self, webhook_id: str) -> None:
        """Disable a webhook whose receiver answered 410."""

        def disable(connection: sa.Connection) -> Outcome:
            row = WEBHOOKS.update(connection, webhook_id, {"is_active": False}, at_s=self._now())
            if row is None:
                return Outcome(None)
            payload = msgspec.to_builtins(webhook_of(row))
            return Outcome(None, [EntityStatusChanged(entity_type="webhook", entity_id=webhook_id, payload=payload, user_id="receiver")])

        _log.warning("webhook %s: its receiver is gone (410); it is disabled", webhook_id)
        await self._board.write(disable)
        self.changed(webhook_id)

    async def _deliver_by_hand(self) -> None:
        async with anyio.create_task_group() as tasks:
            slots = anyio.CapacityLimiter(4)  # at a time, so that one slow receiver does not hold the others
            while True:
                each = await self._by_hand.get()
                await slots.acquire_on_behalf_of(each)
                tasks.start_soon(self._deliver_one, each, slots)

    async def _deliver_one(self, asked: _ByHand, slots: anyio.CapacityLimiter) -> None:
        try:
            row = await self._database.read(lambda c: WEBHOOKS.get(c, asked.webhook_id))
            if row is not None:
                async with self._worker(row) as worker:
                    await worker.deliver(asked.delivery_id, asked.event_type, asked.body, asked.seq, moves=False)
        except Exception:  # noqa: BLE001 - whatever it is, the other deliveries go on
            _log.exception("webhook %s: %s could not be delivered", asked.webhook_id, asked.delivery_id)
        finally:
            slots.release_on_behalf_of(asked)

    async def _prune(self) -> NoReturn:
        while True:
            prune = functools.partial(prune_deliveries, before_s=self._now() - self._keep_s, limit=_PRUNED)
            with contextlib.suppress(StoreError):  # the next time is as good
                await self._database.change(prune)
            await anyio.sleep(_PRUNE_S)
