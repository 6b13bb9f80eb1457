"""Compare the hub with the pattern of a queue and a task per client, in one run: read the ratios.

python -m tests.bench.hub [--quick] [--only steady,burst,…] [--rounds 3]

Each server runs alone on one core, the clients and this program on the others. CPU is the server's own, read from /proc.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.crowd import Crowd
from tests.support.daemon import ROOT, free_port

HUB = "tests.bench.hub_server"
PATTERN = "tests.bench.queue_and_task_server"
EVENT_BYTES = 440  # with the envelope about 600 bytes on the wire
_PAGE_BYTES = 4096
_TICKS = os.sysconf("SC_CLK_TCK")


class Figures(NamedTuple):
    """What a measurement came to; CPU in seconds, times in milliseconds."""

    deliveries: int
    cpu_s: float
    p50_ms: float
    p99_ms: float
    late_ms: float
    whole: bool

    @property
    def us_per_delivery(self) -> float:
        """Return the server's CPU time for one delivery, in microseconds."""
        return self.cpu_s * 1e6 / max(1, self.deliveries)


class Server:
    """A server under load, as a process on the first core."""

    def __init__(self, module: str, *more: str, port: int | None = None) -> None:
        self.port = port or free_port()
        command = [sys.executable, "-m", module, "--port", str(self.port), *more]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        os.sched_setaffinity(self.process.pid, {0})

    def cpu_s(self) -> float:
        """Return the CPU seconds that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_kib(self, name: str = "VmRSS") -> int:
        """Return its resident memory, or the most it ever was (`VmHWM`)."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name))


@contextmanager
def crowd_at(module: str, count: int) -> Iterator[tuple[Server, Crowd]]:
    """Start a server with this many clients."""
    server = Server(module)
    try:
        crowd = crowd_of(server)
        crowd.join(count)
        crowd.listen(0.5)
        yield server, crowd
        crowd.close()
    finally:
        server.process.terminate()
        try:
            server.process.wait(5)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def steady(module: str, clients: int, per_second: float, seconds: float) -> Figures:
    """Publish evenly."""
    with crowd_at(module, clients) as (server, crowd):
        warm = crowd.play(per_second, 1.0, EVENT_BYTES)
        crowd.listen_until(lambda: crowd.events >= warm * len(crowd.members), 20)
        crowd.forget()
        before_s = server.cpu_s()
        count = crowd.play(per_second, seconds, EVENT_BYTES)
        return _figures(server, crowd, before_s, count)


def burst(module: str, clients: int, events: int) -> Figures:
    """Publish all at once."""
    with crowd_at(module, clients) as (server, crowd):
        crowd.play(50, 0.5, EVENT_BYTES)
        crowd.listen(0.5)
        crowd.forget()
        before_s = server.cpu_s()
        for _ in range(events):
            crowd.publish(EVENT_BYTES)
        return _figures(server, crowd, before_s, events)


def idle(module: str, clients: int) -> tuple[float, int, float]:
    """Connect clients that only wait; return KiB for each, how many are still there, and milliseconds until all received one event."""
    with crowd_at(module, 50) as (server, crowd):
        crowd.play(20, 1.0, EVENT_BYTES)
        before = server.memory_kib()
        crowd.join(clients)
        crowd.listen(2.0)
        each = (server.memory_kib() - before) / clients
        crowd.forget()
        began = time.monotonic()
        crowd.publish(EVENT_BYTES)
        crowd.listen_until(lambda: crowd.events >= len(crowd.members), 10)
        return each, crowd.events, (time.monotonic() - began) * 1000


def _figures(server: Server, crowd: Crowd, before_s: float, count: int) -> Figures:
    last_ns = time.monotonic_ns()
    wanted = count * len(crowd.members)
    crowd.listen_until(lambda: crowd.events >= wanted, 20)
    late_ms = max(0.0, (crowd.last_event_ns - last_ns) / 1e6)
    crowd.listen(0.2)
    cpu_s = server.cpu_s() - before_s
    latencies = sorted(crowd.latencies_ns) or [0]
    whole = crowd.events == wanted and not any(member.misses for member in crowd.members.values())
    if not whole:
        print(f"{crowd.events} of {wanted}, {sum(member.misses for member in crowd.members.values())} gaps")
    p99 = latencies[min(len(latencies) - 1, int(len(latencies) * 0.99))]
    return Figures(crowd.events, cpu_s, statistics.median(latencies) / 1e6, p99 / 1e6, late_ms, whole)


