"""How the machine does."""

import asyncio
import contextlib
import os
import resource
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


def test_without_descriptors_there_is_a_sample(tmp_path: Path) -> None:
    """A value that cannot be read is missing; nothing is raised."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    figures = HostFigures(tmp_path)
    with open(os.devnull) as highest:  # noqa: PTH123  the descriptor is needed
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest.fileno() + 1, hard))
        taken = []
        try:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(os.open(os.devnull, os.O_RDONLY))
            sample = figures.sample()
        finally:
            for descriptor in taken:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert (sample.cpu, sample.memory, sample.temperature) == (None, None, None)
