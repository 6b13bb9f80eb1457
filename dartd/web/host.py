"""CPU, memory, temperature and disk of the host, sampled periodically on a thread, so that no request waits for them."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import NoReturn

from schemas.base import Value

_INTERVAL_S = 5.0
_THERMAL = Path("/sys/class/thermal")


class HostSample(Value, frozen=True, kw_only=True):
    """Usage in percent (0 to 100), `temperature` of the hottest sensor in °C, free space of the state directory. None: not available."""

    cpu: float | None = None
    memory: float | None = None
    temperature: float | None = None
    disk: float | None = None
    disk_free_mb: float | None = None


class HostFigures:
    """Holds the latest sample; `run` updates it."""

    def __init__(self, state_path: Path) -> None:
        self._state_path = state_path
        self._busy: tuple[int, int] | None = None
        self.latest = HostSample()

    async def run(self) -> NoReturn:
        """Sample periodically."""
        while True:
            self.latest = await asyncio.to_thread(self.sample)
            await asyncio.sleep(_INTERVAL_S)

    def sample(self) -> HostSample:
        """Return a sample; blocks. The CPU usage is that since the last call."""
        disk, free_mb = _disk(self._state_path)
        return HostSample(cpu=self._cpu(), memory=_memory(), temperature=_temperature(), disk=disk, disk_free_mb=free_mb)

    def _cpu(self) -> float | None:
        try:
            ticks = [int(word) for word in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
        except (OSError, ValueError, IndexError):
            return None
        now = (sum(ticks) - ticks[3] - ticks[4], sum(ticks))
        before, self._busy = self._busy or (0, 0), now
        return round(100 * (now[0] - before[0]) / max(1, now[1] - before[1]), 1)


def _memory() -> float | None:
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
        total, available = (int(lines[key].split()[0]) for key in ("MemTotal", "MemAvailable"))
    except (OSError, ValueError, KeyError):
        return None
    return round(100 * (total - available) / total, 1)


def _temperature() -> float | None:
    found = []
    try:
        sensors = list(_THERMAL.glob("thermal_zone*/temp"))
    except OSError:  # for example without a free file descriptor
        return None
    for sensor in sensors:
        try:
            found.append(int(sensor.read_text(encoding="ascii")) / 1000)
        except (OSError, ValueError):
            continue
    return max(found, default=None)


def _disk(path: Path) -> tuple[float | None, float | None]:
    """Return the usage in percent, and the free megabytes."""
    try:
        while not path.exists() and path != path.parent:
            path = path.parent
        usage = shutil.disk_usage(os.fspath(path))
    except OSError:
        return None, None
    return round(100 * usage.used / usage.total, 1), round(usage.free / 1e6, 1)
