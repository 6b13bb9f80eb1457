"""How the machine does."""

import asyncio
import contextlib
from pathlib import Path

from dartd.web.host import HostFigures
from tests.support.waiting import Waiting


def test_shares_are_percent(tmp_path: Path) -> None:
    """The figures of the machine lie between 0 and 100, also for a directory that is not there yet."""
    figures = HostFigures(tmp_path / "not" / "there")
    figures.sample()
    sample = figures.sample()

    assert all(share is not None and 0 <= share <= 100 for share in (sample.cpu, sample.memory, sample.disk))
    assert sample.temperature is None or -50 < sample.temperature < 150


async def test_samples_are_taken_in_the_background(tmp_path: Path, waiting: Waiting) -> None:
    """`run` renews the sample without stopping the loop."""
    figures = HostFigures(tmp_path)
    running = asyncio.ensure_future(figures.run())
    await waiting.soon(lambda: figures.latest.memory is not None)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    assert figures.latest.disk is not None
