"""What is done behind the answers: the use of limits and keys is written, and the day so far is told."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn, Protocol

import anyio
import msgspec

from dartd.auth.accounts import Accounts
from dartd.auth.rate_limits import Limits
from dartd.errors import DartdError, StoreError
from dartd.runtime.hub.hub import Hub
from dartd.store.database import Database
from dartd.store.projections.today import count_today
from schemas.base import Event
from schemas.events import MetricsUpdate, SystemStatus

_log = logging.getLogger(__name__)

PERIOD_S = 1.0
METRICS_S = 30.0


class Connections(Protocol):
    """The clients as far as they are counted here."""

    @property
    def connected(self) -> int:
        """Number of clients that are connected."""


class Sources(Protocol):
    """What is written behind and published from. `now` is monotonic seconds."""

    @property
    def accounts(self) -> Accounts:
        """Accounts and keys, whose use is written."""

    @property
    def limits(self) -> Limits:
        """Rate limits, whose use is written."""

    @property
    def database(self) -> Database:
        """The open store."""

    @property
    def hub(self) -> Hub:
        """Where the events are published."""

    @property
    def clients(self) -> Connections:
        """Who is connected."""

    @property
    def now(self) -> Callable[[], float]:
        """The monotonic clock."""

    def wire(self, event: Event) -> bytes:
        """Encode an event that is not journalled."""


async def write_behind(services: Sources) -> NoReturn:
    """Write every second, for ever; once more when cancelled, so that a restart forgets nothing. Tell day and system every half minute."""
    told_s = services.now()
    try:
        while True:
            await anyio.sleep(PERIOD_S)
            await flush(services)
            if services.now() - told_s >= METRICS_S:
                told_s = services.now()
                await tell_today(services)
                tell_status(services)
    finally:
        with anyio.CancelScope(shield=True):
            await flush(services)


async def flush(services: Sources) -> None:
    """Write what is new; what cannot be written is no reason to stop."""
    try:
        await services.limits.flush(services.database)
        await services.accounts.flush()
    except StoreError as error:
        _log.warning("the use of limits and keys could not be written: %s", error)


async def tell_today(services: Sources) -> None:
    """Tell the day so far to whoever listens to `metrics`; the day is that of the board's clock."""
    began = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        today = await services.database.query(lambda connection: count_today(connection, began.timestamp()))
    except DartdError as error:
        _log.warning("the day so far could not be counted: %s", error)
        return
    told = MetricsUpdate(date=began.date().isoformat(), clients=services.clients.connected, **msgspec.structs.asdict(today))
    services.hub.whisper("metrics", services.wire(told))


def tell_status(services: Sources) -> None:
    """Tell how the system is to whoever listens to `system`."""
    told = SystemStatus(cache_hit_rate=round(services.accounts.hit_rate, 4), active_webhooks=0, pending_deliveries=0)  # there are none yet
    services.hub.whisper("system", services.wire(told))
