"""Old pictures of throws go while the daemon runs."""

import asyncio
import math
import os
from pathlib import Path

from dartd.errors import StoreError
from dartd.runtime.retention import DAY_S, OLD_AT_ONCE, Ages, Retention, prune_periodically
from dartd.store.images import Images, Kept
from tests.support.waiting import Waiting


async def test_old_pictures_go_and_new_ones_stay(tmp_path: Path, waiting: Waiting) -> None:
    """At each look what is older than allowed is removed, and what stays is counted."""
    for name, at_s in (("old", 0.0), ("new", 10 * DAY_S)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cam0-after.jpg").write_bytes(b"123")
        os.utime(tmp_path / name, (at_s, at_s))
    retention = Retention(Images(tmp_path), keep_days=5, keep_bytes=1000, ages=Ages(lambda: 11 * DAY_S))
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

        def prune(self, *, oldest_s: float, most_old: int, most_bytes: int, spare_bytes: int = 0) -> Kept:
            Broken.tries += 1
            if Broken.tries < 3:
                raise PermissionError("no")
            return super().prune(oldest_s=oldest_s, most_old=most_old, most_bytes=most_bytes, spare_bytes=spare_bytes)

    retention = Retention(Broken(tmp_path), keep_days=5, keep_bytes=1000, ages=Ages())
    task = asyncio.create_task(retention.run(period_s=0.01))
    await waiting.soon(lambda: Broken.tries >= 3, "three tries")
    alive = not task.done()
    task.cancel()
    await asyncio.wait([task])

    assert alive


def _picture(folder: Path, name: str, at_s: float, size_bytes: int = 1000) -> None:
    (folder / name).mkdir()
    (folder / name / "cam0-after.jpg").write_bytes(bytes(size_bytes))
    os.utime(folder / name, (at_s, at_s))


async def test_pictures_give_way_on_a_full_disk(tmp_path: Path, waiting: Waiting) -> None:
    """The oldest go at once, and no more of them than it takes."""

    class Full(Images):
        def free_bytes(self) -> int:
            used = sum(path.stat().st_size for path in self.folder.rglob("*.jpg"))
            return 10_000 - used

    for k in range(10):
        _picture(tmp_path, f"d{k}", float(k))
    retention = Retention(Full(tmp_path), keep_days=5, keep_bytes=1_000_000, keep_free_bytes=2500, ages=Ages(lambda: 10.0))
    task = asyncio.create_task(retention.run(shortage_period_s=0.01))
    await waiting.soon(lambda: retention.kept.throws == 7, "the oldest three are gone")
    task.cancel()
    await asyncio.wait([task])

    assert all((tmp_path / f"d{k}").exists() == (k >= 3) for k in range(10))


def test_a_clock_that_is_set_ahead_deletes_nothing(tmp_path: Path) -> None:
    """The age of pictures follows the time that passes; a clock that was wrong at the start costs no more than a few."""
    wall_s, now_s = [50 * DAY_S], [0.0]
    for k in range(300):
        _picture(tmp_path, f"d{k}", 49 * DAY_S)
    set_ahead = Retention(Images(tmp_path), keep_days=5, keep_bytes=10**9, ages=Ages(lambda: wall_s[0], lambda: now_s[0]))
    wall_s[0] += 365 * DAY_S
    after_jump = set_ahead.prune().throws
    wrong_at_start = Retention(Images(tmp_path), keep_days=5, keep_bytes=10**9, ages=Ages(lambda: wall_s[0], lambda: now_s[0]))

    assert after_jump == 300
    assert wrong_at_start.prune().throws == 300 - OLD_AT_ONCE


def test_pictures_without_an_age_are_limited_by_their_size(tmp_path: Path) -> None:
    """Those with a verdict: infinite days delete nothing, the size deletes the oldest."""
    for k in range(10):
        _picture(tmp_path, f"d{k}", float(k))

    def kept(keep_bytes: int) -> int:
        return Retention(Images(tmp_path), keep_days=math.inf, keep_bytes=keep_bytes, ages=Ages(lambda: 10**9)).prune().throws

    assert (kept(10**9), kept(4500)) == (10, 4)
    assert (tmp_path / "d9").exists()


async def test_events_are_pruned_by_the_same_age(waiting: Waiting) -> None:
    """Each run asks for what is older than configured; a store that refuses is asked again."""
    asked: list[float] = []

    class Refusing:
        async def prune(self, before_s: float) -> None:
            asked.append(before_s)
            if len(asked) == 1:
                raise StoreError("the disk is full")

    ages = Ages(lambda: 100 * DAY_S, lambda: 0.0)
    task = asyncio.create_task(prune_periodically(Refusing(), keep_days=90, ages=ages, period_s=0.01))
    await waiting.soon(lambda: len(asked) > 1, "a second run")
    task.cancel()
    await asyncio.wait([task])

    assert asked[:2] == [10 * DAY_S, 10 * DAY_S]
