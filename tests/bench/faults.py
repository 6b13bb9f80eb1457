"""Inject every fault and measure what is published, what goes on and how the daemon recovers.

python -m tests.bench.faults                      each fault alone, as the table of tests/README.md
python -m tests.bench.faults --only hang,black
python -m tests.bench.faults --mixtures 25 --seed 1   random mixtures one after the other in one daemon, with what must not happen counted
python -m tests.bench.faults --kills 20           kill -9 of a camera's process and of the daemon at random moments, then SIGTERM
python -m tests.bench.faults --tmpfs 60           a real disk of 24 MB, really full for a minute (needs root)

Three simulated cameras play; times are from the fault to what is published, and from its end to a healthy board. `--keep FOLDER`
keeps what was published and thrown, and the log.
"""

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import anyio

from schemas.base import CameraId
from schemas.faults import DAEMON_FAULTS, FRAME_FAULTS, PROCESS_FAULTS, ScriptedFault
from tests.support.daemon import is_running
from tests.support.fault_run import FaultRun
from tests.support.simulation import calibrate, journal, public

RIG = 8
FPS = 10.0  # three rendered cameras and everything else on two cores
AT_S = 12.0
FOR_S = {"frozen": 20.0, "slow": 30.0, "disk_full": 60.0}
SILENT = {"hang": 14.0, "half_message": 14.0}  # until the silence of a process is believed
LAND_S, BACK_S = 1.0, 3.0  # until a dart is judged; until a camera that is back has found the board and settled
SETTLE_S = 45.0
EVERY_S = 18.0  # a mixture: faults begin within five seconds, and a silent process is believed dead ten later
BOUND_S = 3.0  # back after a kill, and gone after SIGTERM
KINDS = (*sorted(FRAME_FAULTS), *sorted(PROCESS_FAULTS), *sorted(DAEMON_FAULTS))


async def alone(kind: str, state: Path) -> dict[str, str]:
    """Play one fault and return its row."""
    lasts_s = FOR_S.get(kind, 10.0) if kind not in PROCESS_FAULTS else 0.0
    camera = None if kind in DAEMON_FAULTS else CameraId("cam0")
    fault = ScriptedFault(kind=kind, at_s=AT_S, for_s=lasts_s, camera=camera)  # type: ignore[arg-type]  # one of them
    over_s = AT_S + lasts_s
    with tempfile.TemporaryDirectory() as folder:
        async with FaultRun(Path(folder), [fault], state=state, rig=RIG, fps=FPS) as run:
            await run.until_s(AT_S - 0.5)
            logged = len(run.log)
            await run.until_s(over_s + SILENT.get(kind, 1.0))
            try:
                await run.waiting.soon(lambda: _is_over(run, over_s), "a healthy board", timeout_s=SETTLE_S)
            except AssertionError:
                print(f"{kind}: not healthy {SETTLE_S:.0f} s after its end: {run.samples[-1]}", flush=True)
            await run.until_s(run.now_s + 14)  # a whole visit, to see that scoring goes on
            published_s = run.first(_reports(kind), AT_S)
            unhealthy_s, healthy_s = run.unhealthy_s(AT_S)
            hits_during = sum(AT_S <= h.at_s < over_s + SILENT.get(kind, 0.0) and h.event["event_type"] == "dart_hit" for h in run.received)
            hits_after = sum(h.at_s > (healthy_s or over_s) and h.event["event_type"] == "dart_hit" for h in run.received)
            reasons = next((sample.reasons for sample in run.samples if sample.at_s >= AT_S and sample.health != "healthy"), ())
            darts, wrong, lines = run.darts(run.now_s - 3), run.broken_journal(), len(run.log) - logged
    return {
        "fault": f"{kind} {lasts_s:g} s" if lasts_s else kind,
        "event after": _seconds(published_s, AT_S),
        "/health unhealthy after": _seconds(unhealthy_s, AT_S),
        "reason": reasons[0] if reasons else "",
        "healthy again": _seconds(healthy_s, over_s),
        "hits meanwhile": str(hits_during),
        "hits after": str(hits_after),
        "darts published": f"{darts.published} of {darts.thrown}"
        + (f", invented {darts.invented}, twice {darts.twice}" * bool(darts[2] or darts[3])),
        "log lines": str(lines),
        "journal": "; ".join(wrong) or "whole",
    }


