"""Visits by a script without end, and the camera process that reports them instead of looking at a board."""

import os
import random
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Final, NamedTuple
from urllib.parse import parse_qs, quote

from schemas.base import DartId
from schemas.board import BoardSpec, bed_at
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import Calibrated, Counters, FromWorker, MotionDetected, Settled, SourceOpened, WorkerHeartbeat
from schemas.pipe.sightings import DartPresence
from schemas.pipe.to_worker import Configure, Stop, UpdateBoard
from tests.support.pace import Pace
from tests.support.sightings import rig, sighting_of
from workers.link import Link, LinkClosedError

CAMERAS: Final = 3
VISIT_S: Final = 28.0
DARTS_S: Final = (4.0, 10.0, 16.0)  # when they land, from the beginning of their visit
HAND_S: Final = 21.0
SETTLE_S: Final = 0.3  # from the first motion to a still picture
HEARTBEAT_S: Final = 1.0
APART_MM: Final = 25.0  # between two darts of a visit: their order and their beds are beyond doubt


class ScriptedDart(NamedTuple):
    """A dart, the bed that it lands in, and when its pictures are still, in media time."""

    axis: Axis3
    label: str
    settled_s: float


class Plan(NamedTuple):
    """What the cameras report: the first visit begins at `first_s`, media time, and the beds follow from the seed."""

    pace: Pace
    first_s: float
    seed: int

    @property
    def query(self) -> str:
        """Return it as the query of a camera's URL."""
        return f"pace={quote(str(self.pace))}&first={self.first_s!r}&seed={self.seed}"

    def darts(self, number: int) -> tuple[ScriptedDart, ...]:
        """Return the darts of a visit: each well within a bed, and well away from the others."""
        chance = random.Random(self.seed * 1_000_003 + number)
        axes: list[Axis3] = []
        while len(axes) < len(DARTS_S):
            x_mm, y_mm = chance.uniform(-120, 120), chance.uniform(-120, 120)
            beds = {bed_at(x_mm + dx, y_mm + dy, BoardSpec()).label for dx in (-4, 0, 4) for dy in (-4, 0, 4)}
            if len(beds) == 1 and all((each.x_mm - x_mm) ** 2 + (each.y_mm - y_mm) ** 2 > APART_MM**2 for each in axes):
                axes.append(Axis3(x_mm=x_mm, y_mm=y_mm, slope_x=chance.uniform(-0.1, 0.1), slope_y=chance.uniform(0.0, 0.2)))
        begin_s = self.first_s + number * VISIT_S
        labels = (bed_at(axis.x_mm, axis.y_mm, BoardSpec()).label for axis in axes)
        return tuple(ScriptedDart(axis, label, begin_s + at_s + SETTLE_S) for axis, label, at_s in zip(axes, labels, DARTS_S, strict=True))

    def dart_s(self, index: int) -> float:
        """Return when the pictures of a dart are still; darts are counted from 0 over all visits."""
        number, slot = divmod(index, len(DARTS_S))
        return self.first_s + number * VISIT_S + DARTS_S[slot] + SETTLE_S

    def index_at(self, media_s: float) -> int:
        """Return the index of the dart that was the last to land at a media time."""
        number = self.number_at(media_s)
        return len(DARTS_S) * number + sum(media_s >= self.first_s + number * VISIT_S + dart_s for dart_s in DARTS_S) - 1

    def number_at(self, media_s: float) -> int:
        """Return the number of the visit that is played at a media time, -1 before the first."""
        return int((media_s - self.first_s) // VISIT_S)


def play(connection: Connection) -> None:
    """Report the visits of the plan in the URL of the source, until the pipe is closed."""
    link = Link(connection)
    while True:
        link.wait(None)
        for message in link.receive():
            if isinstance(message, Configure):
                ScriptedCamera(link, message).run()
                return


class ScriptedCamera:
    """One camera: it knows the darts that the daemon says are in the board, and reports what the plan has next."""

    def __init__(self, link: Link, configure: Configure) -> None:
        given = {name: values[0] for name, values in parse_qs(configure.source.url.partition("?")[2]).items()}
        self._link = link
        self._source = configure.source
        self._known: list[DartId] = [dart.dart_id for dart in configure.darts]
        self._plan = Plan(Pace.read(given["pace"]), float(given["first"]), int(given["seed"]))
        self._calibration: Calibration = rig(CAMERAS)[int(given["camera"])]
        self._frames = 0
        self._heartbeat_at_s = 0.0

    def run(self) -> None:
        """Report until `Stop`, or until the pipe is closed."""
        now_s = self._now_s()
        opened = SourceOpened(camera_id=self._source.camera_id, pid=os.getpid(), width=800, height=600, simulated=True)
        try:
            self._link.send([opened, Calibrated(camera_id=self._source.camera_id, t_s=now_s, calibration=self._calibration)])
            for at_s, number, what in self._moments(now_s):
                if not self._wait_until(at_s):
                    return
                self._link.send([self._message(at_s, number, what)])
        except LinkClosedError:
            return

    def _moments(self, from_s: float) -> Iterator[tuple[float, int, str]]:
        number = max(0, self._plan.number_at(from_s) + 1)
        while True:
            begin_s = self._plan.first_s + number * VISIT_S
            for slot, dart_s in enumerate(DARTS_S):
                yield begin_s + dart_s, number, "motion"
                yield begin_s + dart_s + SETTLE_S, number, f"dart {slot}"
            yield begin_s + HAND_S, number, "hand"
            yield begin_s + HAND_S + SETTLE_S, number, "empty"
            number += 1

    def _wait_until(self, at_s: float) -> bool:
        """Send heartbeats and receive orders until a media time; return False when the process is to stop."""
        while (now_s := self._now_s()) < at_s:
            until_s = min(at_s, self._heartbeat_at_s)
            self._link.wait((until_s - now_s) / self._plan.pace.speed)
            for message in self._link.receive():
                if isinstance(message, Stop):
                    return False
                if isinstance(message, UpdateBoard):
                    self._known = [dart.dart_id for dart in message.darts]
            if self._now_s() >= self._heartbeat_at_s:
                self._beat()
        return True

    def _beat(self) -> None:
        now_s = self._now_s()
        self._frames += 20
        self._heartbeat_at_s = now_s + HEARTBEAT_S
        counters = Counters(frames_read=self._frames)
        self._link.send([WorkerHeartbeat(camera_id=self._source.camera_id, t_s=now_s, fps=20.0, counters=counters)])

    def _message(self, at_s: float, number: int, what: str) -> FromWorker:
        camera_id = self._source.camera_id
        begin_s = self._plan.first_s + number * VISIT_S
        episode = (len(DARTS_S) + 1) * number + 1 + sum(at_s > begin_s + dart_s + SETTLE_S for dart_s in DARTS_S)
        if what in {"motion", "hand"}:
            return MotionDetected(camera_id=camera_id, t_s=at_s, episode=episode, hand=what == "hand")
        share = 0.0 if what == "empty" else 1.0
        darts = () if what == "empty" else (self._plan.darts(number)[int(what.split()[1])],)
        return Settled(
            camera_id=camera_id,
            t_s=at_s,
            episode=episode,
            started_s=at_s - SETTLE_S,
            finding="dart" if darts else "nothing",
            flight=bool(darts),
            max_share=0.03,
            empty_share=None if darts else 0.0,
            sightings=tuple(sighting_of(self._calibration, dart.axis) for dart in darts),
            presence=tuple(DartPresence(dart_id=dart_id, score=share, weight=1.0) for dart_id in self._known),
        )

    def _now_s(self) -> float:
        return self._plan.pace.now_s()
