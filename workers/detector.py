"""Turn the frames of one camera into messages about what changed on the board. No clock, no I/O: the same frames give the same messages.

While the board is still, a small picture is compared. A frame that moves or differs opens an episode. When two frames agree, the full
picture is registered with the reference and compared: straight objects that may be darts, blobs that may be hands, what is left of each
known dart. It becomes the reference, unless it shows a hand or the supervisor reverts it (table of states: `detector_state.py`).
"""

import cv2
import msgspec
import numpy as np

from schemas.geometry import Calibration
from schemas.pipe.from_worker import Busy, CalibrationRefused, CameraFault, Counters, FromWorker, SequenceStarted
from schemas.pipe.to_worker import (
    AcceptPicture,
    Calibrate,
    Configure,
    KnownDart,
    RenewReference,
    RevertReference,
    ToWorker,
    UpdateBoard,
    UseCalibration,
)
from workers.vision.analysis import HAND_MM, PictureAnalysis, analyse, width_mm
from workers.vision.board_knowledge import BoardKnowledge, WithheldPicture
from workers.vision.board_masks import masks_of
from workers.vision.calibration import CalibrationRefusedError
from workers.vision.detector_state import Input, State, next_state
from workers.vision.displacement import MOVED_MM, displacement_mm, is_lost
from workers.vision.episode import Episode
from workers.vision.frame import SMALL, Frame, Image
from workers.vision.locator import CameraLocator
from workers.vision.motion import MotionDetector, MotionSample
from workers.vision.picture_faults import PictureFaultDetector
from workers.vision.projection import CameraProjection
from workers.vision.reference import Comparison
from workers.vision.scene import FEWEST_CHANGED, EpisodePictures, Scene

# Measure again: `python -m tests.bench.visits --visits 500 --rigs 25` and `python -m tests.bench.quiet --minutes 60`.
CALIBRATION_BUDGET_S = 60.0  # the silence that `Busy` announces: a calibration takes seconds, this is for a machine that is busy otherwise
ALIGN_PX = 8.0  # between sequences: a camera that moved by less is followed by registration, one that moved more is calibrated again
EXAMINE_S = 0.2  # between two comparisons of a picture that keeps moving: two of them make a hand
LARGE_SHARE = 0.04  # of the board: a moving picture is compared in full if it differs by more; a dart changes 0.03 of the face at most
REFRESH_S = 20.0  # between two renewals of the reference of a still board: daylight changes by less than the noise in this time

STILL = MotionSample(moving=False, differs=False, share=0.0, streak=False, still=True)


