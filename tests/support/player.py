"""Plays simulated or recorded cameras through detectors and board in one process: the same steps as the daemon's, without pipes."""

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.decision import Step
from schemas.base import BoardId, CameraId
from schemas.board import BoardSpec, sector_at
from schemas.events import JournalledEvent
from schemas.pipe.from_worker import FromWorker, SequenceStarted, SourceOpened
from schemas.pipe.to_worker import Configure, SourceSpec
from workers.detector import Detector
from workers.sources import Source, open_source
from workers.sources.simulator import true_calibration
from workers.sources.simulator.rig import picture_size_of
from workers.vision.frame import BadFrameError, Frame
from workers.vision.projection import CameraProjection


class DecidedEvent(NamedTuple):
    """An event, the sequence in which it was decided, and when on its clock."""

    event: JournalledEvent
    sequence_id: str
    t_s: float


class Live:
    """A source whose frames are taken as live ones: detectors watch over the fitness of those alone."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.simulated = True
        self.open, self.next_s, self.close = source.open, source.next_s, source.close

    def read(self) -> Frame | None:
        """Return the next frame without its sequence."""
        frame = self._source.read()
        return None if frame is None else Frame(frame.t_s, pixels=frame.color())


def simulated(query: str, rig: int, *, fps: float = 20.0, cameras: Sequence[int] = (0, 1, 2), hint: bool = False) -> list[SourceSpec]:
    """Describe the cameras of a simulated board; with `hint` each knows the sector that it is nearest to."""
    specs = []
    width, height = picture_size_of(rig)
    for k in cameras:
        camera_id = CameraId(f"cam{k}")
        x_mm, y_mm, _ = CameraProjection(true_calibration(rig, k, 800, 600, camera_id)).center_mm
        near = sector_at(math.atan2(y_mm, x_mm)) if hint else None
        url = f"sim:?rig={rig}&{query}&camera={k}"
        specs.append(SourceSpec(camera_id=camera_id, url=url, width=width, height=height, fps=fps, near_sector=near))
    return specs


def play(
    specs: Sequence[SourceSpec],
    *,
    until_s: float = math.inf,
    watch: Callable[[FromWorker], None] | None = None,
    around: Callable[[SourceSpec, Source], Source] = lambda _spec, source: source,
    times: ThrowTimes | None = None,
) -> Iterator[DecidedEvent]:
    """Play the cameras in lockstep up to `until_s` of media time and yield the events; `watch` is called with each camera message.

    `around` may put something before a source; `times` are those of the board.
    """
    sources = {s.camera_id: around(s, open_source(s, lockstep=True, start_s=0.0)) for s in specs}
    detectors = {s.camera_id: Detector(Configure(source=s, lockstep=True)) for s in specs}
    board = Board(BoardId("main"), list(sources), BoardSpec(), times or ThrowTimes())
    sequence_id, began_s = "", 0.0

    def handled(step: Step, now: float) -> Iterator[DecidedEvent]:
        for camera_id, order in step.orders:
            for each in detectors if camera_id is None else (camera_id,):
                detectors[each].handle(order)
        yield from (DecidedEvent(event, sequence_id, now - began_s) for event in step.events)

    _open_all(sources)
    hellos = [SourceOpened(camera_id=s.camera_id, pid=0, width=s.width, height=s.height) for s in specs]
    yield from handled(board.step(hellos, 0.0), 0.0)
    while (due := [t for s in sources.values() if (t := s.next_s()) is not None]) and min(due) <= until_s:
        now = min(due)
        messages = [m for camera_id, source in sources.items() for m in _step(source, detectors[camera_id], now)]
        if watch is not None:
            for message in messages:
                watch(message)
        for started in (m for m in messages if isinstance(m, SequenceStarted)):
            sequence_id, began_s = started.sequence_id, started.t_s
        while (deadline := board.deadline()) is not None and deadline < now:
            yield from handled(board.step([], deadline), deadline)
        yield from handled(board.step(messages, now), now)


def _open_all(sources: Mapping[CameraId, Source]) -> None:
    for source in sources.values():
        source.open()


def _step(source: Source, detector: Detector, now: float) -> list[FromWorker]:
    """Process every frame of a camera up to `now`; a broken frame gives no message."""
    messages: list[FromWorker] = []
    while (next_s := source.next_s()) is not None and next_s <= now:
        frame = source.read()
        if frame is None:
            break
        with contextlib.suppress(BadFrameError):
            messages += detector.step(frame)
    return messages
