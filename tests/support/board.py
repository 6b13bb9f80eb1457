"""A board that receives observations, and a transcript of its events, line by line."""

import math

import msgspec

from dartd.board.memory import BoardMemory
from dartd.board.throws import ThrowMachine, ThrowTimes
from dartd.fusion.observation import LocatedDart, Observation, OngoingMotion
from schemas.base import BoardId, CameraId, DartId
from schemas.board import SECTORS, Bed, BoardSpec, bed_at, parse_bed
from schemas.commands import CorrectDart, ResetBoard, SignOnPlayer, StartBoard, StopBoard
from schemas.events import (
    BoardEvent,
    BoardStateChanged,
    DartBounceOut,
    DartHit,
    DartRemoved,
    DartUnscored,
    ExtraDart,
    FalseTakeout,
    TakeoutFinished,
    TakeoutOverdue,
    TakeoutStarted,
    ThrowMiss,
    VisitCompleted,
)
from schemas.geometry import Axis3

_RADIUS_MM = {
    "bull": 2.0,
    "single_bull": 11.0,
    "inner_single": 60.0,
    "triple": 103.0,
    "outer_single": 135.0,
    "double": 166.0,
    "miss": 190.0,
}


def point_in(bed: Bed) -> tuple[float, float]:
    """Return a point in the middle of a bed."""
    angle_rad = math.pi / 2 - SECTORS.index(bed.sector or 20) * math.tau / 20
    radius_mm = _RADIUS_MM[bed.ring]
    return radius_mm * math.cos(angle_rad), radius_mm * math.sin(angle_rad)


def landing(label: str = "T20", *, settled_at_s: float = 0.0, episode: int = 1) -> LocatedDart:
    """Return a dart that sticks in the middle of a bed."""
    x_mm, y_mm = point_in(parse_bed(label))
    return LocatedDart(
        axis=Axis3(x_mm=x_mm, y_mm=y_mm, slope_x=0.05, slope_y=0.2),
        bed=bed_at(x_mm, y_mm, BoardSpec()),
        uncertainty_mm=0.7,
        wire_distance_mm=4.0,
        residual_mm=0.2,
        confidence=0.97,
        cameras_used=(CameraId("cam0"), CameraId("cam2")),
        num_cameras=3,
        episodes={CameraId("cam0"): episode},
        settled_at_s=settled_at_s,
    )


def line(event: BoardEvent) -> str:  # noqa: PLR0911 - one line for each kind of event
    """Write an event as one line of a transcript."""
    kind = str(event.__struct_config__.tag)
    match event:
        case DartHit():
            return f"{kind} {event.dart_number} {event.score.label}"
        case ExtraDart():
            return f"{kind} {event.score.label}"
        case DartUnscored() | ThrowMiss():
            return f"{kind} {event.dart_number} {event.reason}"
        case DartBounceOut():
            return f"{kind} {event.dart_id}"
        case DartRemoved():
            return f"{kind} {event.count_removed} of {event.count_removed + event.count_remaining}"
        case VisitCompleted():
            revised = " revised" if event.revised else ""
            return f"{kind} {event.total} {event.reason}{revised}"
        case TakeoutStarted() | FalseTakeout():
            return f"{kind} {event.darts_in_board}"
        case TakeoutFinished() | TakeoutOverdue():
            return f"{kind} {event.count_remaining}"
        case BoardStateChanged():
            return f"-> {event.state} ({event.status})" if event.state != event.previous_state else f"({event.status})"
        case _:
            return kind


class Scene:
    """One board and its sequence: `now` is its clock, `events` all that it returned, with their times."""

    def __init__(self, times: ThrowTimes | None = None, *, ready: bool = True) -> None:
        self.machine = ThrowMachine(times or ThrowTimes(), BoardId("main"))
        self.now = 0.0
        self.events: list[tuple[BoardEvent, float]] = []
        self._read = 0
        if ready:
            self._add(self.machine.set_status(ready=True, calibrating=False, now=self.now))
            self.read()

    def read(self) -> list[str]:
        """Return the transcript since the last reading."""
        lines = [line(event) for event, _ in self.events[self._read :]]
        self._read = len(self.events)
        return lines

    def wait(self, seconds: float) -> list[str]:
        """Advance the clock, through the deadlines on the way."""
        end = self.now + seconds
        while (due := self.machine.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self._add(self.machine.tick(self.now))
        self.now = end
        return self.read()

    def moving(self, *, hand: bool = False) -> list[str]:
        """Observe ongoing motion."""
        self._add(self.machine.observe(OngoingMotion(at_s=self.now, hand=hand), self.now))
        return self.read()

    def still(
        self,
        *labels: str,
        gone: tuple[str, ...] = (),
        moved: tuple[tuple[DartId, Axis3], ...] = (),
        hand: bool = False,
        unlocalised: bool = False,
        flight: bool = False,
        empty: bool | None = None,
        motion_s: float = 0.3,
        **more: bool,
    ) -> list[str]:
        """Observe still pictures, with darts of these labels new in the board; `more` are other fields of the observation."""
        seen = Observation(
            at_s=self.now,
            started_s=self.now - motion_s - 0.1,
            settled_s=self.now - 0.1,
            hand=hand,
            darts=tuple(landing(label, settled_at_s=self.now - 0.1) for label in labels),
            gone=tuple(DartId(dart_id) for dart_id in gone),
            moved=moved,
            unlocalised=unlocalised,
            flight=flight,
            max_motion=0.02,
            empty=empty,
        )
        self._add(self.machine.observe(msgspec.structs.replace(seen, **more), self.now))
        return self.read()

    def throw(self, *labels: str) -> list[str]:
        """Throw darts that land together, and let them settle."""
        self.now += 1.0
        lines = self.moving()
        self.now += 0.4
        return lines + self.still(*labels, flight=True)

    def fall(self, *dart_ids: str) -> list[str]:
        """Remove darts without a hand, and wait until it is certain that they fell."""
        return self.still(gone=dart_ids) + self.wait(self.machine.times.bounce_out_check_ms / 1000)

    def take_all(self) -> list[str]:
        """Take all darts by a hand."""
        self.now += 1.0
        lines = self.moving(hand=True)
        self.now += 2.0
        return lines + self.still(gone=self.standing, empty=True)

    def command(self, command: ResetBoard | StartBoard | StopBoard | CorrectDart | SignOnPlayer) -> list[str]:
        """Send a command."""
        self._add(self.machine.command(command, self.now))
        return self.read()

    def sequence(self) -> list[str]:
        """Go on with another sequence of a recording."""
        self._add(self.machine.new_sequence(self.now))
        return self.read()

    def cameras(self, *, ready: bool = True, calibrating: bool = False, failed: bool = False) -> list[str]:
        """Set the state of the cameras."""
        self._add(self.machine.set_status(ready=ready, calibrating=calibrating, now=self.now, failed=failed))
        return self.read()

    @property
    def standing(self) -> tuple[DartId, ...]:
        """Name the darts that stand in the board."""
        return tuple(dart.dart_id for dart in self.machine.darts)

    @property
    def labels(self) -> list[str]:
        """Name what the slots of the shown visit hold."""
        return [throw.label for throw in self.machine.visit.throws]

    def restored(self) -> ThrowMachine:
        """Return another machine that was restored from the events alone."""
        machine = ThrowMachine(self.machine.times, BoardId("main"))
        machine.restore(BoardMemory(BoardId("main")), self.events, self.now)
        return machine

    def _add(self, events: list[BoardEvent]) -> None:
        self.events += [(event, self.now) for event in events]
