"""The board: everything that is decided, in one pure step.

Messages of cameras, changes of their processes and commands of people come in; events to journal and orders to cameras go out. The same
steps run live, in a replay and after a crash.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dartd.board.cameras import BLIND, CameraStates
from dartd.board.inputs import Input, Order, Step, WorkerChange, WorkerSilence
from dartd.board.throws import ThrowMachine, ThrowTimes
from dartd.errors import CommandRefusedError
from dartd.fusion.observation import Moving
from dartd.fusion.observation_window import Rounds
from schemas.base import BoardId, CameraId
from schemas.board import BoardSpec
from schemas.commands import CalibrateBoard, CorrectDart, ResetBoard, StartBoard, StopBoard, TakeCalibration
from schemas.events import BoardReset, DartHit, DartUnscored, ExtraDart, JournalledEvent, Snapshot, TakeoutFinished
from schemas.pipe.from_worker import Calibrated, CalibrationRefused, CameraFault, MotionDetected, SequenceStarted, Settled, SourceOpened
from schemas.pipe.to_worker import Calibrate, KnownDart, RenewReference, RevertReference, StoreImages, UpdateBoard, UseCalibration

REUNION_S = 8.0  # after a start all cameras that come are waited for, so that they judge together what happened meanwhile


class Board:
    """One dartboard with its cameras, its throw state machine and its visit. With `images` cameras are to keep the pictures of throws."""

    def __init__(self, board_id: BoardId, cameras: Sequence[CameraId], spec: BoardSpec, times: ThrowTimes, *, images: bool = False) -> None:
        self.board_id = board_id
        self._cameras = CameraStates(cameras)
        self._throws = ThrowMachine(times)
        self._rounds = Rounds(spec, times.settled_timeout_ms / 1000)
        self._images = images
        self._sequence: str | None = None
        self._told: tuple[tuple[KnownDart, ...], bool] = ((), False)
        self._judged: dict[CameraId, int] = {}  # the last episode of each camera that counts already

    def restore(self, events: Iterable[tuple[JournalledEvent, float]], now: float) -> None:
        """Bring back darts, visit and state from the journalled events and their times."""
        self._throws.restore(events, now)
        self._rounds.hold(now + REUNION_S)
        self._told = (self.known_darts(), self._throws.takeout)

    def known_darts(self) -> tuple[KnownDart, ...]:
        """Name the darts that stand, as the cameras must know them."""
        return tuple(KnownDart(dart_id=d.dart_id, axis=d.axis, episodes=d.episodes) for d in self._throws.darts)

    def snapshot(self) -> Snapshot:
        """Tell everything that a client needs to show the board now; `last_seq` is for the pipeline to fill."""
        return Snapshot(
            board_id=self.board_id,
            last_seq=0,
            state=self._throws.state,
            status=self._throws.status,
            darts=tuple(d.on_board() for d in self._throws.darts),
            visit=self._throws.visit,
            cameras=self._cameras.snapshot(),
        )

    def deadline(self) -> float | None:
        """Give the earliest time at which `step` must be called although nothing came."""
        due = [t for t in (self._rounds.deadline(), self._rounds.hand_due_s(), self._throws.deadline()) if t is not None]
        return min(due) if due else None

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Take what came, in order, and the time; give what is to be told, ordered and refused."""
        events: list[JournalledEvent] = []
        orders: list[Order] = []
        refusals: dict[int, CommandRefusedError] = {}
        for index, item in enumerate(inputs):
            try:
                events += self._take(item, now, orders)
            except CommandRefusedError as error:
                refusals[index] = error
        hand_due_s = self._rounds.hand_due_s()
        if hand_due_s is not None and hand_due_s <= now and self._rounds.sees_hand(now):
            events += self._throws.observe(Moving(at_s=now, hand=True), now)
        if not self._cameras.calibrating:
            self._rounds.release(now)
        if self._round_is_due(now):
            events += self._close_round(now, orders)
        events += self._throws.tick(now)
        self._order_what_changed(events, orders)
        return Step(events=tuple(events), orders=tuple(orders), refusals=refusals)

    def _take(self, item: Input, now: float, orders: list[Order]) -> list[JournalledEvent]:  # noqa: PLR0911 - one answer per kind of input
        match item:
            case MotionDetected() | Settled() | SequenceStarted():
                return self._take_sight(item, now, orders)
            case Calibrated():
                self._rounds.poses[item.camera_id] = item.calibration
                orders.append((item.camera_id, UpdateBoard(darts=self.known_darts(), takeout=self._throws.takeout)))
                return self._cameras.calibrated(item.calibration) + self._set_status(now)
            case CalibrationRefused():
                return self._cameras.refused(item.camera_id, item.reason) + self._set_status(now)
            case SourceOpened():
                return self._cameras.answer(item.camera_id) + self._set_status(now)
            case CameraFault():
                return self._take_fault(item, now)
            case WorkerChange() | WorkerSilence():
                return self._take_change(item, now)
            case CalibrateBoard() | TakeCalibration():
                return self._calibrate(item, orders) + self._set_status(now)
            case ResetBoard() | StartBoard() | StopBoard() | CorrectDart():
                if isinstance(item, ResetBoard):
                    self._rounds.forget()
                return self._throws.command(item, now)
            case _:
                return []  # Heartbeat and Progress are the supervisor's

    def _calibrate(self, item: CalibrateBoard | TakeCalibration, orders: list[Order]) -> list[JournalledEvent]:
        if isinstance(item, CalibrateBoard):
            orders.append((None, Calibrate()))
            return self._cameras.recalibrate()
        if self._throws.darts:
            raise CommandRefusedError("darts stand in the board: take them out first", darts=len(self._throws.darts))
        told = self._cameras.hand_over(item.calibration)
        orders.append((item.calibration.camera_id, UseCalibration(calibration=item.calibration)))
        return told

    def _take_sight(self, item: MotionDetected | Settled | SequenceStarted, now: float, orders: list[Order]) -> list[JournalledEvent]:
        if isinstance(item, SequenceStarted):
            if item.sequence_id == self._sequence:
                return []
            self._sequence = item.sequence_id
            self._rounds.forget()
            self._told = ((), False)
            return self._throws.new_sequence(now)
        events: list[JournalledEvent] = []
        if self._rounds.must_close_before(item.camera_id):
            again = self._rounds.take_back(item.camera_id, now) if isinstance(item, MotionDetected) else None
            if again is None:
                events += self._close_round(now, orders)
            else:  # it is to see both together, with those who are on their way
                orders.append((item.camera_id, RevertReference(episode=again)))
        if isinstance(item, Settled):
            self._rounds.settle(item, now)
            if self._round_is_due(now):
                events += self._close_round(now, orders)
            return events
        first = not self._rounds.open
        self._rounds.move(item)
        hand = self._rounds.sees_hand(item.t_s)
        if first or hand:
            events += self._throws.observe(Moving(at_s=item.t_s, hand=hand), now)
        return events

    def _round_is_due(self, now: float) -> bool:
        due_s = self._rounds.deadline()
        return due_s is not None and due_s <= now

    def _close_round(self, now: float, orders: list[Order]) -> list[JournalledEvent]:
        seen, episodes = self._rounds.close(self.known_darts(), now)
        self._judged |= episodes
        if seen.hand:
            orders.extend((camera_id, RevertReference(episode=episode)) for camera_id, episode in episodes.items())
        told = self._throws.observe(seen, now)
        if self._images:
            orders.extend(_pictures_of(told, self.known_darts(), episodes))
        return told

    def _take_fault(self, fault: CameraFault, now: float) -> list[JournalledEvent]:
        told = self._cameras.fault(fault)
        if fault.active and fault.fault in BLIND:
            self._rounds.lose(fault.camera_id)
        else:
            self._count_on(fault.camera_id)
        return told + self._set_status(now)

    def _count_on(self, camera_id: CameraId) -> None:
        """Count on a camera again, if it sees the board."""
        if camera_id in self._cameras.ready and (pose := self._cameras.calibration(camera_id)) is not None:
            self._rounds.poses[camera_id] = pose

    def _take_change(self, change: WorkerChange | WorkerSilence, now: float) -> list[JournalledEvent]:
        if isinstance(change, WorkerSilence):
            (self._count_on if change.over else self._rounds.lose)(change.camera_id)
            return []
        if change.state == "ready":
            return []  # its Hello and Calibrated say more
        self._rounds.lose(change.camera_id)
        self._judged.pop(change.camera_id, None)  # another process counts its episodes anew
        return self._cameras.restart(change.camera_id, change.state, change.reason) + self._set_status(now)

    def _set_status(self, now: float) -> list[JournalledEvent]:
        ready = bool(self._cameras.ready)
        calibrating = not ready and self._cameras.calibrating and not self._cameras.starting
        failed = not ready and not self._cameras.calibrating
        return self._throws.set_status(ready=ready, calibrating=calibrating, failed=failed, now=now)

    def _order_what_changed(self, events: Sequence[JournalledEvent], orders: list[Order]) -> None:
        """Tell the cameras which darts stand; an empty board is their new reference."""
        darts, takeout = self.known_darts(), self._throws.takeout
        ended = [e for e in events if isinstance(e, BoardReset | TakeoutFinished)]
        if ended and not darts:
            # after a reset, or with darts given up, things may stand in the board that are now part of it
            empty = isinstance(ended[-1], TakeoutFinished) and not ended[-1].count_remaining
            orders.extend((c.camera_id, RenewReference(empty=empty, after=self._judged.get(c.camera_id))) for c in self._cameras.snapshot())
        if (darts, takeout) != self._told:
            orders.append((None, UpdateBoard(darts=darts, takeout=takeout)))
        self._told = (darts, takeout)


def _pictures_of(told: Sequence[JournalledEvent], standing: Sequence[KnownDart], episodes: Mapping[CameraId, int]) -> Iterator[Order]:
    """Have every camera that looked keep its pictures of the darts that were told."""
    axes = {dart.dart_id: dart.axis for dart in standing}
    for event in told:
        if isinstance(event, DartHit | ExtraDart | DartUnscored):
            label = "?" if isinstance(event, DartUnscored) else event.score.label
            for camera_id, episode in episodes.items():
                yield camera_id, StoreImages(dart_id=event.dart_id, episode=episode, axis=axes.get(event.dart_id), label=label)
