"""A daemon of three simulated cameras under a scenario of faults, and all that a client can observe of it."""

import asyncio
import math
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from schemas.faults import ScriptedFault
from tests.support.daemon import RunningDaemon, free_port
from tests.support.simulation import Listener, journal, public, standing, write_simulation
from tests.support.waiting import DEADLINE_S, Waiting
from workers.sources.simulator.script import Script
from workers.sources.simulator.truth import truth

SAMPLE_S = 0.2
SAME_DART_MM = 10.0
LATEST_MS = 90_000.0  # a dart may be published so late: a full disk holds it up


class HealthSample(NamedTuple):
    """What `/health` returned at a time (seconds since the scenario began); "down" while there was no answer."""

    at_s: float
    health: str
    reasons: tuple[str, ...]


class ReceivedEvent(NamedTuple):
    """An event, and when it was received (seconds since the scenario began)."""

    at_s: float
    event: dict[str, Any]


class LostDart(NamedTuple):
    """A dart that was thrown and never published, and when it landed (seconds since the scenario began)."""

    label: str
    at_s: float


class Darts(NamedTuple):
    """The darts of a sequence: how many were thrown and published, which hits were not thrown, which were published twice or not at all."""

    thrown: int
    published: int
    invented: list[str]
    twice: list[str]
    lost: list[LostDart]


