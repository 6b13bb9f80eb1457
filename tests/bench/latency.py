"""From a dart that stands still to its event on the disk, in real time: `python -m tests.bench.latency [--darts 60] [--recording DIR]`.

Three cameras of 800x600 at 20 frames a second are played from a recording (made from the simulator when none is named) through the real
processes, pipes, board and journal. Printed is where the time goes, for each dart: the first still frame is taken, a second one agrees,
each camera has compared and sent its result, the results are gathered, fused and decided, and journalled.
"""

import argparse
import asyncio
import math
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dartd.config import Config
from dartd.deciders import build_board
from dartd.decision import Input, Step
from dartd.replay.playlist import Playlist
from dartd.replay.replay import Replay, ReplayedEvent
from dartd.runtime.pipeline import BoardDecider
from schemas.base import CameraId
from schemas.events import DartHit, JournalledEvent, Snapshot
from schemas.pipe.from_worker import Settled
from workers.sources.simulator.__main__ import record
from workers.sources.simulator.address import Address, parse_address
from workers.sources.simulator.script import Script

FPS, SIZE = 20.0, (800, 600)


class Timed(NamedTuple):
    """A dart's times, monotonic seconds; `settled_s` when each camera's Settled reached the board."""

    still_s: float
    settled_s: tuple[float, ...]
    step_s: float
    decided_s: float
    journalled_s: float


class TimedBoard:
    """The board, with a clock around each step."""

    def __init__(self, board: BoardDecider) -> None:
        self.name = board.name
        self._board = board
        self._settled_s: dict[CameraId, float] = {}
        self.steps: dict[str, tuple[float, tuple[float, ...], float, float]] = {}

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Decide, and note when."""
        began_s = time.monotonic()
        for item in inputs:
            if isinstance(item, Settled):
                self._settled_s[item.camera_id] = began_s
        step = self._board.step(inputs, now)
        ended_s = time.monotonic()
        for event in step.events:
            if isinstance(event, DartHit):
                still_s = step.settled_s[event.dart_id]
                settled_s = tuple(at_s for at_s in self._settled_s.values() if at_s >= still_s)
                self.steps[event.dart_id] = (still_s, settled_s, began_s, ended_s)
        return step

    def deadline(self) -> float | None:
        """Pass on what the board says."""
        return self._board.deadline()

    def snapshot(self) -> Snapshot:
        """Return the snapshot of the board."""
        return self._board.snapshot()

    def memory(self, epoch_s: float) -> bytes:
        """Return the memory of the board."""
        return self._board.memory(epoch_s)

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Restore the board."""
        self._board.restore(memory, events, now=now, epoch_s=epoch_s)


def measure(folder: Path) -> list[Timed]:
    """Play a recording in real time and time its darts."""
    boards: list[TimedBoard] = []
    timed: list[Timed] = []

    def build(config: Config, cameras: Sequence[CameraId]) -> TimedBoard:
        boards.append(TimedBoard(build_board(config, cameras)))
        return boards[-1]

    def on_event(replayed: ReplayedEvent) -> None:
        event = replayed.envelope.event
        if isinstance(event, DartHit):
            timed.append(Timed(*boards[0].steps[event.dart_id], time.monotonic()))

    config = Config(cameras=())
    asyncio.run(Replay(Playlist.load(folder), config, partial(build, config), on_event=on_event).run(realtime=True))
    return timed


def report(timed: Sequence[Timed]) -> None:
    """Print the shares of the time, in ms."""
    rows = {
        "still frame -> journalled": [t.journalled_s - t.still_s for t in timed],
        "  still frame -> first camera sent": [min(t.settled_s) - t.still_s for t in timed],
        "  first camera sent -> last sent": [max(t.settled_s) - min(t.settled_s) for t in timed],
        "  last sent -> window closes": [t.step_s - max(t.settled_s) for t in timed],
        "  fused and decided": [t.decided_s - t.step_s for t in timed],
        "  decided -> journalled and published": [t.journalled_s - t.decided_s for t in timed],
    }
    print(f"{len(timed)} darts, ms".ljust(40), "   p50    p95    max")
    for name, values in rows.items():
        ms = 1000 * np.array(values)
        print(f"{name:40} {np.median(ms):6.1f} {np.quantile(ms, 0.95):6.1f} {ms.max():6.1f}")
    print(f"a frame lasts {1000 / FPS:.0f} ms, and a second one must agree with the first still one")
    print(f"load {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")


def main() -> None:
    """Make a recording where none is named, play it, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--darts", type=int, default=60, help="of the recording that is made (three a visit)")
    parser.add_argument("--recording", type=Path, help="play this one instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dartd-latency-") as folder:
        if given.recording is None:
            story = Script(name="demo", seed=7)
            address: Address = parse_address("sim:?rig=1&seed=7&story=demo")
            record(Path(folder), address, story.lead_s + math.ceil(given.darts / 3) * story.length_s + 0.1, SIZE, FPS)
        report(measure(given.recording or Path(folder)))


if __name__ == "__main__":
    main()