def _is_over(run: FaultRun, over_s: float) -> bool:
    """Return whether the board has been healthy for two seconds, after the fault was over."""
    lately = [sample for sample in run.samples if sample.at_s > max(over_s, run.now_s - 2.0)]
    return len(lately) > 5 and all(sample.health == "healthy" for sample in lately)


def _reports(kind: str) -> Callable[[dict[str, Any]], bool]:
    def reports(event: dict[str, Any]) -> bool:
        if kind in DAEMON_FAULTS:
            return bool(event["event_type"] == "board_state_changed" and event["status"] == "error")
        return bool(event["event_type"] == "camera_state_changed" and event["camera_id"] == "cam0" and event["reason"])

    return reports


def _seconds(at_s: float | None, from_s: float) -> str:
    return "–" if at_s is None else f"{max(0.0, at_s - from_s):.1f} s"


async def mixtures(count: int, seed: int, state: Path, keep: Path | None) -> bool:
    """Play random mixtures in one daemon: two to four faults within five seconds, then the rest to come right."""
    chance = random.Random(seed)
    faults = []
    for k in range(count):
        begin_s = 10.0 + EVERY_S * k
        for kind in chance.sample(KINDS, chance.randint(2, 4)):
            camera = None if kind in DAEMON_FAULTS else CameraId(f"cam{chance.randrange(3)}")
            at_s, for_s, step_s = begin_s + chance.uniform(0, 5), chance.uniform(1, 5), chance.uniform(-7200, 7200)
            faults.append(ScriptedFault(kind=kind, at_s=at_s, for_s=for_s, camera=camera, step_s=step_s))  # type: ignore[arg-type]
    unwell = []
    with tempfile.TemporaryDirectory() as folder:
        async with FaultRun(Path(folder), faults, state=state, rig=RIG, fps=FPS) as run:
            before = run.figures()
            for k in range(count):
                await run.until_s(10.0 + EVERY_S * (k + 1) - 0.5)
                if all(sample.health != "healthy" for sample in run.samples if sample.at_s > run.now_s - 5):
                    struck = [f"{f.kind} {f.camera or ''}" for f in faults if 0 <= f.at_s - 10.0 - EVERY_S * k < EVERY_S]
                    unwell.append(f"mixture {k} ({', '.join(struck)}): {run.samples[-1].reasons}")
                    print(unwell[-1], flush=True)
            await run.waiting.soon(lambda: _is_over(run, 0.0), "a healthy board", timeout_s=SETTLE_S)
            after = run.figures()
            darts, wrong = run.darts(run.now_s - 3), run.broken_journal()
            played_s, lines, events = run.now_s, len(run.log), len(run.listener.events)
            status = await asyncio.to_thread(run.end)
            _keep(run, keep, f"mixtures-{seed}")
    print(f"{count} mixtures, seed {seed}, {len(faults)} faults in {played_s:.0f} s; load {os.getloadavg()[0]:.1f}")
    print(f"not healthy again before the next: {len(unwell)}; journal: {'; '.join(wrong) or 'whole'}; status at the end {status}")
    print(f"darts published {darts.published} of {darts.thrown}, invented {darts.invented}, twice {darts.twice}")
    for lost in darts.lost:
        print(f"lost: {lost.label} at {lost.at_s:.1f} s, when {seeing(faults, lost.at_s)} of 3 cameras could see it land")
    print(f"before {before}\nafter  {after}; {lines} lines of log at warning, {events} events")
    return not (wrong or darts.invented or darts.twice or status)


def seeing(faults: Sequence[ScriptedFault], at_s: float) -> int:
    """Count the cameras that no fault kept from seeing what landed at a time, nor within the second in which it is judged."""
    out = {f.camera for f in faults if f.kind not in {*DAEMON_FAULTS, "slow"} and f.at_s < at_s + LAND_S and at_s < f.at_s + _out_s(f)}
    return 3 - len(out)


def _out_s(fault: ScriptedFault) -> float:
    """Return for how long a fault keeps a camera from seeing."""
    if fault.kind in SILENT:
        return SILENT[fault.kind]
    return BACK_S if fault.kind in PROCESS_FAULTS else fault.for_s + BACK_S