def bare_commit_ms(per_second: float, count: int) -> float:
    """Return the median milliseconds of making one page durable at this pace, without any of our code: no journalled event is faster."""
    took_ms = []
    with tempfile.TemporaryFile() as file:
        file.truncate(count * _PAGE_BYTES)
        os.fsync(file.fileno())
        for k in range(count):
            time.sleep(1 / per_second)
            began = time.monotonic()
            os.pwrite(file.fileno(), bytes(_PAGE_BYTES), k * _PAGE_BYTES)
            os.fdatasync(file.fileno())
            took_ms.append((time.monotonic() - began) * 1000)
    return statistics.median(took_ms)


def crowd_of(server: Server) -> Crowd:
    """Return a crowd of one, as soon as the server answers."""
    deadline = time.monotonic() + 20
    while True:
        crowd = Crowd(server.port)
        try:
            crowd.join(1)
        except OSError:
            if time.monotonic() > deadline or server.process.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            return crowd


def _line(name: str, who: str, figures: Figures) -> None:
    print(
        f"{name:24} {who:8} {figures.us_per_delivery:7.2f} µs/delivery {figures.deliveries / max(figures.cpu_s, 1e-9) / 1000:8.0f} k/CPU s"
        f"   p50 {figures.p50_ms:7.2f} ms  p99 {figures.p99_ms:7.2f} ms  last after {figures.late_ms:6.0f} ms"
        f"   {'all, in order' if figures.whole else 'NOT ALL'}",
        flush=True,
    )


def _compare(name: str, rounds: int, measure: object) -> None:
    """Print both servers in turn, and the median of the ratios."""
    assert callable(measure)
    ratios = []
    for _ in range(rounds):
        ours, theirs = measure(HUB), measure(PATTERN)
        _line(name, "hub", ours)
        _line(name, "pattern", theirs)
        ratios.append(ours.us_per_delivery / theirs.us_per_delivery)
    middle = statistics.median(ratios)
    print(
        f"{name:24} ratio    {middle:7.3f} of the pattern's CPU per delivery; {1 / middle:.1f} times its deliveries per CPU second\n",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="the hub under load")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--only", default="small,steady,burst,large,wide,idle")
    arguments = parser.parse_args()
    wanted, rounds, seconds = set(arguments.only.split(",")), arguments.rounds, arguments.seconds
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if (cores := os.sched_getaffinity(0) - {0}) and len(cores) >= 1:
        os.sched_setaffinity(0, cores)
    if "small" in wanted:
        _compare("50 clients @ 20/s", rounds, lambda module: steady(module, 50, 20, seconds))
        print(
            f"{'one page made durable':24} disk     p50 {bare_commit_ms(20, 100):7.2f} ms, part of each of the hub's figures\n", flush=True
        )
    if "steady" in wanted:
        _compare("500 clients @ 100/s", rounds, lambda module: steady(module, 500, 100, seconds))
    if "burst" in wanted:
        _compare("300 events, 500 clients", rounds, lambda module: burst(module, 500, 300))
    if "large" in wanted:
        _line("2 000 clients @ 100/s", "hub", steady(HUB, 2000, 100, seconds))
    if "wide" in wanted:
        _line("5 000 clients @ 20/s", "hub", steady(HUB, 5000, 20, seconds))
    if "idle" in wanted:
        for who, module in (("hub", HUB), ("pattern", PATTERN)):
            each, received, ms = idle(module, 9_900)
            print(
                f"9 900 more idle clients  {who:8} {each:5.1f} KiB each; {received} received one event, the last after {ms:.0f} ms",
                flush=True,
            )


if __name__ == "__main__":
    main()
