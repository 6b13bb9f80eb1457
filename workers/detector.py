"""One camera's eye: frames in, messages out. No clock, no I/O: the same frames give the same messages.

A still board costs a glance at a quarter-size picture. When something moves, an episode opens; when two frames agree again, the full
picture is laid over the stable reference and what differs is told: thin lines that may be darts, wide spots that may be hands, and how
much of each known dart is still there. Whatever settled becomes the new reference, unless it looks like a hand or the supervisor
disowns it.
"""

from dataclasses import dataclass

import cv2
import msgspec
import numpy as np

from schemas.geometry import Calibration
from schemas.pipe.from_worker import (
    Busy,
    Calibrated,
    CalibrationRefused,
    CameraFault,
    Counters,
    FromWorker,
    MotionDetected,
    SequenceStarted,
    Settled,
)
from schemas.pipe.to_worker import Calibrate, Configure, KnownDart, RenewReference, RevertReference, ToWorker, UpdateBoard, UseCalibration
from workers.vision.calibration import CalibrationRefusedError, calibrate, verify
from workers.vision.fitness import Fitness
from workers.vision.footing import FAR_MM, moved_mm
from workers.vision.frame import SMALL, Frame, Image
from workers.vision.look import HAND_MM, Look, look_at, width_mm
from workers.vision.motion import Glance
from workers.vision.motion import Motion as Glancer
from workers.vision.projection import Projection
from workers.vision.reference import Comparison
from workers.vision.region import region_of
from workers.vision.scene import FEWEST_CHANGED, Scene, Seen

CALIBRATION_FRAMES = 5
CALIBRATION_RETRY_S = 5.0
CALIBRATION_BUDGET_S = 60.0  # on a machine that is busy otherwise
KEPT_PX = 1.0  # a handed-over calibration that fits the picture this well is kept
SAME_PLACE_PX = 8.0  # between sequences: a camera that moved less is followed, more is calibrated anew
LOOK_AGAIN_S = 0.2  # while something large keeps moving
LARGE_SHARE = 0.04
BRIEF_S = 1.0  # a dart has flown, fallen and stopped shaking the board by then; who walks past takes longer
FLIGHT_S = 0.3  # a dart flies before it shakes the board, and falls off it then; a fly that walks looks long later
REFRESH_S = 20.0

STILL = Glance(moving=False, differs=False, share=0.0, streak=False, still=True)


@dataclass
class _Episode:
    """What moves now."""

    number: int
    started_s: float
    max_share: float = 0.0
    flight: bool = False
    hand: bool = False
    wide: bool = False
    still_since_s: float | None = None
    looked_s: float = 0.0
    look: Look | None = None  # what the first still picture shows, worked out before the next one says that it stands still


