"""Inject the faults of a scenario into the daemon itself: its disk, its database, its clock."""

import asyncio
import contextlib
import logging
import resource
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import anyio
import msgspec

from dartd.figures import HostUsage
from dartd.store.backends import Location, lock_out
from schemas.base import CameraId
from schemas.faults import DAEMON_FAULTS, Scenario, ScriptedFault

_log = logging.getLogger(__name__)

LOCK_RETRY_S = 5.0  # how long the second connection waits for its lock


class FaultInjector:
    """Injects the faults of a scenario at their times; does nothing without a scenario.

    `wall` is the wall clock, which a fault may change. A full disk is simulated by a limit on what this process may write
    (RLIMIT_FSIZE), a locked database by a second connection that locks it.
    """

    def __init__(self, scenario: Scenario | None, *, now: Callable[[], float] = time.monotonic) -> None:
        self._faults = () if scenario is None else scenario.faults
        self._now = now
        self._started_s = now()
        self._offset_s = 0.0
        self._is_full = False

    def wall(self) -> float:
        """Return the wall time in seconds since 1970, including the step of an active fault."""
        return time.time() + self._offset_s

    def host(self, usage: HostUsage) -> HostUsage:
        """Return the usage of the host; nothing of a disk is free while a fault has filled it."""
        return msgspec.structs.replace(usage, disk_free_bytes=0.0, disk_percent=100.0) if self._is_full else usage

    def start(self) -> None:
        """Count the times of the faults from now."""
        self._started_s = self._now()

    def of_camera(self, camera_id: CameraId) -> tuple[ScriptedFault, ...]:
        """Return the faults of a camera and its process, in media time."""
        return tuple(msgspec.structs.replace(f, at_s=self._started_s + f.at_s) for f in self._faults if f.concerns(camera_id))

    async def run(self, store: Location) -> None:
        """Inject the faults of the daemon with this store, and end each of them, also when cancelled."""
        faults = [fault for fault in self._faults if fault.kind in DAEMON_FAULTS]
        async with anyio.create_task_group() as tasks:
            for fault in faults:
                tasks.start_soon(self._inject, fault, store)

    async def _inject(self, fault: ScriptedFault, store: Location) -> None:
        await asyncio.sleep(max(0.0, self._started_s + fault.at_s - self._now()))
        _log.warning("injected fault: %s for %g s", fault.kind.replace("_", " "), fault.for_s)
        async with self._fault(fault, store):
            await asyncio.sleep(fault.for_s)
        _log.warning("injected fault: %s has ended", fault.kind.replace("_", " "))

    @asynccontextmanager
    async def _fault(self, fault: ScriptedFault, store: Location) -> AsyncIterator[None]:
        if fault.kind == "disk_full":
            self._is_full = True
            try:
                with _full_disk():
                    yield
            finally:
                self._is_full = False
        elif fault.kind == "database_locked":
            async with _locked_database(store):
                yield
        else:
            self._offset_s += fault.step_s
            try:
                yield
            finally:
                self._offset_s -= fault.step_s


@contextlib.contextmanager
def _full_disk() -> Iterator[None]:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))  # Python ignores the signal: each write fails instead
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@asynccontextmanager
async def _locked_database(store: Location) -> AsyncIterator[None]:
    unlock = await asyncio.to_thread(lock_out, store, LOCK_RETRY_S)
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await asyncio.to_thread(unlock)
