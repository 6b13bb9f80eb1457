"""The board: the decider of throws, visits and takeouts, in one pure step.

Messages of cameras, changes of their processes and commands of people are the inputs; events to journal and orders to cameras the
outcome. The same steps run live, in a replay and after a crash.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import get_args

from dartd.board.cameras import BLIND, GONE, CameraStates
from dartd.board.memory import BoardMemory, RememberedEvent
from dartd.board.throws import ThrowMachine, ThrowTimes
from dartd.board.visit import Visit
from dartd.decision import CameraAdded, CameraRemoved, Input, Order, Step, WorkerChange, WorkerSilence
from dartd.errors import CommandRefusedError
from dartd.fusion.observation import OngoingMotion
from dartd.fusion.observation_window import ObservationWindow
from dartd.fusion.rig_orientation import RigOrientation, rotated_to_sector, rotated_to_twenty
from schemas.base import BoardId, CameraId, DartId
from schemas.board import BoardSpec
from schemas.commands import CalibrateBoard, CorrectDart, OrientCamera, ResetBoard, SignOnPlayer, StartBoard, StopBoard, TakeCalibration
from schemas.events import (
    BoardEvent,
    BoardReset,
    DartCorrected,
    DartHit,
    DartUnscored,
    EntityDeleted,
    ExtraDart,
    JournalledEvent,
    PlayerErased,
    PlayerMerged,
    Snapshot,
    TakeoutFinished,
)
from schemas.pipe.from_worker import (
    Calibrated,
    CalibrationRefused,
    CameraFault,
    MotionDetected,
    OrientationUnknown,
    SequenceStarted,
    Settled,
    SourceOpened,
)
from schemas.pipe.to_worker import (
    AcceptPicture,
    Calibrate,
    KnownDart,
    RenewReference,
    RevertReference,
    StoreImages,
    UpdateBoard,
    UseCalibration,
)

REUNION_S = 8.0  # after a start all cameras that come are waited for, so that they judge together what happened meanwhile


class Board:
    """One dartboard with its cameras, its throw state machine and its visit. With `images` cameras are to keep the pictures of throws."""

    def __init__(self, board_id: BoardId, cameras: Sequence[CameraId], spec: BoardSpec, times: ThrowTimes, *, images: bool = False) -> None:
        self.board_id = board_id
        self._cameras = CameraStates(cameras)
        self._throws = ThrowMachine(times, board_id)
        self._window = ObservationWindow(spec, times.settled_timeout_ms / 1000)
        self._images = images
        self._sequence: str | None = None
        self._sent_board: tuple[tuple[KnownDart, ...], bool] = ((), False)
        self._orientation = RigOrientation()
        self._judged: dict[CameraId, int] = {}  # the last episode of each camera that counts already

    name = "board"

    def memory(self, epoch_s: float) -> bytes:
        """Return all that must survive a restart; `epoch_s` is the wall time of media time 0."""
        return self._throws.memory.dump(epoch_s)

    def restore(self, memory: bytes | None, events: Iterable[tuple[JournalledEvent, float]], *, now: float, epoch_s: float) -> None:
        """Take over a stored memory (None: a fresh one) and apply the events behind it, each with its media time.

        Raises:
            msgspec.DecodeError: the memory cannot be read; nothing was taken over.
        """
        remembered = BoardMemory(self.board_id)
        if memory is not None:
            remembered.load(memory, epoch_s)
        known = get_args(RememberedEvent)
        self._throws.restore(remembered, ((event, at_s) for event, at_s in events if isinstance(event, known)), now)
        self._window.hold_until(now + REUNION_S)
        self._sent_board = (self.known_darts(), self._throws.takeout)

    def known_darts(self) -> tuple[KnownDart, ...]:
        """Return the darts that the cameras can see, as camera processes need them."""
        return tuple(KnownDart(dart_id=d.dart_id, axis=d.axis, episodes=d.episodes) for d in self._throws.standing)

    def snapshot(self) -> Snapshot:
        """Return everything that a client needs to show the board now; the pipeline fills `last_seq`."""
        return Snapshot(
            board_id=self.board_id,
            last_seq=0,
            state=self._throws.state,
            status=self._throws.status,
            darts=tuple(d.on_board() for d in self._throws.darts),
            visit=self._throws.visit,
            player_id=self._throws.memory.player_id,
            cameras=self._cameras.snapshot(),
        )

    def correctable(self) -> tuple[tuple[Visit, ...], DartId]:
        """Return the visits that can be corrected, the shown one first, and the id of the next dart."""
        return self._throws.memory.visits, self._throws.memory.next_dart_id

    def deadline(self) -> float | None:
        """Return the earliest time at which `step` must be called without an input."""
        due = [t for t in (self._window.deadline(), self._window.hand_deadline(), self._throws.deadline()) if t is not None]
        return min(due) if due else None

    def step(self, inputs: Sequence[Input], now: float) -> Step:
        """Process the inputs in order, and the time; return events, orders and refused commands."""
        events: list[BoardEvent] = []
        orders: list[Order] = []
        refusals: dict[int, CommandRefusedError] = {}
        for index, item in enumerate(inputs):
            try:
                events += self._take(item, now, orders)
            except CommandRefusedError as error:
                refusals[index] = error
        hand_due_s = self._window.hand_deadline()
        if hand_due_s is not None and hand_due_s <= now and self._window.confirm_hand(now):
            events += self._throws.observe(OngoingMotion(at_s=now, hand=True), now)
        if not self._cameras.calibrating:
            self._window.release(now)
        events += self._orient(orders, now)
        if self._window_is_due(now):
            events += self._close_window(now, orders)
        events += self._throws.tick(now)
        self._order_what_changed(events, orders)
        return Step(events=tuple(events), orders=tuple(orders), refusals=refusals, settled_s=self._throws.take_settled())

    def _take(self, item: Input, now: float, orders: list[Order]) -> list[BoardEvent]:  # noqa: PLR0911, PLR0912, C901 - one case for each kind of input
        match item:
            case MotionDetected() | Settled() | SequenceStarted():
                return self._take_sight(item, now, orders)
            case Calibrated():
                return self._take_calibrated(item, now, orders)
            case OrientationUnknown():
                return self._take_unoriented(item, now)
            case CalibrationRefused():
                self._orientation.remove(item.camera_id)
                return self._cameras.refused(item.camera_id, item.reason) + self._set_status(now)
            case SourceOpened():
                return self._cameras.answer(item.camera_id) + self._set_status(now)
            case CameraFault():
                return self._take_fault(item, now)
            case WorkerChange() | WorkerSilence():
                return self._take_change(item, now)
            case CameraAdded():
                self._cameras.add(item.camera_id)
                return self._set_status(now)
            case CameraRemoved():
                self._window.remove_camera(item.camera_id)
                self._orientation.remove(item.camera_id)
                self._judged.pop(item.camera_id, None)
                return self._cameras.remove(item.camera_id) + self._set_status(now)
            case CalibrateBoard() | TakeCalibration() | OrientCamera():
                return self._calibrate(item, orders) + self._set_status(now)
            case ResetBoard() | StartBoard() | StopBoard() | CorrectDart() | SignOnPlayer():
                if isinstance(item, ResetBoard):
                    self._window.reset()
                return self._throws.command(item, now)
            case PlayerMerged() | PlayerErased() | EntityDeleted():
                return self._take_player_change(item, now)
            case DartCorrected():  # of a visit that is kept no more: its dart may have got the next id
                self._throws.memory.apply(item, now)
                return []
            case _:
                return []  # Heartbeat and Progress are the supervisor's

    def _take_player_change(self, item: PlayerMerged | PlayerErased | EntityDeleted, now: float) -> list[BoardEvent]:
        """Follow what became of the player who is signed on."""
        if isinstance(item, EntityDeleted):
            player_id, into = (item.entity_id if item.entity_type == "player" else None), None
        else:
            self._throws.memory.apply(item, now)
            player_id, into = item.player_id, (item.into_player_id if isinstance(item, PlayerMerged) else None)
        if player_id is None or player_id != self._throws.memory.player_id:
            return []
        return self._throws.command(SignOnPlayer(player_id=into, user_id=item.user_id), now)

    def _take_calibrated(self, item: Calibrated, now: float, orders: list[Order]) -> list[BoardEvent]:
        self._window.poses[item.camera_id] = item.calibration
        self._orientation.add_known(item.calibration, kept=item.kept)
        events = self._cameras.calibrated(item.calibration, kept=item.kept) + self._set_status(now)
        if self._cameras.saw_empty:
            events += self._throws.taken_unwatched(now)
        orders.append((item.camera_id, UpdateBoard(darts=self.known_darts(), takeout=self._throws.takeout)))
        return events

    def _take_unoriented(self, item: OrientationUnknown, now: float) -> list[BoardEvent]:
        self._window.remove_camera(item.camera_id)
        self._orientation.add_open(item)
        return self._cameras.unoriented(item.camera_id, item.reason) + self._set_status(now)

    def _orient(self, orders: list[Order], now: float) -> list[BoardEvent]:
        """Give the cameras the calibrations whose rotation the rig has decided, once no dart stands that they would report anew."""
        events: list[BoardEvent] = []
        if self._throws.darts:
            return events
        for camera_id, calibration in self._orientation.decide().items():
            events += self._cameras.hand_over(calibration) + self._set_status(now)
            orders.append((camera_id, UseCalibration(calibration=calibration)))
        return events

    def _orient_as_named(self, item: OrientCamera, orders: list[Order]) -> list[BoardEvent]:
        """Give a camera the calibration with the rotation that a person has said.

        Raises:
            CommandRefusedError: the rotation of the board is not open for it.
        """
        measured = self._orientation.calibration(item.camera_id)
        if measured is None:
            raise CommandRefusedError(f"{item.camera_id} does not wait for its orientation", camera_id=item.camera_id)
        pixel = item.twenty_px
        named = rotated_to_twenty(measured, *pixel) if pixel is not None else rotated_to_sector(measured, item.near_sector or 20)
        calibration = self._orientation.settle(item.camera_id, named)
        orders.append((item.camera_id, UseCalibration(calibration=calibration)))
        return self._cameras.hand_over(calibration)

    def _calibrate(self, item: CalibrateBoard | TakeCalibration | OrientCamera, orders: list[Order]) -> list[BoardEvent]:
        if self._throws.darts:
            message = "darts stand in the board: take them out, or reset the board, then calibrate"
            raise CommandRefusedError(message, darts=len(self._throws.darts))
        if isinstance(item, OrientCamera):
            return self._orient_as_named(item, orders)
        if isinstance(item, CalibrateBoard):
            events = self._cameras.recalibrate(item.camera_id)
            orders.append((item.camera_id, Calibrate()))
            return events
        events = self._cameras.hand_over(item.calibration)
        orders.append((item.calibration.camera_id, UseCalibration(calibration=item.calibration)))
        return events

    def _take_sight(self, item: MotionDetected | Settled | SequenceStarted, now: float, orders: list[Order]) -> list[BoardEvent]:
        if isinstance(item, SequenceStarted):
            if item.sequence_id == self._sequence:
                return []
            self._sequence = item.sequence_id
            self._window.reset()
            self._sent_board = ((), False)
            return self._throws.new_sequence(now)
        if isinstance(item, Settled):
            self._orientation.add_settled(item)
        if self._orientation.is_open(item.camera_id):
            return []
        events: list[BoardEvent] = []
        if self._window.has_settled(item.camera_id):
            again = self._window.withdraw(item.camera_id, now) if isinstance(item, MotionDetected) else None
            if again is None:
                events += self._close_window(now, orders)
            else:  # it is to see both together, with those who are on their way
                orders.append((item.camera_id, RevertReference(episode=again)))
        if isinstance(item, Settled):
            self._window.add_settled(item, now)
            if self._window_is_due(now):
                events += self._close_window(now, orders)
            return events
        first = not self._window.is_open
        self._window.add_motion(item)
        hand = self._window.confirm_hand(item.t_s)
        if first or hand:
            events += self._throws.observe(OngoingMotion(at_s=item.t_s, hand=hand), now)
        return events

    def _window_is_due(self, now: float) -> bool:
        due_s = self._window.deadline()
        return due_s is not None and due_s <= now

    def _close_window(self, now: float, orders: list[Order]) -> list[BoardEvent]:
        hands = self._window.hand_cameras()
        seen, episodes = self._window.close(self.known_darts(), now)
        self._judged |= episodes
        if seen.hand:
            orders.extend((camera_id, RevertReference(episode=episode)) for camera_id, episode in episodes.items())
        else:
            # a flight close to a camera is as wide as a hand: that camera goes on from this picture too
            orders.extend((camera_id, AcceptPicture(episode=episodes[camera_id])) for camera_id in hands if camera_id in episodes)
        events = self._throws.observe(seen, now)
        if self._images:
            orders.extend(_pictures_of(events, self.known_darts(), episodes))
        return events

    def _take_fault(self, fault: CameraFault, now: float) -> list[BoardEvent]:
        events = self._cameras.fault(fault)
        if fault.active and fault.fault in GONE:
            self._orientation.remove(fault.camera_id)
        if fault.active and fault.fault in BLIND:
            self._window.remove_camera(fault.camera_id)
        else:
            self._count_on(fault.camera_id)
        return events + self._set_status(now)

    def _count_on(self, camera_id: CameraId) -> None:
        """Count on a camera again, if it sees the board."""
        if camera_id in self._cameras.ready and (pose := self._cameras.calibration(camera_id)) is not None:
            self._window.poses[camera_id] = pose

    def _take_change(self, change: WorkerChange | WorkerSilence, now: float) -> list[BoardEvent]:
        if isinstance(change, WorkerSilence):
            (self._count_on if change.over else self._window.remove_camera)(change.camera_id)
            return []
        if change.state == "ready":
            return []  # its Hello and Calibrated say more
        self._window.remove_camera(change.camera_id)
        self._orientation.remove(change.camera_id)
        self._judged.pop(change.camera_id, None)  # another process counts its episodes anew
        return self._cameras.restart(change.camera_id, change.state, change.reason) + self._set_status(now)

    def _set_status(self, now: float) -> list[BoardEvent]:
        ready = bool(self._cameras.ready)
        calibrating = not ready and self._cameras.calibrating and not self._cameras.starting
        failed = not ready and not self._cameras.calibrating
        return self._throws.set_status(ready=ready, calibrating=calibrating, failed=failed, now=now)

    def _order_what_changed(self, events: Sequence[BoardEvent], orders: list[Order]) -> None:
        """Send the cameras which darts stand; an empty board is their new reference."""
        if any(isinstance(e, DartHit | ExtraDart | DartUnscored) for e in events):
            self._cameras.dart_landed()
        darts, takeout = self.known_darts(), self._throws.takeout
        ended = [e for e in events if isinstance(e, BoardReset | TakeoutFinished)]
        if ended and not darts:
            # after a reset, or with darts given up, things may stand in the board that are now part of it
            empty = isinstance(ended[-1], TakeoutFinished) and not ended[-1].count_remaining
            orders.extend((c.camera_id, RenewReference(empty=empty, after=self._judged.get(c.camera_id))) for c in self._cameras.snapshot())
        if (darts, takeout) != self._sent_board:
            orders.append((None, UpdateBoard(darts=darts, takeout=takeout)))
        self._sent_board = (darts, takeout)


def _pictures_of(events: Sequence[BoardEvent], standing: Sequence[KnownDart], episodes: Mapping[CameraId, int]) -> Iterator[Order]:
    """Order every camera that looked to keep its pictures of the published darts."""
    axes = {dart.dart_id: dart.axis for dart in standing}
    for event in events:
        if isinstance(event, DartHit | ExtraDart | DartUnscored):
            label = "?" if isinstance(event, DartUnscored) else event.score.label
            for camera_id, episode in episodes.items():
                yield camera_id, StoreImages(dart_id=event.dart_id, episode=episode, axis=axes.get(event.dart_id), label=label)
