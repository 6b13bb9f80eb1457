"""A board with scripted cameras: their messages about darts, hands and takeouts are passed to the board one by one."""

from collections.abc import Sequence

from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.decision import Input, Order
from schemas.base import BoardId, CameraId, DartId
from schemas.board import BoardSpec
from schemas.events import JournalledEvent
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Calibrated, MotionDetected, Settled, SourceOpened
from schemas.pipe.sightings import Blob, DartPresence
from tests.support.sightings import rig, sighting_of

HAND = Blob(u=0.0, v=0.0, radius=0.15)  # 57 mm at 380 mm


class ScriptedCameras:
    """A board with cameras all around it. `now` is its clock; `events` and `orders` are those that the board has returned so far."""

    def __init__(self, cameras: int = 3, times: ThrowTimes | None = None, *, ready: bool = True, images: bool = False) -> None:
        self.calibrations = rig(cameras)
        self.cameras = [c.camera_id for c in self.calibrations]
        self.board = Board(BoardId("main"), self.cameras, BoardSpec(), times or ThrowTimes(), images=images)
        self.now = 0.0
        self.events: list[JournalledEvent] = []
        self.orders: list[Order] = []
        self.episode = 0
        if ready:
            self.step(*(SourceOpened(camera_id=c, pid=1, width=800, height=600) for c in self.cameras))
            self.step(*(Calibrated(camera_id=c.camera_id, t_s=0.0, calibration=c) for c in self.calibrations))

    def step(self, *inputs: Input) -> list[JournalledEvent]:
        """Pass inputs to the board; keep its events and orders, and return the events."""
        step = self.board.step(inputs, self.now)
        self.events += step.events
        self.orders += step.orders
        return list(step.events)

    def wait(self, seconds: float) -> list[JournalledEvent]:
        """Advance the clock, through the deadlines on the way."""
        events, end = list[JournalledEvent](), self.now + seconds
        calls = 0
        while (due := self.board.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            events += self.step()
            calls += 1
            assert calls < 50, f"the board asks to be called at {due} again and again"
        self.now = end
        return events

    def moving(self, *cameras: CameraId, hand: bool = False) -> list[JournalledEvent]:
        """Report motion from these cameras, or all."""
        self.now += 0.1
        self.episode += 1
        return self.step(*(self.motion_of(k, hand=hand) for k in self._numbers(cameras or None)))

    def motion_of(self, camera: int, *, hand: bool = False) -> MotionDetected:
        """Return the message of one camera while something moves."""
        return MotionDetected(camera_id=self.cameras[camera], t_s=self.now, episode=self.episode, hand=hand)

    def settled(
        self,
        *axes: Axis3,
        cameras: Sequence[CameraId] | None = None,
        hand: bool = False,
        there: dict[DartId, float] | None = None,
        empty: bool | None = None,
        flight: bool = True,
    ) -> list[JournalledEvent]:
        """Report still pictures from these cameras, with new darts; `there` are the scores of known darts."""
        self.now += 0.3
        return self.step(
            *(self.settled_of(k, *axes, hand=hand, there=there, empty=empty, flight=flight) for k in self._numbers(cameras)),
        )

    def settled_of(
        self,
        camera: int,
        *axes: Axis3,
        hand: bool = False,
        there: dict[DartId, float] | None = None,
        empty: bool | None = None,
        flight: bool = True,
    ) -> Settled:
        """Return the message of one camera when its picture stands still."""
        return Settled(
            camera_id=self.cameras[camera],
            t_s=self.now,
            episode=self.episode,
            started_s=self.now - 0.3,
            finding="hand" if hand else "dart" if axes else "nothing",
            flight=flight,
            max_share=0.03,
            empty_share=None if empty is None else 0.0 if empty else 0.05,
            sightings=tuple(sighting_of(self.calibrations[camera], axis) for axis in axes),
            blobs=(HAND,) if hand else (),
            presence=tuple(DartPresence(dart_id=d, score=score, weight=1.0) for d, score in (there or {}).items()),
        )

    def throw(self, *axes: Axis3) -> list[JournalledEvent]:
        """Throw darts that land together."""
        self.now += 1.0
        return [*self.moving(), *self.settled(*axes, there=dict.fromkeys(self.standing, 1.0)), *self.wait(0.2)]

    def take_all(self) -> list[JournalledEvent]:
        """Take all darts by a hand."""
        self.now += 1.0
        gone = dict.fromkeys(self.standing, 0.0)
        return [*self.moving(hand=True), *self.settled(there=gone, empty=True, flight=False), *self.wait(0.2)]

    @property
    def standing(self) -> tuple[DartId, ...]:
        """Name the darts that stand in the board."""
        return tuple(d.dart_id for d in self.board.known_darts())

    def _numbers(self, cameras: Sequence[CameraId] | None) -> list[int]:
        return [k for k, c in enumerate(self.cameras) if cameras is None or c in cameras]


def kinds(events: Sequence[JournalledEvent]) -> list[str]:
    """Name the kinds of events in order."""
    return [str(e.__struct_config__.tag) for e in events]
