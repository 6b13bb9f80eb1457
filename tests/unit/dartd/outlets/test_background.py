"""Tasks in the background."""

import asyncio
import contextlib
import errno

import pytest

from dartd.outlets.background import run_in_background
from tests.support.waiting import Waiting


async def test_an_error_ends_nothing(waiting: Waiting, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it is, it is logged with its traceback, and the task runs again; cancelling ends it."""
    runs: list[int] = []

    async def fail() -> None:
        runs.append(len(runs))
        raise OSError(errno.EMFILE, "Too many open files", "/sys/class/thermal")

    task = asyncio.ensure_future(run_in_background("the sampler", fail, restart_s=0.01))
    await waiting.soon(lambda: len(runs) == 3)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

    assert task.cancelled()
    assert "the sampler failed" in caplog.text
    assert "Too many open files" in caplog.text
