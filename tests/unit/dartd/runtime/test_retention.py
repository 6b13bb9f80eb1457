"""Old pictures of throws go while the daemon runs."""

import asyncio
import os
from pathlib import Path

from dartd.runtime.retention import DAY_S, Retention
from dartd.store.images import Images, Kept
from tests.support.waiting import Waiting


async def test_old_pictures_go_and_new_ones_stay(tmp_path: Path, waiting: Waiting) -> None:
    """At each look what is older than allowed is removed, and what stays is counted."""
    for name, at_s in (("old", 0.0), ("new", 10 * DAY_S)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cam0-after.jpg").write_bytes(b"123")
        os.utime(tmp_path / name, (at_s, at_s))
    retention = Retention(Images(tmp_path), keep_days=5, keep_bytes=1000, wall=lambda: 11 * DAY_S)
    task = asyncio.create_task(retention.run(period_s=0.01))
    await waiting.soon(lambda: retention.kept.throws, "a look")
    task.cancel()
    await asyncio.wait([task])

    assert retention.kept == (1, 3)
    assert not (tmp_path / "old").exists()


async def test_a_disk_that_cannot_be_read_does_not_stop_it(tmp_path: Path, waiting: Waiting) -> None:
    """It tries again at the next look."""

    class Broken(Images):
        tries = 0

        def prune(self, *, oldest_s: float, most_bytes: int) -> Kept:
            Broken.tries += 1
            if Broken.tries < 3:
                raise PermissionError("no")
            return super().prune(oldest_s=oldest_s, most_bytes=most_bytes)

    retention = Retention(Broken(tmp_path), keep_days=5, keep_bytes=1000)
    task = asyncio.create_task(retention.run(period_s=0.01))
    await waiting.soon(lambda: Broken.tries >= 3, "three tries")
    alive = not task.done()
    task.cancel()
    await asyncio.wait([task])

    assert alive
