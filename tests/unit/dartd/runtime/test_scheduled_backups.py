"""Backups at regular times, with a real store."""

import asyncio
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from dartd.config import Config, ImagesConfig
from dartd.runtime.scheduled_backups import FREE_BYTES, HOUR_S, ScheduledBackups
from dartd.store.database import Database
from tests.support.waiting import Waiting

_START_S = 1_700_000_000.0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """Make a store, and the folder of its backups, which has a file of another origin."""
    Database.open(tmp_path / "dartd.db").close()
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "dartd-mine.db").write_text("mine")
    return tmp_path / "backups"


def _backups(tmp_path: Path, wall: list[float], *, every_hours: float = 24, keep: int = 2) -> ScheduledBackups:
    return ScheduledBackups(tmp_path / "dartd.db", tmp_path / "backups", every_hours=every_hours, keep=keep, wall=lambda: wall[0])


def _names(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "backups").iterdir())


async def test_a_backup_is_made_when_it_is_due(tmp_path: Path, waiting: Waiting) -> None:
    """The first at once, the next after the period, the oldest beyond `keep` go; files of others stay."""
    wall = [_START_S]
    backups = _backups(tmp_path, wall)
    task = asyncio.create_task(backups.run(look_period_s=0.01))
    for count in (1, 2, 3):
        await waiting.soon(lambda count=count: backups.figures.done == count, "a backup")  # type: ignore[misc]  # the value of this round
        wall[0] += 24 * HOUR_S
    await waiting.soon(lambda: backups.figures.done == 4, "a backup")
    task.cancel()
    await asyncio.wait([task])

    assert _names(tmp_path) == ["dartd-20231116T221320Z.db", "dartd-20231117T221320Z.db", "dartd-mine.db"]
    assert (backups.figures.kept, backups.figures.last_at_s, backups.figures.failed) == (2, wall[0], 0)
    assert backups.problem is None


def test_a_clock_that_was_ahead_costs_no_backup(tmp_path: Path) -> None:
    """Backups from the future neither delay the next one nor push it out: they go first."""
    wall = [_START_S + 400 * 24 * HOUR_S]
    backups = _backups(tmp_path, wall)
    for _ in range(2):
        backups.back_up_now()
        wall[0] += 24 * HOUR_S
    wall[0] = _START_S
    made = [backups.back_up_now()]
    wall[0] += 24 * HOUR_S
    made.append(backups.back_up_now())

    assert _names(tmp_path) == [*(path.name for path in made if path is not None), "dartd-mine.db"]
    assert (backups.figures.kept, backups.figures.last_at_s) == (2, wall[0])


async def test_a_restart_makes_no_backup_before_its_time(tmp_path: Path, waiting: Waiting) -> None:
    """The time of the last one is known from its name; one from the future counts for nothing."""
    wall = [_START_S]
    await asyncio.to_thread(_backups(tmp_path, wall).back_up_now)
    wall[0] += 23 * HOUR_S
    again = _backups(tmp_path, wall)
    task = asyncio.create_task(again.run(look_period_s=0.01))
    await waiting.soon(lambda: again.figures.kept == 1, "a look")
    unchanged = again.figures.done
    wall[0] -= 48 * HOUR_S
    await waiting.soon(lambda: again.figures.done == 1, "a backup")
    task.cancel()
    await asyncio.wait([task])

    assert unchanged == 0


@pytest.mark.sqlite
def test_what_fails_is_a_problem_until_it_works(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A full disk and a store that is missing are named and counted; the next good backup ends it."""
    wall = [_START_S]
    backups = _backups(tmp_path, wall)
    (tmp_path / "dartd.db").rename(tmp_path / "away.db")
    missing = backups.back_up_now()
    problem = backups.problem
    (tmp_path / "away.db").rename(tmp_path / "dartd.db")
    good = backups.back_up_now()

    assert (missing, good) == (None, tmp_path / "backups" / "dartd-20231114T221320Z.db")
    assert "the last backup failed" in str(problem)
    assert "was not backed up" in caplog.text
    assert (backups.problem, backups.figures.failed, backups.figures.done) == (None, 1, 1)


def test_a_full_disk_keeps_its_space_for_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With too little space nothing is written, and the message says what to do."""

    class Usage(NamedTuple):
        free: int

    backups = _backups(tmp_path, [_START_S])
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(FREE_BYTES))

    assert backups.back_up_now() is None
    assert "make room, or set backup.directory to another disk" in str(backups.problem)
    assert _names(tmp_path) == ["dartd-mine.db"]


def test_images_do_not_give_way_to_backups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As much stays free as images must leave: the next look at them would delete the oldest otherwise."""

    class Usage(NamedTuple):
        free: int

    config = Config(state_dir=str(tmp_path), images=ImagesConfig(keep_free_mb=1000))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1_000_000_000))

    assert ScheduledBackups.of(config).back_up_now() is None


def test_a_backup_that_is_overdue_is_a_problem(tmp_path: Path) -> None:
    """Two periods without one are too long; where none are wanted there is no problem."""
    wall = [_START_S]
    backups, unwanted = _backups(tmp_path, wall), _backups(tmp_path, wall, every_hours=0)
    wall[0] += 49 * HOUR_S

    assert backups.problem == "no backup was made for 49 hours"
    assert unwanted.problem is None
