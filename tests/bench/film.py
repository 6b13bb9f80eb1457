"""Live through an hour of simulated film at twice real time: every dart seen by cameras, under all users of a board, and what drifts.

python -m tests.bench.film                        an hour in half an hour
python -m tests.bench.film --hours 0.1 --rig 5

The daemon is `dartd run` with a process per simulated camera that sees its pictures as a real one does, on fast clocks
(tests/support/fast_camera.py). Exit status 1: a dart was missed, invented or published twice, an event was lost, or something grows.
"""

import argparse
import asyncio
import math
import os
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.bench.api import cpu_s
from tests.bench.soak import Sample, growing, print_table, sample, settled_at_s
from tests.support.daemon import RunningDaemon, free_port
from tests.support.fast_daemon import PACE, TARGET
from tests.support.fault_run import Darts, darts_of, happened
from tests.support.pace import Metronome, Pace
from tests.support.player import simulated
from tests.support.traffic import delivered, running_traffic
from workers.sources.simulator.script import Script

TOKEN: Final = "a-token-for-the-film"  # noqa: S105  a test's
FIRST_S: Final = 60.0  # of media time until the first dart: the daemon, its users and the calibration are there
LATE_S: Final = 5.0  # of media time: later than this after a dart, its event is late
STORY: Final = "mixed"  # visits of 19 s: a webhook gets a thousand events an hour
FPS: Final = 10.0  # at twice real time as many pictures a second as 20 are
SAMPLE_S: Final = 5.0


def write_config(folder: Path, port: int, rig: int, seed: int, epoch_s: float) -> Path:
    """Write a configuration for simulated cameras, without limits on requests."""
    lines = [f'state_dir = "{folder / "state"}"', "[server]", 'host = "127.0.0.1"', f"port = {port}", "max_connections_per_address = 1000"]
    lines += ["[auth]", f'token = "{TOKEN}"', "[webhooks]", "allow_private = true", "[backup]", "every_hours = 1", "keep = 3"]
    lines += ["[ws]", "ring_bytes = 1000000", "[cache]", "max_mb = 1"]  # full within minutes
    lines += ["[limits]", *(f"{name} = 1000000" for name in ("default", "query", "metrics", "login", "corrections"))]
    for spec in simulated(f"seed={seed}&story={STORY}&unusual=0&epoch={epoch_s:.3f}", rig, fps=FPS, hint=True):
        lines += ["[[cameras]]", f'id = "{spec.camera_id}"', f'url = "{spec.url}"', f"fps = {FPS:g}", f"near_sector = {spec.near_sector}"]
        lines += [f"width = {spec.width}", f"height = {spec.height}"]
    path = folder / "dartd.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


async def film(hours: float, speed: float, rig: int, seed: int, folder: Path) -> bool:
    """Play, print what was found, and return whether all is well."""
    pace, port = Pace.beginning(folder / "clock", speed), free_port()
    story = Script(name=STORY, seed=seed, unusual=0.0)
    epoch_s = pace.zero_s + FIRST_S - story.lead_s
    config, samples = write_config(folder, port, rig, seed, epoch_s), list[Sample]()
    received = list[tuple[float, dict[str, Any]]]()
    environ = {PACE: str(pace), TARGET: "tests.support.fast_camera:run", "DARTD_LOG_LEVEL": "warning"}
    with (
        Metronome(pace, lambda: math.inf),
        RunningDaemon(config, port, module="tests.support.fast_daemon", environ=environ) as daemon,
    ):
        reading = asyncio.create_task(asyncio.to_thread(daemon.log_to, folder / "log"))
        await asyncio.to_thread(daemon.until_ready)
        async with running_traffic(port, TOKEN, lambda event, _: received.append((pace.now_s() - epoch_s, event))) as traffic:
            began_s, began_cpu_s = time.monotonic(), cpu_s(daemon.process.pid)
            end_s = epoch_s + story.lead_s + hours * 3600
            while (now_s := pace.now_s()) < end_s:
                samples.append(await asyncio.to_thread(sample, daemon, folder / "state", (now_s - epoch_s) / 3600))
                await asyncio.sleep(min(SAMPLE_S, (end_s - now_s) / speed))
            took_s, used_s = time.monotonic() - began_s, cpu_s(daemon.process.pid) - began_cpu_s
            missing = await delivered(traffic)
        daemon.process.terminate()
        await reading
        status = await asyncio.to_thread(daemon.process.wait)
    until_ms = 1000 * (end_s - epoch_s - LATE_S)
    darts = darts_of(happened(story, 1000 * (pace.now_s() - epoch_s)), received, until_ms, zero_s=0.0)
    print_table(_latencies_ms(received, epoch_s, pace), samples)
    print(f"\n{hours:g} h of film at {hours * 3600 / took_s:.1f} times real time: {len(received)} events, {sum(traffic.answers.values())} "
          f"requests, {traffic.connections} connections; the daemon took {100 * used_s / took_s:.0f} % of a core, without its cameras; "
          f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
    grown = growing(samples)
    _print_lost(darts, traffic.jumps, missing, status)
    print(f"growing: {', '.join(grown) or 'nothing'}")
    return not (darts.lost or darts.invented or darts.twice or traffic.jumps or missing or grown or status)


def _latencies_ms(received: list[tuple[float, dict[str, Any]]], epoch_s: float, pace: Pace) -> list[float]:
    """Return how long after the still picture of a dart its event was received, in media time."""
    darts = [(at_s, event) for at_s, event in received if event["event_type"] == "dart_hit"]
    return [1000 * (at_s - (settled_at_s(event, pace) - epoch_s)) for at_s, event in darts]


def _print_lost(darts: Darts, jumps: list[str], missing: set[str], status: int) -> None:
    print(f"darts published {darts.published} of {darts.thrown}, invented {len(darts.invented)}, twice {len(darts.twice)}; "
          f"events lost by a client: {len(jumps)}; deliveries missing: {len(missing)}; exit status {status}")  # fmt: skip
    lost = [f"lost: {each.label} at {each.at_s:.1f} s" for each in darts.lost]
    print("\n".join([*lost, *darts.invented, *darts.twice, *jumps[:10], *sorted(missing)[:3]]))


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1.0, help="of film")
    parser.add_argument("--speed", type=float, default=2.0)
    parser.add_argument("--rig", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="keep configuration, log and state in this folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        raise SystemExit(not asyncio.run(film(asked.hours, asked.speed, asked.rig, asked.seed, kept)))


if __name__ == "__main__":
    main()
