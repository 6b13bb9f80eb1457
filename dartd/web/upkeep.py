"""What is written behind the answers: the use of limits and keys, every second and at the end."""

import logging
from typing import NoReturn

import anyio

from dartd.errors import StoreError
from dartd.web.services import Services

_log = logging.getLogger(__name__)

PERIOD_S = 1.0


async def write_behind(services: Services) -> NoReturn:
    """Write for ever; once more when cancelled, so that a restart forgets nothing."""
    try:
        while True:
            await anyio.sleep(PERIOD_S)
            await flush(services)
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
