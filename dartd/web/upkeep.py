"""What is done behind the answers: the use of limits and keys is written, and the day so far is told."""

import logging
from datetime import datetime
from typing import NoReturn

import anyio
import msgspec

from dartd.errors import DartdError, StoreError
from dartd.store.today import count_today
from dartd.web.services import Services
from schemas.today import MetricsUpdate, SystemStatus

_log = logging.getLogger(__name__)

PERIOD_S = 1.0
METRICS_S = 30.0


async def write_behind(services: Services) -> NoReturn:
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


async def flush(services: Services) -> None:
    """Write what is new; what cannot be written is no reason to stop."""
    try:
        await services.limits.flush(services.database)
        await services.accounts.flush()
    except StoreError as error:
        _log.warning("the use of limits and keys could not be written: %s", error)


async def tell_today(services: Services) -> None:
    """Tell the day so far to whoever listens to `metrics`; the day is that of the board's clock."""
    began = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        today = await services.database.query(lambda connection: count_today(connection, began.timestamp()))
    except DartdError as error:
        _log.warning("the day so far could not be counted: %s", error)
        return
    told = MetricsUpdate(date=began.date().isoformat(), clients=services.clients.connected, **msgspec.structs.asdict(today))
    services.hub.whisper("metrics", services.wire(told))


def tell_status(services: Services) -> None:
    """Tell how the system is to whoever listens to `system`."""
    told = SystemStatus(cache_hit_rate=round(services.accounts.hit_rate, 4), active_webhooks=0, pending_deliveries=0)  # there are none yet
    services.hub.whisper("system", services.wire(told))