class Detector:
    """Turns the frames of one camera into what changed on the board."""

    def __init__(self, configure: Configure, empty: Image | None = None) -> None:
        """Watch for `configure`'s camera; `empty` is the empty board as a process before this one knew it under the same calibration."""
        self._known_empty = empty
        self._source = configure.source
        self._board = configure.board
        self._camera = configure.source.camera_id
        self._darts: tuple[KnownDart, ...] = configure.darts
        self._handed_over: Calibration | None = configure.calibration
        self._takeout = False
        self._scene: Scene | None = None
        self._fresh = False  # a sequence has begun, and its first picture is not taken yet
        self._glancer = Glancer(np.full((1, 1), 255, np.uint8))
        self._collected: list[Image] = []
        self._announced = False
        self._retry_s = -np.inf
        self._episode: _Episode | None = None
        self._episodes = 0
        self._sequence: str | None = None
        self._rereference: RenewReference | None = None
        self._refresh_s = np.inf
        self._lost = False  # the camera does not stand where it was calibrated
        self._fitness = Fitness()
        self._last_small: Image | None = None
        self._last_look: Look | None = None
        self._epoch = 0
        self.counters = Counters()

    @property
    def empty(self) -> tuple[Calibration, Image] | None:
        """Give the picture of the empty board, and the calibration under which it lies; None while there is none."""
        if self._scene is None or self._scene.empty is None:
            return None
        return self._scene.projection.calibration, self._scene.empty.picture

    @property
    def projection(self) -> Projection | None:
        """Give the way from the board to the picture; None while it is not known."""
        return None if self._scene is None else self._scene.projection

    def pictures(self, episode: int) -> Seen | None:
        """Give the pictures of a recent episode, laid over each other; None when they are not kept."""
        return None if self._scene is None else self._scene.pictures(episode)

    def reference_age_s(self, now_s: float) -> float:
        """Tell how old the picture is that new ones are compared with, in seconds; 0 when there is none."""
        return 0.0 if self._scene is None else max(0.0, now_s - self._scene.reference.taken_s)

    def reacquire(self) -> None:
        """Find the board again with the next pictures: the camera was away, and what happened meanwhile is judged as after a start."""
        if self._scene is None:
            return
        empty, handed_over = self._scene.empty, self._scene.projection.calibration
        self._known_empty = None if empty is None else empty.picture
        self._forget_place()
        self._handed_over = handed_over

    def handle(self, message: ToWorker) -> list[FromWorker]:
        """Take what the supervisor says."""
        match message:
            case UpdateBoard():
                self._darts, self._takeout = message.darts, message.takeout
                if self._scene is not None:
                    self._scene.take_darts(message.darts)
                self._look_again()
            case RevertReference() if self._scene is not None:
                self._scene.disown(message.episode)
                self._look_again()
            case RenewReference(empty=empty, after=after):
                late = empty and after is not None and self._scene is not None and self._scene.know_empty(after)
                self._rereference = None if late else message
            case Calibrate():
                self._forget_place()
            case UseCalibration():
                self._forget_place()
                self._handed_over, self._known_empty = message.calibration, None
        return []

    def step(self, frame: Frame) -> list[FromWorker]:
        """Take the next frame and give what it means.

        Raises:
            BadFrameError: the frame cannot be decoded.
        """
        out: list[FromWorker] = []
        if frame.sequence_id is not None and frame.sequence_id != self._sequence:
            out.append(self._start_sequence(frame))
        small = self._last_small
        if frame.held and small is not None:
            self._count(frames_held=1)
            glance = STILL
        else:
            small = frame.small_grey()
            if small.shape != self._glancer.shape:
                self._glancer = Glancer(np.full_like(small, 255))
            out += self._watch_fitness(frame, small)
            if self._fitness.blind:  # what a covered lens shows is no hand
                return out
            glance = self._glancer.look(small)
            self._last_small = small
        if self._scene is None:
            return out + self._find_board(frame, glance)
        if self._fresh:
            return out + self._follow_board(self._scene, frame, small)
        return out + self._follow_motion(self._scene, frame, small, glance)

    def _count(self, **more: int) -> None:
        counted = {name: getattr(self.counters, name) + n for name, n in more.items()}
        self.counters = msgspec.structs.replace(self.counters, **counted)

    # -- where the camera stands ------------------------------------------------------------------------------------------------------

    def _start_sequence(self, frame: Frame) -> FromWorker:
        """Forget the board that stood before; the calibration is kept as long as the picture has not moved."""
        self._sequence = frame.sequence_id
        self._darts, self._takeout, self._episode, self._rereference, self._last_small = (), False, None, None, None
        self._fresh = self._scene is not None
        self._collected.clear()
        self._announced, self._retry_s = False, -np.inf
        return SequenceStarted(camera_id=self._camera, t_s=frame.t_s, sequence_id=frame.sequence_id or "")

    def _forget_place(self) -> None:
        self._scene, self._handed_over, self._episode, self._last_look = None, None, None, None
        self._collected.clear()
        self._announced, self._retry_s = False, -np.inf

    def _keep_footing(self, scene: Scene, seen: Comparison, frame: Frame, *, calm: bool = True) -> list[FromWorker]:
        """Tell when the camera no longer stands where it was calibrated; once the board is empty and calm, look for it anew."""
        calibration = scene.projection.calibration
        off_mm = moved_mm(seen, frame.color(), scene.projection, self._board, scene.region.mm_per_px)
        told = self._tell_lost(frame.t_s, off_mm) if (off_mm > FAR_MM) != self._lost else []
        if self._lost and calm and not self._darts and not self._takeout:
            self._forget_place()
            self._handed_over = None if np.isfinite(off_mm) else calibration  # it may be hidden, and show itself where it was
        return told

    def _tell_lost(self, t_s: float, off_mm: float) -> list[FromWorker]:
        self._lost = off_mm > FAR_MM
        how = f"has moved by {off_mm:.1f} mm on the board since it was calibrated" if np.isfinite(off_mm) else "no longer sees the board"
        detail = f"the camera {how}; it calibrates anew when the board is empty" if self._lost else ""
        return [CameraFault(camera_id=self._camera, t_s=t_s, fault="uncalibrated", active=self._lost, detail=detail)]

    def _find_board(self, frame: Frame, glance: Glance) -> list[FromWorker]:
        """Calibrate from the first quiet pictures, or keep the calibration that was handed over."""
        recorded = self._sequence is not None
        if len(self._collected) < (1 if recorded else CALIBRATION_FRAMES):
            if frame.t_s < self._retry_s or glance.moving or (self._lost and self._darts):
                self._collected.clear()
                return []
            if self._handed_over is not None and self._fits(frame.color(), self._handed_over):
                return self._stand(self._handed_over, frame.color(), frame.t_s, kept=True)
            self._collected.append(frame.color())
            if not recorded:
                return []
        if not recorded and not self._announced:
            self._announced = True  # the calibration itself is the next frame's work
            return [Busy(camera_id=self._camera, t_s=frame.t_s, budget_s=CALIBRATION_BUDGET_S)]
        frames, self._collected, self._announced = self._collected, [], False
        try:
            calibration = calibrate(frames, self._board, self._camera, self._source.near_sector, frame.t_s, lens=self._source.lens)
        except CalibrationRefusedError as error:
            self._retry_s = frame.t_s + CALIBRATION_RETRY_S
            return [CalibrationRefused(camera_id=self._camera, t_s=frame.t_s, reason=error.reason)]
        self._epoch += 1
        still = frames[0] if len(frames) == 1 else np.median(np.stack(frames), axis=0).astype(np.uint8)
        return self._stand(msgspec.structs.replace(calibration, epoch=self._epoch), still, frame.t_s, kept=False)

    def _fits(self, picture: Image, calibration: Calibration) -> bool:
        if picture.shape[:2] != (calibration.height, calibration.width):
            return False
        return bool(self._darts) or verify(picture, calibration, self._board) < KEPT_PX

    def _stand(self, calibration: Calibration, picture: Image, t_s: float, *, kept: bool) -> list[FromWorker]:
        projection = Projection(calibration)
        region = region_of(projection, self._board, (picture.shape[0], picture.shape[1]))
        size = (picture.shape[1] // SMALL, picture.shape[0] // SMALL)
        mask = cv2.resize(region.volume, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
        self._glancer = Glancer(mask, region.mm_per_px * SMALL)
        if self._last_small is not None and self._last_small.shape == mask.shape:
            self._glancer.look(self._last_small)
        self._fresh, self._refresh_s = False, t_s + REFRESH_S
        told: list[FromWorker] = [Calibrated(camera_id=self._camera, t_s=t_s, calibration=calibration, kept=kept)]
        told += self._tell_lost(t_s, 0.0) if self._lost else []
        if kept and self._known_empty is not None and self._known_empty.shape == picture.shape:
            # what happened meanwhile is an episode like any other: the next picture settles it against the empty board
            self._scene = Scene(self._camera, projection, region, self._known_empty, t_s)
            self._scene.empty = self._scene.reference
            episode = self._open_episode(t_s)
            episode.still_since_s = t_s
            told.append(self._motion(episode, t_s, 0.0))
        else:
            self._scene = Scene(self._camera, projection, region, picture, t_s)
            if not self._darts:
                self._scene.empty = self._scene.reference
        self._scene.take_darts(self._darts)
        return told

    def _follow_board(self, scene: Scene, frame: Frame, small: Image) -> list[FromWorker]:
        """Take the first picture of a sequence as reference, laid over the picture of the calibration."""
        again = scene.begin_again(frame.color(), frame.t_s, SAME_PLACE_PX)
        if again is not None:
            self._scene, self._fresh, self._refresh_s = again, False, frame.t_s + REFRESH_S
            self._glancer.settle(small)
            return []
        self._forget_place()
        return self._find_board(frame, STILL)

    # -- what moves ---------------------------------------------------------------------------------------------------------------------

    def _follow_motion(self, scene: Scene, frame: Frame, small: Image, glance: Glance) -> list[FromWorker]:
        episode = self._episode
        opened: list[FromWorker] = []
        if episode is None:
            if not (glance.moving or glance.differs):
                return self._idle(scene, frame, small)
            episode = self._open_episode(frame.t_s)
            opened = [self._motion(episode, frame.t_s, glance.share)]
        episode.max_share = max(episode.max_share, glance.share)
        episode.flight = episode.flight or (glance.streak and frame.t_s - episode.started_s <= FLIGHT_S)
        if glance.moving:
            episode.still_since_s, episode.look = None, None
            return opened + self._look_at_large(scene, episode, frame, glance)
        if episode.still_since_s is None and not frame.held:
            episode.still_since_s, episode.look = frame.t_s, self._look(scene, frame)
            return opened
        return opened + self._settle(scene, episode, frame, small)

    def _look_again(self) -> None:
        """Drop what a still picture was found to show: it is to be compared with something else now."""
        if self._episode is not None:
            self._episode.look = None

    def _open_episode(self, t_s: float) -> _Episode:
        self._episodes += 1
        self._episode = _Episode(self._episodes, t_s, looked_s=t_s)
        return self._episode

    def _motion(self, episode: _Episode, t_s: float, share: float) -> FromWorker:
        return MotionDetected(camera_id=self._camera, t_s=t_s, episode=episode.number, hand=episode.hand, changed_share=share)

    def _look_at_large(self, scene: Scene, episode: _Episode, frame: Frame, glance: Glance) -> list[FromWorker]:
        """Look at a picture that keeps moving: a hand is told while it moves."""
        if episode.hand or glance.share < LARGE_SHARE or frame.t_s - episode.looked_s < LOOK_AGAIN_S:
            return []
        episode.looked_s = frame.t_s
        seen = scene.compare(frame.color())
        spots = scene.spots(seen)
        wide = bool(spots) and width_mm(spots[0], scene) > HAND_MM
        episode.hand, episode.wide = wide and episode.wide, wide  # twice: a dart that falls near a camera is wide but soon gone
        return [self._motion(episode, frame.t_s, glance.share)] if episode.hand else []

    def _idle(self, scene: Scene, frame: Frame, small: Image) -> list[FromWorker]:
        if self._rereference is not None:
            seen = scene.compare(frame.color())
            take = scene.adopt_empty if self._rereference.empty else scene.adopt
            take(seen, frame.t_s)
            self._rereference = None
            self._glancer.settle(small)
            return self._keep_footing(scene, seen, frame)
        if scene.unprepared:
            _ = scene.reference
        elif frame.t_s >= self._refresh_s and not frame.held:
            return self._refresh(scene, frame, small)
        return []

    def _refresh(self, scene: Scene, frame: Frame, small: Image) -> list[FromWorker]:
        """Follow slow light; find what came so faintly that no motion was seen."""
        self._refresh_s = frame.t_s + REFRESH_S
        seen = scene.compare(frame.color())
        if cv2.countNonZero(seen.difference.changed) < FEWEST_CHANGED:
            scene.adopt(seen, frame.t_s)
            return self._keep_footing(scene, seen, frame)
        episode = self._open_episode(frame.t_s)
        episode.still_since_s = frame.t_s
        return [self._motion(episode, frame.t_s, 0.0), *self._settle(scene, episode, frame, small)]

    def _settle(self, scene: Scene, episode: _Episode, frame: Frame, small: Image) -> list[FromWorker]:
        """Close an episode: say what differs from the reference now."""
        self._episode = None
        self._glancer.settle(small)
        look = episode.look if episode.look is not None else self._look(scene, frame)
        hand_left = self._last_look is not None and self._last_look.finding == "hand"
        self._last_look, seen = look, look.seen
        share = scene.face_share(seen)
        still_s = frame.t_s if episode.still_since_s is None else episode.still_since_s
        settled = Settled(
            camera_id=self._camera,
            t_s=still_s,
            episode=episode.number,
            started_s=episode.started_s,
            finding=look.finding,
            changed_share=share,
            max_share=max(episode.max_share, share),
            flight=episode.flight and still_s - episode.started_s <= BRIEF_S,
            empty_share=None if look.bare is None else scene.empty_share(look.bare),
            sightings=look.sightings,
            sightings_on_empty=look.disturbed,
            blobs=look.spots,
            blobs_on_empty=look.on_empty,
            presence=look.presence,
            evidence=look.evidence,
        )
        if look.finding != "hand":
            scene.remember(episode.number, seen)
            if self._rereference is not None and self._rereference.empty and not hand_left:
                scene.empty, self._rereference = scene.reference, RenewReference()  # what has moved since may be a dart that stays
            scene.adopt(seen, frame.t_s)
            self._refresh_s = frame.t_s + REFRESH_S
        looked_again = episode.still_since_s == episode.started_s  # no hand stands still for so long
        if look.finding == "hand" and not looked_again:
            return [settled]
        return [settled, *self._keep_footing(scene, seen, frame, calm=seen.alignment is None or look.finding != "dart")]

    def _look(self, scene: Scene, frame: Frame) -> Look:
        return look_at(scene, frame.color(), self._last_look, takeout=self._takeout)

    # -- what is wrong ------------------------------------------------------------------------------------------------------------------

    def _watch_fitness(self, frame: Frame, small: Image) -> list[FromWorker]:
        if self._sequence is not None:  # stills of a recording are as they are
            return []
        told = self._fitness.watch(frame.t_s, small, self._glancer.identical_frames)
        return [CameraFault(camera_id=self._camera, t_s=frame.t_s, fault=t.fault, active=t.active, detail=t.detail) for t in told]
