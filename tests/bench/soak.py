"""Live through hours within minutes: scripted darts through the real daemon on fast clocks, under all its users, and what drifts.

python -m tests.bench.soak                        an hour at 20 times real time, three minutes
python -m tests.bench.soak --hours 8 --speed 30

The daemon is `dartd run` with its store, supervisor, a process per camera, hub, web server, webhooks, backups and sessions; only the clocks
run faster (tests/support/fast_daemon.py) and the cameras report a script. The time waits until a dart has been published, ten seconds at
most, so that other programs make the run longer and no dart late. Memory, descriptors and threads are sampled, and their drift is the slope
of a straight line through the samples after the warm-up. Latency is real time: from the message of the last camera to the first WebSocket
client. Exit status 1: a dart or a visit is missing or wrong, an event was lost, or something grows.
"""

import argparse
import asyncio
import datetime as dt
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import numpy as np

from tests.bench.api import cpu_s, percentile
from tests.support.daemon import RunningDaemon, free_port
from tests.support.fast_daemon import PACE
from tests.support.pace import Metronome, Pace
from tests.support.scripted_visits import CAMERAS, VISIT_S, Plan
from tests.support.traffic import delivered, running_traffic
from tests.support.waiting import Waiting

TOKEN: Final = "a-token-for-the-soak"  # noqa: S105  a test's
BEGIN_S: Final = 1000.0  # of media time until the first visit: the daemon and its users are there
GRACE_S: Final = 5.0  # of media time, from a picture to its event: more than every timeout of the board
PATIENCE_S: Final = 10.0  # of real time, until a dart counts as missing
SAMPLE_S: Final = 2.0
WARM_UP: Final = 0.3  # of the run: caches, pools and the ring of the hub fill
MEMORY_MB: Final = 2.0  # the bounds: a simulated hour
P99_RATIO: Final = 1.2


class Sample(NamedTuple):
    """What a leak would make grow, at a simulated hour: of the daemon, of its children, and of the store with its log."""

    at_h: float
    memory_mb: float
    children_mb: float
    descriptors: int
    threads: int
    store_mb: float
    journal_mb: float


