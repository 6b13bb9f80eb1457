"""Faults that are injected into the daemon: a real file that cannot be written, a real lock, a clock that jumps."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dartd.figures import HostUsage
from dartd.runtime.fault_injection import FaultInjector
from schemas.base import CameraId
from schemas.faults import DaemonFault, Scenario, ScriptedFault
from tests.support.waiting import Waiting

LONG_S = 60.0


def _injector(kind: DaemonFault, step_s: float = 0.0) -> FaultInjector:
    fault = ScriptedFault(kind=kind, at_s=0.0, for_s=LONG_S, step_s=step_s)
    return FaultInjector(Scenario(faults=(fault,)))


def _writes(store: Path) -> bool:
    try:
        with sqlite3.connect(store, timeout=0, isolation_level=None) as connection:
            connection.execute("INSERT INTO t VALUES (1)")
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return True


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a database that can be written."""
    path = tmp_path / "some.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    assert _writes(path)
    return path


@pytest.mark.parametrize("kind", ["disk_full", "database_locked"])
async def test_the_store_cannot_be_written_meanwhile(kind: DaemonFault, store: Path, waiting: Waiting) -> None:
    """Every write fails, and a full disk has no space; when it is over, or the daemon ends in the midst of it, all is as before."""
    injector, host = _injector(kind), HostUsage(disk_free_bytes=1e9, disk_percent=40.0)
    task = asyncio.create_task(injector.run(store))
    await waiting.soon(lambda: not _writes(store), "the fault")
    meanwhile = injector.host(host).disk_free_bytes
    task.cancel()
    await asyncio.wait([task])

    assert _writes(store)
    assert (meanwhile, injector.host(host)) == (0.0 if kind == "disk_full" else 1e9, host)


async def test_the_wall_clock_jumps_and_comes_back(store: Path, waiting: Waiting) -> None:
    """The fault moves the wall clock and nothing else."""
    injector = _injector("clock_step", step_s=-7200.0)
    off_s: Callable[[], float] = lambda: injector.wall() - time.time()  # noqa: E731 - asked several times
    before_s = off_s()
    task = asyncio.create_task(injector.run(store))
    await waiting.soon(lambda: abs(off_s() + 7200) < 1, "the step")
    task.cancel()
    await asyncio.wait([task])

    assert abs(before_s) < 1
    assert abs(off_s()) < 1


def test_cameras_get_their_own_faults_in_media_time() -> None:
    """Times must count from the start of the daemon, and the faults of other cameras must be left out."""
    clock = iter([100.0, 200.0])
    cam0, cam1 = CameraId("cam0"), CameraId("cam1")
    faults = (
        ScriptedFault(kind="black", at_s=5, camera=cam0),
        ScriptedFault(kind="crash", at_s=7, camera=cam1),
        ScriptedFault(kind="frozen", at_s=9),
        ScriptedFault(kind="disk_full", at_s=1),
    )
    injector = FaultInjector(Scenario(faults=faults), now=lambda: next(clock))
    injector.start()

    assert [(f.kind, f.at_s) for f in injector.of_camera(cam0)] == [("black", 205.0), ("frozen", 209.0)]
    assert [(f.kind, f.at_s) for f in injector.of_camera(cam1)] == [("crash", 207.0), ("frozen", 209.0)]
    assert FaultInjector(None).of_camera(cam0) == ()