class FaultRun:
    """Runs the daemon with the faults; `state` is the state directory of a board that is calibrated already."""

    def __init__(  # noqa: PLR0913 - a run has that many parameters
        self,
        folder: Path,
        faults: Sequence[ScriptedFault],
        *,
        state: Path,
        rig: int,
        seed: int = 7,
        first_s: float = 6.0,
        fps: float | None = None,
        environ: Mapping[str, str] | None = None,
        story: str = "demo",
    ) -> None:
        if not (folder / "state").exists():
            shutil.copytree(state, folder / "state")
        self.folder = folder
        self._environ = {"DARTD_LOG_LEVEL": "warning", "DARTD_IMAGES_KEEP_FREE_MB": "4", **(environ or {})}
        self.port = free_port()
        self.story = Script(name=story, seed=seed)
        self.config = write_simulation(folder, self.port, seed=seed, rig=rig, first_s=first_s, story=story)
        self.epoch_s = time.monotonic() + first_s - self.story.lead_s
        if fps is not None:
            self.config.write_text(self.config.read_text().replace("fps = 15", f"fps = {fps:g}"))
        self.scenario = write_scenario(folder / "faults.toml", faults)
        self.listener = Listener(self.port)
        self.waiting = Waiting()
        self.samples: list[HealthSample] = []
        self.began_s = math.nan
        self.log: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Start the daemon and wait until its cameras have answered."""
        self.start()
        self._tasks = [asyncio.create_task(self.listener.listen()), asyncio.create_task(self._watch())]
        await self.waiting.soon(lambda: not math.isnan(self.began_s), "an answer")
        await self.waiting.soon(lambda: self.samples and self.samples[-1].health == "healthy", "a healthy board")
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the daemon if it still runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await asyncio.to_thread(self.end)

    def start(self) -> None:
        """Start the daemon, also once more after its end."""
        options = ["--faults", str(self.scenario)]
        self.daemon = RunningDaemon(self.config, self.port, options=options, environ=self._environ)
        process = self.daemon.__enter__().process
        self._reader = threading.Thread(target=self._read_log, args=(process.stderr,), daemon=True)
        self._reader.start()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the daemon, if it still runs; return its status."""
        process = self.daemon.process
        process.send_signal(how)
        status = process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        return status

    def _read_log(self, lines: Iterable[str]) -> None:
        """Keep the lines as they come: a full pipe would hold up the log, and only the log."""
        for line in lines:
            self.log.append(line.rstrip())

    @property
    def now_s(self) -> float:
        """Return the seconds since the scenario began."""
        return time.monotonic() - self.began_s

    @property
    def received(self) -> list[ReceivedEvent]:
        """Return every event with its time."""
        return [ReceivedEvent(at_s - self.began_s, event) for at_s, event in zip(self.listener.times_s, self.listener.events, strict=True)]

    async def until_s(self, at_s: float) -> None:
        """Wait until a time of the scenario."""
        await asyncio.sleep(max(0.0, at_s - self.now_s))

    def first(self, condition: Callable[[dict[str, Any]], bool], after_s: float = 0.0) -> float | None:
        """Return when the first event of a kind was received; None when none was."""
        return next((h.at_s for h in self.received if h.at_s >= after_s and condition(h.event)), None)

    def unhealthy_s(self, after_s: float) -> tuple[float | None, float | None]:
        """Return when `/health` was first not healthy after a time, and from when on it stayed healthy; None for never."""
        later = [sample for sample in self.samples if sample.at_s >= after_s]
        began_s = next((sample.at_s for sample in later if sample.health != "healthy"), None)
        if began_s is None or later[-1].health != "healthy":
            return began_s, None
        last = max(sample.at_s for sample in later if sample.health != "healthy")
        return began_s, next(sample.at_s for sample in later if sample.at_s > last)

    def darts(self, until_s: float = math.inf) -> Darts:
        """Compare the published darts with the thrown ones until a time of the scenario."""
        now_ms = 1000 * (time.monotonic() - self.epoch_s)
        until_ms = min(now_ms, 1000 * (until_s + self.began_s - self.epoch_s))
        received = [
            (received_s - self.epoch_s, event) for received_s, event in zip(self.listener.times_s, self.listener.events, strict=True)
        ]
        return darts_of(happened(self.story, now_ms), received, until_ms, zero_s=self.began_s - self.epoch_s)

    def listing(self) -> list[str]:
        """List what happened and what was published, in the order of their times (seconds since the scenario began)."""
        actual = [
            (self._since_began_s(e), " happened", _line(e, e)) for e in happened(self.story, 1000 * (time.monotonic() - self.epoch_s))
        ]
        published = [(h.at_s, "published", _line(h.event, h.event.get("board_coordinates"))) for h in self.received]
        return [f"{at_s:8.2f} {kind} {line}" for at_s, kind, line in sorted([*actual, *published])]

    def _since_began_s(self, happened: dict[str, Any]) -> float:
        return float(happened["t_ms"]) / 1000 + self.epoch_s - self.began_s

    def broken_journal(self) -> list[str]:
        """Compare the journal with what was received, and with itself; return what is wrong."""
        written, received = journal(self.folder), self.listener.events
        wrong = [] if [e["seq"] for e in written] == list(range(1, len(written) + 1)) else ["the journal has a gap or a repeat"]
        wrong += [] if received == public(written)[: len(received)] else ["what was received is not what is written"]
        wrong += [] if len({e["event_id"] for e in written}) == len(written) else ["an id is there twice"]
        for snapshot in self.listener.snapshots:
            darts = [dart["dart_id"] for dart in snapshot["darts"]]
            if darts != (expected := standing(written[: snapshot["last_seq"]])):
                wrong.append(f"the snapshot at {snapshot['last_seq']} has {darts}, the journal {expected}")
        return wrong

    def figures(self) -> dict[str, int]:
        """Count what a leak would make grow: threads, open files and memory (KiB) of the daemon, and its processes."""
        process = Path(f"/proc/{self.daemon.process.pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        return {
            "threads": int(status["Threads"]),
            "files": len(list((process / "fd").iterdir())),
            "rss_kib": int(status["VmRSS"].split()[0]),
            "processes": len(self.daemon.cameras()),
        }

    async def _watch(self) -> None:
        while True:
            found = await asyncio.to_thread(self.daemon.get, "/health")
            now_s = time.monotonic()
            if found is not None and math.isnan(self.began_s):
                self.began_s = now_s - found["uptime_seconds"]
            if not math.isnan(self.began_s):
                answer = ("down", ()) if found is None else (found["health"], tuple(found["reasons"]))
                self.samples.append(HealthSample(now_s - self.began_s, *answer))
            await asyncio.sleep(SAMPLE_S)


