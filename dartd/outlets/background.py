"""Tasks in the background that the board can do without: an error in one is logged, and the task is started again."""

import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

import anyio

_log = logging.getLogger(__name__)

RESTART_S = 5.0

Tasks = dict[str, Callable[[], Awaitable[object]]]  # each by the name under which its errors are logged


async def run_in_background(name: str, run: Callable[[], Awaitable[object]], restart_s: float = RESTART_S) -> NoReturn:
    """Run a task until it is cancelled; after an error log the traceback, and run it again after a pause."""
    while True:
        try:
            await run()
        except Exception:  # noqa: BLE001  whatever it is, the board goes on without this task
            _log.exception("%s failed; it is started again in %g s", name, restart_s)
        await anyio.sleep(restart_s)