async def kills(count: int, seed: int, state: Path, keep: Path | None) -> bool:
    """Kill camera processes, then the daemon, again and again at random moments; each must be back with the right state.

    Then the daemon is asked to end, again and again, and must be gone with all that it started.
    """
    chance = random.Random(seed)
    cameras, daemons_s, answers_s, ends_s = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        async with FaultRun(Path(folder), [], state=state, rig=RIG, fps=FPS) as run:
            for _ in range(count):
                await asyncio.sleep(chance.uniform(1, 4))
                cameras.append(await _after_kill(run, chance))
            mark = len(run.listener.events)
            for _ in range(count):
                await asyncio.sleep(chance.uniform(1, 6))
                killed_s = time.monotonic()
                run.end(signal.SIGKILL)
                snapshots, mark = len(run.listener.snapshots), len(run.listener.events)
                run.start()
                await run.waiting.soon(lambda n=snapshots: len(run.listener.snapshots) > n, "an answer")  # type: ignore[misc]
                answers_s.append(time.monotonic() - killed_s)
                await run.waiting.soon(lambda m=mark: _all_ready(run, m), "the cameras")  # type: ignore[misc]
                daemons_s.append(time.monotonic() - killed_s)
            mark = len(run.listener.events)
            await run.waiting.soon(lambda: run.listener.count("dart_hit") and _hits(run, mark) >= 3, "darts after the last kill")
            darts, wrong = run.darts(run.now_s - 3), run.broken_journal()
            for _ in range(max(1, count // 2)):
                await asyncio.sleep(chance.uniform(1, 4))
                ends_s.append(await _after_end(run))
                mark = len(run.listener.events)
                run.start()
                await run.waiting.soon(lambda m=mark: _all_ready(run, m), "the cameras")  # type: ignore[misc]
            status = await asyncio.to_thread(run.end)
            _keep(run, keep, f"kills-{seed}")
    for name, times in (
        ("camera process: its loss published", [each.lost_s for each in cameras]),
        ("camera process: another is there", [each.there_s for each in cameras]),
        ("camera process: it has a picture", [each.sees_s for each in cameras]),
        ("camera process: ready", [each.ready_s for each in cameras]),
        ("daemon answers", answers_s),
        ("daemon: all cameras ready", daemons_s),
        ("daemon: gone after SIGTERM, with every process", ends_s),
    ):
        late = sum(each > BOUND_S for each in times)
        print(
            f"{name}: median {statistics.median(times):.2f} s, longest {max(times):.2f} s, later than {BOUND_S:g} s: {late} of {len(times)}"
        )
    print(f"darts published {darts.published} of {darts.thrown}, invented {darts.invented}, twice {darts.twice}")
    print("lost: " + ", ".join(f"{lost.label} at {lost.at_s:.1f} s" for lost in darts.lost))
    print(f"journal: {'; '.join(wrong) or 'whole'}")
    print(f"status at the end {status}; load {os.getloadavg()[0]:.1f}")
    return not (wrong or darts.invented or darts.twice or status)


async def full_disk(lasts_s: float, state: Path) -> bool:
    """Fill a real disk to the last byte under the daemon's store, and free it again."""
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "state"
        disk.mkdir()
        await anyio.run_process(["/bin/mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)])
        try:
            shutil.copytree(state, disk, dirs_exist_ok=True)
            async with FaultRun(Path(folder), [], state=state, rig=RIG, fps=FPS) as run:
                await run.waiting.soon(lambda: run.listener.count("dart_hit") >= 2, "darts")
                full_s = run.now_s
                await asyncio.to_thread(_shrink_log, disk / "dartd.db")
                _fill(disk / "ballast")
                await run.until_s(full_s + lasts_s)
                meanwhile = [h for h in run.received if h.at_s > full_s]
                held = len(run.listener.events) - len(public(journal(Path(folder))))
                (disk / "ballast").unlink()
                freed_s = run.now_s
                await run.waiting.soon(lambda: _is_over(run, freed_s), "a healthy board", timeout_s=SETTLE_S)
                await run.until_s(run.now_s + 14)
                (unhealthy_s, healthy_s), darts, wrong = run.unhealthy_s(full_s), run.darts(run.now_s - 3), run.broken_journal()
                lost = [line.split("} ")[1] for line in await asyncio.to_thread(_metric, run.port, "dartd_camera_images_lost_total{")]
                log = [line for line in run.log if "WARN" in line or "ERROR" in line]
                status = await asyncio.to_thread(run.end)
        finally:
            await anyio.run_process(["/bin/umount", str(disk)])
    after, again = _seconds(unhealthy_s, full_s), _seconds(healthy_s, freed_s)
    print(f"full for {lasts_s:g} s: /health unhealthy after {after}, healthy again after {again}")
    print(f"events published while it was full: {len(meanwhile)}, more than written: {held}; journal: {'; '.join(wrong) or 'whole'}")
    print(f"darts published {darts.published} of {darts.thrown}, invented {darts.invented}, twice {darts.twice}; without pictures {lost}")
    print("\n".join(log), f"\nstatus at the end {status}; load {os.getloadavg()[0]:.1f}")
    return not (wrong or darts.invented or darts.twice or status or held)


def _shrink_log(store: Path) -> None:
    """Truncate the log of the database: with it the journal goes on for a long while."""
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as ballast:
        size = 1 << 20
        while size:
            try:
                ballast.write(b"x" * size)
            except OSError:
                size //= 2


def _metric(port: int, name: str) -> list[str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return [line for line in answer.read().decode().splitlines() if line.startswith(name)]


class Back(NamedTuple):
    """Seconds from the kill of a camera's process to the events of its states: lost, started, its first picture, ready."""

    lost_s: float
    there_s: float
    sees_s: float
    ready_s: float


async def _after_kill(run: FaultRun, chance: random.Random) -> Back:
    """Kill a camera's process and return the times of its recovery."""
    mark, killed_s = len(run.listener.events), time.monotonic()
    os.kill(chance.choice(run.daemon.cameras()), signal.SIGKILL)
    ready = lambda: any(_is_ready(event) for event in run.listener.events[mark:])  # noqa: E731 - asked again and again
    await run.waiting.soon(ready, "the camera")
    received = zip(run.listener.times_s[mark:], run.listener.events[mark:], strict=False)
    when = {event["state"]: at_s - killed_s for at_s, event in received if event["event_type"] == "camera_state_changed"}
    lost_s = when["offline"] if "offline" in when else when["error"]  # the sixth within a minute is an error
    return Back(lost_s, when["starting"], when["calibrating"], when["ready"])


async def _after_end(run: FaultRun) -> float:
    """Stop the daemon by SIGTERM, and return the seconds until it is gone with every process that it started."""
    processes, asked_s = run.daemon.children(), time.monotonic()
    await asyncio.to_thread(run.end)
    await run.waiting.soon(lambda: not any(map(is_running, processes)), "the end of every process")
    return time.monotonic() - asked_s


def _keep(run: FaultRun, folder: Path | None, name: str) -> None:
    """Keep what was published and thrown, and the log, to be studied."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        lines = [*run.listing(), *run.log]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


def _is_ready(event: dict[str, Any]) -> bool:
    return bool(event["event_type"] == "camera_state_changed" and event["state"] == "ready" and event["previous_state"] != "ready")


def _all_ready(run: FaultRun, mark: int) -> bool:
    return len({event["camera_id"] for event in run.listener.events[mark:] if _is_ready(event)}) == 3


def _hits(run: FaultRun, mark: int) -> int:
    return sum(event["event_type"] == "dart_hit" for event in run.listener.events[mark:])


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(KINDS), help="kinds of faults to play alone")
    parser.add_argument("--mixtures", type=int, default=0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--tmpfs", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        calibrate(Path(folder), RIG)
        state = Path(folder) / "state"
        if asked.mixtures:
            raise SystemExit(not asyncio.run(mixtures(asked.mixtures, asked.seed, state, asked.keep)))
        if asked.kills:
            raise SystemExit(not asyncio.run(kills(asked.kills, asked.seed, state, asked.keep)))
        if asked.tmpfs:
            raise SystemExit(not asyncio.run(full_disk(asked.tmpfs, state)))
        for number, kind in enumerate(asked.only.split(",")):
            row = asyncio.run(alone(kind, state))
            if not number:
                print("| " + " | ".join(row) + " |\n|" + "---|" * len(row), flush=True)
            print("| " + " | ".join(row.values()) + " |", flush=True)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