class Observer:
    """Compares the darts and visits that a client receives with the script, and holds up the time for those that are due."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._due = 0  # the number of the dart that is to be published next
        self._held_s: float | None = None
        self.received_s: list[tuple[float, float]] = []  # media time of the picture, real time of the event
        self.darts: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self.visits: dict[str, tuple[str, ...]] = {}

    def watch(self, event: dict[str, Any], received_s: float) -> None:
        """Take an event in."""
        match event["event_type"]:
            case "dart_hit":
                settled_s = settled_at_s(event, self._plan.pace)
                self.darts[self._plan.number_at(settled_s)].append((event["visit_id"], event["score"]["label"]))
                self.received_s.append((settled_s, received_s))
                self._due = max(self._due, self._plan.index_at(settled_s) + 1)
            case "visit_completed" if not event["revised"]:
                self.visits[event["visit_id"]] = tuple(throw["label"] for throw in event["throws"])
            case _:
                pass

    def limit_s(self) -> float:
        """Return the media time that must not be passed before the dart that is due has been published, or was waited for long enough."""
        limit_s = self._plan.dart_s(self._due) + GRACE_S
        real_s = time.monotonic()
        if self._plan.pace.now_s() < limit_s:
            self._held_s = None
        elif self._held_s is None:
            self._held_s = real_s
        elif real_s - self._held_s > PATIENCE_S:
            self._due += 1
        return limit_s

    def wrong(self, count: int) -> list[str]:
        """Compare the first so many visits with the script."""
        found = []
        for number in range(count):
            thrown = tuple(dart.label for dart in self._plan.darts(number))
            darts = self.darts[number]
            published = [self.visits.get(visit_id) for visit_id in sorted({visit_id for visit_id, _ in darts})]
            if tuple(label for _, label in darts) != thrown or published != [thrown]:
                found.append(f"visit {number}: thrown {thrown}, darts {darts}, visits {published}")
        return found


def settled_at_s(event: dict[str, Any], pace: Pace) -> float:
    """Return the media time at which the pictures of a dart were still."""
    return pace.media_of_wall_s(dt.datetime.fromisoformat(event["timing"]["settled_at"]).timestamp())


def write_config(folder: Path, port: int, plan: Plan) -> Path:
    """Write a configuration for scripted cameras, without limits on requests; the times of cameras are those of the machine."""
    lines = [f'state_dir = "{folder / "state"}"', "[server]", 'host = "127.0.0.1"', f"port = {port}", "max_connections_per_address = 1000"]
    lines += ["[auth]", f'token = "{TOKEN}"', "[webhooks]", "allow_private = true", "[backup]", "every_hours = 1", "keep = 3"]
    lines += ["[ws]", "ring_bytes = 1000000", "[cache]", "max_mb = 1"]  # full within minutes
    lines += ["[limits]", *(f"{name} = 1000000" for name in ("default", "query", "metrics", "login", "corrections"))]
    lines += ["[board]", "settled_timeout_ms = 2000"]
    for k in range(CAMERAS):
        lines += ["[[cameras]]", f'id = "cam{k}"', f'url = "sim:?{plan.query}&camera={k}"', "fps = 20"]
    path = folder / "dartd.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process, 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0) / 1024


def sample(daemon: RunningDaemon, state: Path, at_h: float) -> Sample:
    """Take a sample."""
    pid = daemon.process.pid
    process = Path(f"/proc/{pid}")
    sizes = {path.name: path.stat().st_size / 1e6 for path in state.glob("dartd.db*")}
    return Sample(
        at_h=at_h,
        memory_mb=memory_mb(pid),
        children_mb=sum(map(memory_mb, daemon.children())),
        descriptors=len(list((process / "fd").iterdir())),
        threads=len(list((process / "task").iterdir())),
        store_mb=sizes.get("dartd.db", 0.0),
        journal_mb=sizes.get("dartd.db-wal", 0.0),
    )


def slope(samples: Sequence[Sample], name: str) -> float:
    """Return by how much a figure grows in a simulated hour, after the warm-up."""
    used = [each for each in samples if each.at_h >= samples[0].at_h + WARM_UP * (samples[-1].at_h - samples[0].at_h)]
    return float(np.polyfit([each.at_h for each in used], [getattr(each, name) for each in used], 1)[0])


def growing(samples: Sequence[Sample]) -> list[str]:
    """Name the figures that grow beyond their bounds."""
    bounds = {"memory_mb": MEMORY_MB, "children_mb": MEMORY_MB, "descriptors": 1.0, "threads": 1.0}
    return [name for name, bound in bounds.items() if slope(samples, name) > bound]


async def soak(hours: float, speed: float, folder: Path, seed: int) -> bool:
    """Run, print what was found, and return whether all is well."""
    pace = Pace.beginning(folder / "clock", speed)
    plan = Plan(pace, pace.zero_s + BEGIN_S, seed)
    port = free_port()
    observer, samples = Observer(plan), list[Sample]()
    count = int(hours * 3600 / VISIT_S)
    config = write_config(folder, port, plan)
    with (
        Metronome(pace, observer.limit_s) as metronome,
        RunningDaemon(config, port, module="tests.support.fast_daemon", environ={PACE: str(pace)}) as daemon,
    ):
        reading = asyncio.create_task(asyncio.to_thread(daemon.log_to, folder / "log"))
        await asyncio.to_thread(daemon.until_ready)
        async with running_traffic(port, TOKEN, observer.watch) as traffic:
            assert pace.now_s() < plan.first_s, "the daemon was not ready before the first visit"
            await Waiting().soon(lambda: pace.now_s() >= plan.first_s, "the first visit")
            began_cpu_s, began_s = cpu_s(daemon.process.pid), time.monotonic()
            until_s = plan.first_s + count * VISIT_S
            while (now_s := pace.now_s()) < until_s:
                samples.append(await asyncio.to_thread(sample, daemon, folder / "state", (now_s - plan.first_s) / 3600))
                await asyncio.sleep(min(SAMPLE_S, (until_s - now_s) / speed))
            took_s = time.monotonic() - began_s
            share = (cpu_s(daemon.process.pid) - began_cpu_s) / took_s
            missing = await delivered(traffic)
        daemon.process.terminate()
        await reading
        status = await asyncio.to_thread(daemon.process.wait)
    wrong = observer.wrong(count)
    print_table([1000 * (real_s - metronome.real_s(media_s)) for media_s, real_s in observer.received_s], samples)
    print(f"\n{hours:g} h at {count * VISIT_S / took_s:.0f} times real time (at most {speed:g}): {count} visits, "
        f"{sum(traffic.events.values())} events, "
          f"{sum(traffic.answers.values())} requests, {traffic.connections} connections; the daemon took {100 * share:.0f} % of a core; "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"visits missing or wrong: {len(wrong)}; events lost by a client: {len(traffic.jumps)}; deliveries missing: {len(missing)}; "
          f"exit status {status}")  # fmt: skip
    print("\n".join([*wrong[:10], *traffic.jumps[:10], *sorted(missing)[:3], *(f"{n} × {what}" for what, n in traffic.refused.items())]))
    grown = growing(samples)
    print(f"growing: {', '.join(grown) or 'nothing'}")
    return not (wrong or traffic.jumps or missing or grown or status)


def print_table(latencies: Sequence[float], samples: Sequence[Sample]) -> None:
    """Print what was at first, what in the end, and what an hour adds; latencies in milliseconds, in their order."""
    tenth = max(1, len(samples) // 10)
    print("| figure | first tenth | last tenth | an hour adds |\n|---|---|---|---|")
    for name in Sample._fields[1:]:
        values = [getattr(each, name) for each in samples]
        print(f"| {name} | {median(values[:tenth]):.1f} | {median(values[-tenth:]):.1f} | {slope(samples, name):+.2f} |")
    tenth = max(1, len(latencies) // 10)
    for name, share in (("latency p50 ms", 0.5), ("latency p99 ms", 0.99)):
        first, last = percentile(latencies[:tenth], share), percentile(latencies[-tenth:], share)
        print(f"| {name} | {first:.1f} | {last:.1f} | ratio {last / first:.2f}{' (more than 1.2)' if last > P99_RATIO * first else ''} |")


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1.0, help="simulated hours")
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep configuration, log and state in this folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        raise SystemExit(not asyncio.run(soak(asked.hours, asked.speed, kept, asked.seed)))


if __name__ == "__main__":
    main()