class Detector:
    """Turn the frames of one camera into messages about what changed on the board."""

    def __init__(self, configure: Configure, empty: Image | None = None) -> None:
        """Watch with the camera of `configure`; `empty` is the empty board that a previous process stored under the same calibration."""
        self._state = State.LOCATING
        self._rings = configure.board
        self._camera = configure.source.camera_id
        self._board = BoardKnowledge(configure.darts)
        self._locator = CameraLocator(configure, empty)
        self._scene: Scene | None = None
        self._motion_detector = MotionDetector(np.full((1, 1), 255, np.uint8))
        self._picture_faults = PictureFaultDetector()
        self._episode: Episode | None = None
        self._episodes = 0
        self._sequence: str | None = None
        self._refresh_s = np.inf
        self._moved = False  # the camera has moved since its calibration, and this is reported
        self._last_small: Image | None = None
        self._last_analysis: PictureAnalysis | None = None
        self._withheld: WithheldPicture | None = None
        self.counters = Counters()

    @property
    def state(self) -> State:
        """Return the state."""
        return self._state

    @property
    def empty(self) -> tuple[Calibration, Image] | None:
        """Return the picture of the empty board and the calibration it is registered with; None if there is none."""
        if self._scene is None or self._scene.empty is None:
            return None
        return self._scene.projection.calibration, self._scene.empty.picture

    @property
    def projection(self) -> CameraProjection | None:
        """Return the projection from the board to the picture, if the camera is calibrated."""
        return None if self._scene is None else self._scene.projection

    @property
    def darts(self) -> tuple[KnownDart, ...]:
        """Return the darts in the board, as the supervisor decided."""
        return self._board.darts

    def changed(self, frame: Frame) -> Image | None:
        """Return 255 where a frame differs from the still board, at a quarter of its size; None while that is not known."""
        return self._motion_detector.changed(frame.small_grey())

    def pictures(self, episode: int) -> EpisodePictures | None:
        """Return the registered pictures of a recent episode; None if they are no longer kept."""
        return None if self._scene is None else self._scene.pictures(episode)

    def _use_given(self, calibration: Calibration) -> None:
        """Locate the camera with a given calibration; if only the rotation was open, the picture of the empty board is still that."""
        empty = self._scene.empty if self._scene is not None and self._locator.unoriented is not None else None
        self._locator.unoriented = None
        self._forget_position(Input.RELOCATE, calibration)
        self._locator.candidate_empty = None if empty is None else empty.picture

    @property
    def _located_darts(self) -> tuple[KnownDart, ...]:
        """Return the darts whose positions in the picture are known; none while the rotation of the board is not."""
        return () if self._locator.unoriented is not None else self._board.darts

    def reference_age_s(self, now_s: float) -> float:
        """Return the age of the reference in seconds; 0 if there is none."""
        return 0.0 if self._scene is None else max(0.0, now_s - self._scene.reference.taken_s)

    def reacquire(self) -> None:
        """Locate the camera again from the next pictures: it was away, and what happened meanwhile is judged as after a start."""
        if self._scene is None:
            return
        empty, calibration = self._scene.empty, self._scene.projection.calibration
        self._locator.candidate_empty = None if empty is None else empty.picture
        self._forget_position(Input.RELOCATE, calibration)

    def handle(self, message: ToWorker) -> list[FromWorker]:
        """Apply a message of the supervisor."""
        match message:
            case UpdateBoard():
                self._board.darts, self._board.takeout = message.darts, message.takeout
                if self._scene is not None:
                    self._scene.set_darts(self._located_darts)
                self._discard_analysis()
            case RevertReference() if self._scene is not None:
                self._scene.revert(message.episode)
                self._discard_analysis()
            case AcceptPicture() if self._scene is not None:
                return self._accept_withheld(self._scene, message.episode)
            case RenewReference(empty=empty, after=after):
                is_late = empty and after is not None and self._scene is not None and self._scene.mark_empty(after)
                self._board.renewal = None if is_late else message
            case Calibrate():
                self._forget_position(Input.RELOCATE)
            case UseCalibration():
                self._use_given(message.calibration)
        return []

    def step(self, frame: Frame) -> list[FromWorker]:
        """Process the next frame and return the messages it causes.

        Raises:
            BadFrameError: the frame cannot be decoded.
        """
        out: list[FromWorker] = []
        if frame.sequence_id is not None and frame.sequence_id != self._sequence:
            out.append(self._start_sequence(frame))
        small = self._last_small
        if frame.held and small is not None:
            self.counters = msgspec.structs.replace(self.counters, frames_held=self.counters.frames_held + 1)
            sample = STILL
        else:
            small = frame.small_grey()
            if small.shape != self._motion_detector.shape:
                self._motion_detector = MotionDetector(np.full_like(small, 255))
            out += self._check_faults(frame, small)
            if self._picture_faults.blind:  # a covered lens must not be taken for a hand
                return out
            sample = self._motion_detector.update(small)
            self._last_small = small
        if self._scene is None:
            return out + self._locate(frame, sample)
        if self._state is State.ALIGNING:
            return out + self._align(self._scene, frame, small)
        return out + self._follow_motion(self._scene, frame, small, sample)

    def _fire(self, fired: Input) -> None:
        self._state = next_state(self._state, fired)

    # -- the position of the camera -----------------------------------------------------------------------------------------------------

    def _start_sequence(self, frame: Frame) -> FromWorker:
        """Forget the board; the calibration is kept if the next picture can be registered with it."""
        self._fire(Input.NEXT_SEQUENCE)
        self._sequence = frame.sequence_id
        self._board, self._episode, self._last_small, self._withheld = BoardKnowledge(), None, None, None
        self._locator.restart()
        return SequenceStarted(camera_id=self._camera, t_s=frame.t_s, sequence_id=frame.sequence_id or "")

    def _forget_position(self, fired: Input, candidate: Calibration | None = None) -> None:
        """Locate the camera anew, with `candidate` as the calibration to verify first."""
        self._fire(fired)
        self._scene, self._episode, self._last_analysis, self._withheld = None, None, None, None
        self._locator.restart()
        self._locator.candidate = candidate if self._locator.unoriented is None else None

    def _locate(self, frame: Frame, sample: MotionSample) -> list[FromWorker]:
        """Collect still pictures and calibrate from them, or keep a given calibration that fits."""
        locator, recorded = self._locator, self._sequence is not None
        if not locator.is_complete(recorded=recorded):
            if locator.is_paused(frame.t_s) or sample.moving or (self._moved and self._board.darts):
                locator.discard()
                return []
            kept = locator.verified(frame.color(), has_darts=bool(self._board.darts)) if locator.candidate is not None else None
            if kept is not None:
                return self._use_calibration(kept, frame.color(), frame.t_s, kept=True)
            locator.add(frame.color())
            if not recorded:
                return []
        if self._state is State.LOCATING and not recorded:
            self._fire(Input.PICTURES_COMPLETE)
            return [Busy(camera_id=self._camera, t_s=frame.t_s, budget_s=CALIBRATION_BUDGET_S)]
        try:
            calibration, still = locator.calibrate(frame.t_s)
        except CalibrationRefusedError as error:
            self._fire(Input.REFUSED)
            return [CalibrationRefused(camera_id=self._camera, t_s=frame.t_s, reason=error.reason)]
        return self._use_calibration(calibration, still, frame.t_s, kept=False)

    def _use_calibration(self, calibration: Calibration, picture: Image, t_s: float, *, kept: bool) -> list[FromWorker]:
        """Begin to watch with a calibration; `picture` is the still board."""
        projection = CameraProjection(calibration)
        masks = masks_of(projection, self._rings, (picture.shape[0], picture.shape[1]))
        size = (picture.shape[1] // SMALL, picture.shape[0] // SMALL)
        mask = cv2.resize(masks.volume, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
        self._motion_detector = MotionDetector(mask, masks.mm_per_px * SMALL)
        if self._last_small is not None and self._last_small.shape == mask.shape:
            self._motion_detector.update(self._last_small)
        self._refresh_s = t_s + REFRESH_S
        out: list[FromWorker] = [self._locator.message(calibration, t_s, kept=kept)]
        out += self._report_moved(t_s, 0.0) if self._moved else []
        stored = self._locator.candidate_empty
        if kept and stored is not None and stored.shape == picture.shape:
            # what happened meanwhile is an episode like any other: the next picture is compared with the stored empty board
            scene = Scene(self._camera, projection, masks, stored, t_s)
            scene.empty = scene.reference
            out.append(self._open_still_episode(Input.RESUMED, t_s).motion_message(self._camera, t_s, 0.0))
        else:
            self._fire(Input.CALIBRATED)
            scene = Scene(self._camera, projection, masks, picture, t_s)
            if not self._board.darts:
                scene.empty = scene.reference
        self._scene = scene
        scene.set_darts(self._located_darts)
        return out

    def _align(self, scene: Scene, frame: Frame, small: Image) -> list[FromWorker]:
        """Take the first picture of a sequence as the reference, registered with the picture of the calibration."""
        aligned = scene.for_sequence(frame.color(), frame.t_s, ALIGN_PX)
        if aligned is None:
            self._forget_position(Input.CAMERA_MOVED)
            return self._locate(frame, STILL)
        self._fire(Input.ALIGNED)
        self._scene, self._refresh_s = aligned, frame.t_s + REFRESH_S
        self._motion_detector.settle(small)
        return []

    def _check_position(self, scene: Scene, comparison: Comparison, t_s: float, *, calm: bool = True) -> list[FromWorker]:
        """Report when the camera has moved since its calibration; locate it anew once the board is empty and `calm`."""
        off_mm = displacement_mm(comparison, scene, self._rings)
        out = self._report_moved(t_s, off_mm) if (off_mm > MOVED_MM) != self._moved else []
        if self._moved and calm and not self._board.darts and not self._board.takeout:
            # a board that is not found may only be hidden: then the calibration is verified first
            self._forget_position(Input.CAMERA_MOVED, None if np.isfinite(off_mm) else scene.projection.calibration)
        return out

    def _report_moved(self, t_s: float, off_mm: float) -> list[FromWorker]:
        self._moved = off_mm > MOVED_MM
        how = f"has moved by {off_mm:.1f} mm on the board since it was calibrated" if np.isfinite(off_mm) else "no longer sees the board"
        detail = f"the camera {how}; it calibrates anew when the board is empty" if self._moved else ""
        return [CameraFault(camera_id=self._camera, t_s=t_s, fault="uncalibrated", active=self._moved, detail=detail)]

    # -- motion -------------------------------------------------------------------------------------------------------------------------

    def _follow_motion(self, scene: Scene, frame: Frame, small: Image, sample: MotionSample) -> list[FromWorker]:
        """Open, continue or close an episode."""
        episode = self._episode
        out: list[FromWorker] = []
        if episode is None:
            if not (sample.moving or sample.differs):
                return self._watch(scene, frame, small)
            episode = self._open_episode(Input.CHANGE, frame.t_s)
            out = [episode.motion_message(self._camera, frame.t_s, sample.share)]
        episode.add(sample, frame.t_s)
        if sample.moving:
            if self._state is State.SETTLING:
                self._fire(Input.CHANGE)
            episode.resume_motion()
            return out + self._examine_moving(scene, episode, frame, sample)
        if self._state is State.MOVING and not frame.held:
            episode.analysis = self._analyse(scene, frame)
            episode.still_since_s = frame.t_s
            self._fire(Input.STILL)
            return out
        return out + self._settle(scene, episode, frame, small)

    def _open_episode(self, fired: Input, t_s: float) -> Episode:
        self._fire(fired)
        self._episodes += 1
        self._episode = Episode(self._episodes, t_s, t_s)
        return self._episode

    def _open_still_episode(self, fired: Input, t_s: float) -> Episode:
        """Open an episode whose picture is already still."""
        episode = self._open_episode(fired, t_s)
        episode.still_since_s = t_s
        return episode

    def _examine_moving(self, scene: Scene, episode: Episode, frame: Frame, sample: MotionSample) -> list[FromWorker]:
        """Compare a picture that keeps moving, so that a hand is reported while it moves."""
        if episode.hand or sample.share < LARGE_SHARE or frame.t_s - episode.examined_s < EXAMINE_S:
            return []
        blobs = scene.blobs(scene.compare(frame.color()))
        is_hand = episode.examine(frame.t_s, wide=bool(blobs) and width_mm(blobs[0], scene) > HAND_MM)
        return [episode.motion_message(self._camera, frame.t_s, sample.share)] if is_hand else []

    def _watch(self, scene: Scene, frame: Frame, small: Image) -> list[FromWorker]:
        """Renew the reference of a still board when it was requested, or from time to time."""
        renewal = self._board.renewal
        if renewal is not None:
            comparison = scene.compare(frame.color())
            (scene.set_empty_reference if renewal.empty else scene.set_reference)(comparison, frame.t_s)
            self._board.renewal = None
            self._motion_detector.settle(small)
            return self._check_position(scene, comparison, frame.t_s)
        if scene.reference_pending:
            _ = scene.reference
        elif frame.t_s >= self._refresh_s and not frame.held:
            return self._refresh(scene, frame, small)
        return []

    def _refresh(self, scene: Scene, frame: Frame, small: Image) -> list[FromWorker]:
        """Follow slow changes of light; find what appeared so faintly that no motion was detected."""
        self._refresh_s = frame.t_s + REFRESH_S
        comparison = scene.compare(frame.color())
        if cv2.countNonZero(comparison.difference.changed) < FEWEST_CHANGED:
            scene.set_reference(comparison, frame.t_s)
            oriented = self._locator.read_again(comparison.picture, scene.projection.calibration, frame.t_s)
            if oriented is None or self._board.darts:  # those that others reported would be new to this camera
                return self._check_position(scene, comparison, frame.t_s)
            self._use_given(oriented)
            return []
        episode = self._open_still_episode(Input.STILL_CHANGE, frame.t_s)
        return [episode.motion_message(self._camera, frame.t_s, 0.0), *self._settle(scene, episode, frame, small)]

    def _settle(self, scene: Scene, episode: Episode, frame: Frame, small: Image) -> list[FromWorker]:
        """Close an episode: report what differs from the reference."""
        self._fire(Input.SETTLED)
        self._episode = None
        self._motion_detector.settle(small)
        analysis = episode.analysis or self._analyse(scene, frame)
        hand_left = self._last_analysis is not None and self._last_analysis.finding == "hand"
        self._last_analysis = analysis
        is_hand = analysis.finding == "hand"
        settled = episode.settled_message(self._camera, frame.t_s, analysis, scene)
        self._withheld = WithheldPicture(episode, analysis.comparison, frame.t_s) if is_hand else None
        if not is_hand:
            self._accept_picture(scene, episode, analysis.comparison, frame.t_s, hand_left=hand_left)
        if is_hand and episode.still_since_s != episode.started_s:  # found still, by the refresh or at a start, it is no hand
            return [settled]
        calm = analysis.comparison.alignment is None or analysis.finding != "dart"
        return [settled, *self._check_position(scene, analysis.comparison, frame.t_s, calm=calm)]

    def _accept_picture(self, scene: Scene, episode: Episode, comparison: Comparison, t_s: float, *, hand_left: bool) -> None:
        """Make a settled picture the reference, and keep the pictures of its episode."""
        scene.keep_pictures(episode.number, comparison)
        renewal = self._board.renewal
        if renewal is not None and renewal.empty and not hand_left:
            # what has moved since the request may be a dart that stays: the board was empty before it
            scene.remember_empty()
            self._board.renewal = RenewReference()
        scene.set_reference(comparison, t_s)
        self._refresh_s = t_s + REFRESH_S

    def _accept_withheld(self, scene: Scene, episode: int) -> list[FromWorker]:
        """Make the last settled picture the reference after all, if it is that of `episode`: later ones are judged on their own."""
        withheld = self._withheld
        if withheld is None or withheld.episode.number != episode:
            return []
        self._withheld = None
        self._accept_picture(scene, withheld.episode, withheld.comparison, withheld.t_s, hand_left=False)
        self._discard_analysis()
        return self._check_position(scene, withheld.comparison, withheld.t_s, calm=False)

    def _analyse(self, scene: Scene, frame: Frame) -> PictureAnalysis:
        analysis = analyse(scene, frame.color(), self._last_analysis, takeout=self._board.takeout)
        return analysis.without_lines() if analysis.sightings and is_lost(analysis.comparison, scene, self._rings) else analysis

    def _discard_analysis(self) -> None:
        """Discard the analysis of the first still frame: it must be compared with something else now."""
        if self._episode is not None:
            self._episode.analysis = None

    # -- faults -------------------------------------------------------------------------------------------------------------------------

    def _check_faults(self, frame: Frame, small: Image) -> list[FromWorker]:
        if self._sequence is not None:  # the stills of a recording repeat and change brightness as they like
            return []
        changes = self._picture_faults.update(frame.t_s, small, self._motion_detector.identical_frames)
        return [CameraFault(camera_id=self._camera, t_s=frame.t_s, fault=c.fault, active=c.active, detail=c.detail) for c in changes]