def happened(story: Script, until_ms: float) -> list[dict[str, Any]]:
    """Return what happens in a script until a time, milliseconds since its epoch."""
    visits = truth(story, until_ms / 1000 + 2 * story.length_s)["sequences"][story.name]["visits"]
    return [e for visit in visits for e in visit["events"] if e["t_ms"] < until_ms]


def darts_of(
    actual: Iterable[dict[str, Any]], received: Iterable[tuple[float, dict[str, Any]]], until_ms: float, *, zero_s: float
) -> Darts:
    """Compare received events, each with its time (seconds since the epoch of the script), with what happened until a time.

    Times are returned as seconds since `zero_s`.
    """
    thrown = [e for e in actual if e["event"] in {"dart_hit", "extra_dart"}]
    published: dict[int, list[str]] = {}
    invented = []
    for received_s, event in received:
        if event["event_type"] not in {"dart_hit", "extra_dart"}:
            continue
        at, received_ms = event["board_coordinates"], 1000 * received_s
        lately = [k for k, e in enumerate(thrown) if received_ms - LATEST_MS < e["t_ms"] < received_ms]
        off_mm = {k: math.dist((thrown[k]["x_mm"], thrown[k]["y_mm"]), (at["x_mm"], at["y_mm"])) for k in lately}
        nearest = min(off_mm, key=lambda k: (off_mm[k] > SAME_DART_MM, k in published, off_mm[k]), default=None)
        if nearest is not None and off_mm[nearest] < SAME_DART_MM:
            published.setdefault(nearest, []).append(event["dart_id"])
        else:
            off = min(off_mm.values(), default=math.inf)
            unsure = f"{event['uncertainty_mm'] if 'uncertainty_mm' in event else event['fusion']['uncertainty_mm']:.1f} mm unsure"
            invented.append(f"{event['dart_id']} {event['score']['label']} {off:.0f} mm off, {unsure}, {received_s - zero_s:.1f} s")
    counted = [k for k, e in enumerate(thrown) if e["t_ms"] < until_ms]
    twice = [" ".join(ids) for ids in published.values() if len(ids) > 1]
    lost = [LostDart(thrown[k]["label"], thrown[k]["t_ms"] / 1000 - zero_s) for k in counted if k not in published]
    return Darts(len(counted), len(counted) - len(lost), invented, twice, lost)


def _line(event: dict[str, Any], at: dict[str, Any] | None) -> str:
    """Write an event in one line: its name, its position, and what else identifies it."""
    position = [f"({at['x_mm']:.0f}, {at['y_mm']:.0f})"] if at is not None and "x_mm" in at else []
    fusion = event.get("fusion") or {}
    names = ("dart_id", "label", "slot", "camera_id", "state", "reason", "removed_dart_ids", "count_remaining")
    more = [str(event[name]) for name in names if event.get(name) not in (None, "")]
    label = [event["score"]["label"]] if isinstance(event.get("score"), dict) and "label" in event["score"] else []
    return " ".join([event.get("event_type", event.get("event", "")), *label, *position, *more, *fusion.get("cameras_used", ())])


def write_scenario(path: Path, faults: Sequence[ScriptedFault]) -> Path:
    """Write faults as a scenario file."""
    lines = [] if faults else ["faults = []"]
    for fault in faults:
        lines += ["[[faults]]", f'kind = "{fault.kind}"', f"at_s = {fault.at_s:.3f}"]
        lines += [f'camera = "{fault.camera}"'] if fault.camera is not None else []
        lines += [f"{name} = {getattr(fault, name)}" for name in ("for_s", "fps", "gain", "step_s", "degrees", "blur_px", "lag_s")]
    path.write_text("\n".join(lines) + "\n")
    return path
