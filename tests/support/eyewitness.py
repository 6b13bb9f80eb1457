"""What camera processes would say of darts, hands and takeouts at a board, as messages; the board is told them one by one."""

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


class Witnesses:
    """A board with cameras all around it. `now` is its clock; `said` are the events and `orders` what the cameras were told, so far."""

    def __init__(self, cameras: int = 3, times: ThrowTimes | None = None, *, ready: bool = True, images: bool = False) -> None:
        self.calibrations = rig(cameras)
        self.cameras = [c.camera_id for c in self.calibrations]
        self.board = Board(BoardId("main"), self.cameras, BoardSpec(), times or ThrowTimes(), images=images)
        self.now = 0.0
        self.said: list[JournalledEvent] = []
        self.orders: list[Order] = []
        self.episode = 0
        if ready:
            self.tell(*(SourceOpened(camera_id=c, pid=1, width=800, height=600) for c in self.cameras))
            self.tell(*(Calibrated(camera_id=c.camera_id, t_s=0.0, calibration=c) for c in self.calibrations))

    def tell(self, *inputs: Input) -> list[JournalledEvent]:
        """Tell the board something and keep what comes of it."""
        step = self.board.step(inputs, self.now)
        self.said += step.events
        self.orders += step.orders
        return list(step.events)

    def wait(self, seconds: float) -> list[JournalledEvent]:
        """Let time pass, with the limits that end in it."""
        told, end = list[JournalledEvent](), self.now + seconds
        calls = 0
        while (due := self.board.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            told += self.tell()
            calls += 1
            assert calls < 50, f"the board asks to be called at {due} again and again"
        self.now = end
        return told

    def moving(self, *cameras: CameraId, hand: bool = False) -> list[JournalledEvent]:
        """Let something move before these cameras, or all."""
        self.now += 0.1
        self.episode += 1
        return self.tell(*(self.motion_of(k, hand=hand) for k in self._numbers(cameras or None)))

    def motion_of(self, camera: int, *, hand: bool = False) -> MotionDetected:
        """Give what one camera says while something moves."""
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
        """Let the pictures of these cameras stand still, with new darts; `there` are the scores of known darts."""
        self.now += 0.3
        return self.tell(
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
        """Give what one camera says when its picture stands still."""
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
        """Let a hand take all darts."""
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
