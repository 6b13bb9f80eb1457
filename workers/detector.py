"""One camera's eye: frames in, messages out. No clock, no I/O: the same frames give the same messages.

A still board costs a glance at a quarter-size picture. When something moves, an episode opens; when two frames agree again, the full
picture is laid over the stable reference and what differs is told: thin lines that may be darts, wide spots that may be hands, and how
much of each known dart is still there. Whatever settled becomes the new reference, unless it looks like a hand or the supervisor
disowns it.
"""

from collections import OrderedDict
from dataclasses import dataclass

import cv2
import msgspec
import numpy as np

from schemas.base import DartId
from schemas.geometry import Calibration
from schemas.worker import (
    BoardState,
    Calibrate,
    Calibrated,
    CalibrationRefused,
    Configure,
    Counters,
    Disown,
    Fault,
    FaultKind,
    Finding,
    FromWorker,
    KnownDart,
    Motion,
    Rereference,
    SequenceStarted,
    Settled,
    ToWorker,
)
from workers.vision.axis import find_axes
from workers.vision.calibration import CalibrationRefusedError, calibrate, verify
from workers.vision.frame import SMALL, Frame, Image
from workers.vision.motion import Glance
from workers.vision.motion import Motion as Glancer
from workers.vision.presence import Trace, judge, leaving, outline, trace_dart
from workers.vision.projection import Projection
from workers.vision.reference import Comparison, Reference, compare
from workers.vision.region import Region, region_of
from workers.vision.spots import find_spots

CALIBRATION_FRAMES = 5
CALIBRATION_RETRY_S = 5.0
KEPT_PX = 1.0  # a handed-over calibration that fits the picture this well is kept
SAME_PLACE_PX = 8.0  # between sequences: a camera that moved less is followed, more is calibrated anew
HAND_MM = 45.0  # no dart has a place this wide; fingers may be narrower and are left to the supervisor
LOOK_AGAIN_S = 0.3  # while something large keeps moving
LARGE_SHARE = 0.04
REFRESH_S = 20.0
FEWEST_CHANGED = 25
FROZEN_FRAMES = 90
BLACK_LEVEL = 4.0
REMEMBERED = 8  # episodes whose pictures are kept for the darts that the supervisor finds in them


@dataclass(frozen=True)
class _Seen:
    """An episode's pictures, laid over each other, and where they differ (dilated)."""

    before: Image
    after: Image
    changed: Image


@dataclass
class _Episode:
    """What moves now."""

    number: int
    started_s: float
    max_share: float = 0.0
    flight: bool = False
    hand: bool = False
    still_since_s: float | None = None
    looked_s: float = 0.0


class Detector:
    """Turns the frames of one camera into what changed on the board."""

    def __init__(self, configure: Configure) -> None:
        self._source = configure.source
        self._board = configure.board
        self._camera = configure.source.camera_id
        self._darts: tuple[KnownDart, ...] = configure.darts
        self._handed_over: Calibration | None = configure.calibration
        self._projection: Projection | None = None
        self._region: Region | None = None
        self._glancer = Glancer(np.full((1, 1), 255, np.uint8))
        self._reference: Reference | None = None
        self._next_reference: tuple[Image, float] | None = None
        self._empty: Reference | None = None
        self._collected: list[Image] = []
        self._retry_s = -np.inf
        self._episode: _Episode | None = None
        self._episodes = 0
        self._seen: OrderedDict[int, _Seen] = OrderedDict()
        self._traces: dict[DartId, Trace] = {}
        self._known: Image | None = None
        self._sequence: str | None = None
        self._rereference: Rereference | None = None
        self._refresh_s = np.inf
        self._faults: set[FaultKind] = set()
        self._last_small: Image | None = None
        self._epoch = 0
        self.counters = Counters()

    def reference_age_s(self, now_s: float) -> float:
        """Tell how old the picture is that new ones are compared with, in seconds; 0 when there is none."""
        return 0.0 if self._reference is None else max(0.0, now_s - self._reference.taken_s)

    def count(self, **more: float) -> None:
        """Add to the counters by name."""
        self.counters = msgspec.structs.replace(self.counters, **{k: getattr(self.counters, k) + v for k, v in more.items()})

    def tell(self, message: ToWorker) -> list[FromWorker]:
        """Take what the supervisor says."""
        match message:
            case BoardState():
                self._take_darts(message.darts)
            case Disown():
                self._disown(message.episode)
            case Rereference():
                self._rereference = message
            case Calibrate():
                self._projection = None
                self._handed_over = None
                self._retry_s = -np.inf
            case _:
                pass
        return []

    def step(self, frame: Frame) -> list[FromWorker]:
        """Take the next frame and give what it means.

        Raises:
            BadFrameError: the frame cannot be decoded.
        """
        out: list[FromWorker] = []
        if frame.sequence_id != self._sequence:
            self._sequence = frame.sequence_id
            self._start_sequence()
            out.append(SequenceStarted(camera_id=self._camera, t_s=frame.t_s, sequence_id=frame.sequence_id or ""))
        if frame.held and self._last_small is not None:
            self.count(frames_held=1)
            small, glance = self._last_small, Glance(moving=False, differs=False, share=0.0, streak=False, still=True)
            if self._episode is None and self._rereference is None:
                return out
        else:
            small = frame.small_grey()
            if small.shape != self._glancer.shape:
                self._glancer = Glancer(np.full_like(small, 255))
            glance = self._glancer.look(small)
            out += self._watch_faults(frame, small)
            self._last_small = small
        if self._projection is None:
            out += self._find_board(frame, glance)
        elif self._reference is None and self._next_reference is None:
            out += self._follow_board(frame, small)
        else:
            out += self._follow_motion(frame, small, glance)
        return out

    # -- where the camera stands ------------------------------------------------------------------------------------------------------

    def _find_board(self, frame: Frame, glance: Glance) -> list[FromWorker]:
        """Calibrate from the first quiet pictures, or keep the calibration that was handed over."""
        if frame.t_s < self._retry_s or glance.moving:
            self._collected.clear()
            return []
        picture = frame.color()
        if self._handed_over is not None and self._fits(picture, self._handed_over):
            return self._stand(self._handed_over, picture, frame.t_s, kept=True)
        self._collected.append(picture)
        if len(self._collected) < (1 if frame.sequence_id is not None else CALIBRATION_FRAMES):
            return []
        frames, self._collected = self._collected, []
        try:
            calibration = calibrate(frames, self._board, self._camera, self._source.near_sector, frame.t_s)
        except CalibrationRefusedError as error:
            self._retry_s = frame.t_s + CALIBRATION_RETRY_S
            return [CalibrationRefused(camera_id=self._camera, t_s=frame.t_s, reason=error.reason)]
        self._epoch += 1
        calibration = msgspec.structs.replace(calibration, epoch=self._epoch)
        still = frames[0] if len(frames) == 1 else np.median(np.stack(frames), axis=0).astype(np.uint8)
        return self._stand(calibration, still, frame.t_s, kept=False)

    def _fits(self, picture: Image, calibration: Calibration) -> bool:
        if picture.shape[:2] != (calibration.height, calibration.width):
            return False
        return bool(self._darts) or verify(picture, calibration, self._board) < KEPT_PX

    def _stand(self, calibration: Calibration, picture: Image, t_s: float, *, kept: bool) -> list[FromWorker]:
        self._projection = Projection(calibration)
        self._region = region_of(self._projection, self._board, (picture.shape[0], picture.shape[1]))
        height, width = picture.shape[0] // SMALL, picture.shape[1] // SMALL
        mask = cv2.resize(self._region.volume, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
        self._glancer = Glancer(mask)
        if self._last_small is not None and self._last_small.shape == mask.shape:
            self._glancer.look(self._last_small)
        self._set_reference(picture, t_s)
        self._empty = None if self._darts else self._current()
        self._take_darts(self._darts)
        return [Calibrated(camera_id=self._camera, t_s=t_s, calibration=calibration, kept=kept)]

    def _start_sequence(self) -> None:
        """Forget the board that stood before; the calibration is kept as long as the picture has not moved."""
        self._darts, self._traces, self._known = (), {}, None
        self._seen.clear()
        self._episode, self._reference, self._next_reference, self._rereference = None, None, None, None
        self._last_small = None
        self._collected.clear()
        self._retry_s = -np.inf

    def _follow_board(self, frame: Frame, small: Image) -> list[FromWorker]:
        """Take the first picture of a sequence as reference, laid over the picture of the calibration."""
        assert self._region is not None  # noqa: S101 - a projection stands: tells the type checker
        picture = frame.color()
        if self._empty is not None and picture.shape == self._empty.picture.shape:
            seen = compare(self._empty, picture, self._region)
            if seen.alignment is not None and seen.alignment.shift_px < SAME_PLACE_PX:
                self._set_reference(seen.picture, frame.t_s)
                self._empty = self._current()
                self._glancer.settle(small)
                return []
        self._projection = None
        self._handed_over = None
        still = Glance(moving=False, differs=False, share=0.0, streak=False, still=True)
        return self._find_board(frame, still)

    # -- the reference ------------------------------------------------------------------------------------------------------------------

    def _set_reference(self, picture: Image, t_s: float) -> None:
        """Compare with this picture from now on; what that needs is worked out when nothing else waits."""
        self._next_reference = (picture, t_s)
        self._refresh_s = t_s + REFRESH_S

    def _current(self) -> Reference:
        if self._next_reference is not None:
            assert self._region is not None  # noqa: S101 - references are taken of a known board
            picture, t_s = self._next_reference
            self._reference = Reference.of(picture, self._region.face, t_s)
            self._next_reference = None
        assert self._reference is not None  # noqa: S101 - set with the calibration
        return self._reference

    def _disown(self, episode: int) -> None:
        seen = self._seen.pop(episode, None)
        if seen is not None:
            self._set_reference(seen.before, self._current().taken_s)

    def _take_darts(self, darts: tuple[KnownDart, ...]) -> None:
        """Remember what the darts that stand look like, and forget the others."""
        self._darts = darts
        if self._projection is None or self._region is None or (self._reference is None and self._next_reference is None):
            return
        self._traces = {d.dart_id: self._traces.get(d.dart_id) or self._trace(d, self._projection) for d in darts}
        known = np.zeros_like(self._region.volume)
        for dart in darts:
            seen = self._seen.get(dart.episodes.get(self._camera, -1))
            reach = np.zeros_like(known)
            cv2.fillConvexPoly(reach, outline(dart.axis, self._projection, 170.0, 25.0), 255)
            if seen is not None:
                cv2.bitwise_and(reach, seen.changed, reach)
            cv2.bitwise_or(known, reach, known)
        self._known = known

    def _trace(self, dart: KnownDart, projection: Projection) -> Trace:
        seen = self._seen.get(dart.episodes.get(self._camera, -1))
        if seen is None:
            return trace_dart(dart.dart_id, dart.axis, projection, None, self._current().picture)
        return trace_dart(dart.dart_id, dart.axis, projection, seen.before, seen.after)

    # -- what moves ---------------------------------------------------------------------------------------------------------------------

    def _follow_motion(self, frame: Frame, small: Image, glance: Glance) -> list[FromWorker]:
        episode = self._episode
        if episode is None:
            if not (glance.moving or glance.differs):
                return self._idle(frame, small)
            self._episodes += 1
            episode = self._episode = _Episode(self._episodes, frame.t_s, looked_s=frame.t_s)
            opened = [self._motion(episode, frame.t_s, glance.share)]
        else:
            opened = []
        episode.max_share = max(episode.max_share, glance.share)
        episode.flight = episode.flight or glance.streak
        if glance.moving:
            episode.still_since_s = None
            return opened + self._look_at_large(episode, frame, glance)
        if episode.still_since_s is None and not frame.held:
            episode.still_since_s = frame.t_s
            return opened
        return opened + self._settle(episode, frame, small)

    def _motion(self, episode: _Episode, t_s: float, share: float) -> FromWorker:
        return Motion(camera_id=self._camera, t_s=t_s, episode=episode.number, hand=episode.hand, changed_share=share)

    def _look_at_large(self, episode: _Episode, frame: Frame, glance: Glance) -> list[FromWorker]:
        """Look at a picture that keeps moving: a hand is told while it moves."""
        if episode.hand or glance.share < LARGE_SHARE or frame.t_s - episode.looked_s < LOOK_AGAIN_S:
            return []
        episode.looked_s = frame.t_s
        assert self._projection is not None and self._region is not None  # noqa: S101, PT018 - motion is followed on a known board
        reference = self._current()
        seen = compare(reference, frame.color(), self._region)
        spots = find_spots(seen.difference, reference.picture, seen.picture, self._projection, self._region.mm_per_px)
        episode.hand = bool(spots) and spots[0].radius * self._focal_mm() > HAND_MM
        return [self._motion(episode, frame.t_s, glance.share)] if episode.hand else []

    def _focal_mm(self) -> float:
        assert self._projection is not None and self._region is not None  # noqa: S101, PT018 - asked on a known board only
        return self._projection.calibration.focal_x_px * self._region.mm_per_px

    def _idle(self, frame: Frame, small: Image) -> list[FromWorker]:
        if self._next_reference is not None:
            self._current()
        elif (self._rereference is not None and not frame.held) or self._rereference is not None:
            self._take_reference(frame, small)
        elif frame.t_s >= self._refresh_s:
            return self._refresh(frame, small)
        return []

    def _take_reference(self, frame: Frame, small: Image) -> None:
        """Take this quiet picture as reference, as the supervisor asked."""
        assert self._region is not None and self._rereference is not None  # noqa: S101, PT018 - asked for on a known board
        seen = compare(self._empty or self._current(), frame.color(), self._region)
        self._set_reference(seen.picture, frame.t_s)
        self._glancer.settle(small)
        if self._rereference.empty:
            self._empty = self._current()
        self._rereference = None

    def _refresh(self, frame: Frame, small: Image) -> list[FromWorker]:
        """Follow slow light; find what came so faintly that no motion was seen."""
        assert self._region is not None  # noqa: S101 - idle on a known board
        seen = compare(self._current(), frame.color(), self._region)
        if cv2.countNonZero(seen.difference.changed) < FEWEST_CHANGED:
            self._set_reference(seen.picture, frame.t_s)
            return []
        self._refresh_s = frame.t_s + REFRESH_S
        self._episodes += 1
        episode = self._episode = _Episode(self._episodes, frame.t_s, still_since_s=frame.t_s)
        return [self._motion(episode, frame.t_s, 0.0), *self._settle(episode, frame, small)]

    def _settle(self, episode: _Episode, frame: Frame, small: Image) -> list[FromWorker]:
        """Close an episode: say what differs from the reference now."""
        assert self._projection is not None and self._region is not None  # noqa: S101, PT018 - episodes open on a known board
        self._episode = None
        self._glancer.settle(small)
        reference = self._current()
        seen = compare(reference, frame.color(), self._region)
        changed = cv2.countNonZero(seen.difference.changed)
        share = cv2.countNonZero(cv2.bitwise_and(seen.difference.changed, self._region.face)) / max(1, self._region.face_pixels)
        known = self._known if self._known is not None else np.zeros_like(self._region.volume)
        sightings = find_axes(seen.difference, known, self._projection) if changed >= FEWEST_CHANGED else []
        if self._empty is not None:
            pictures = (reference.picture, seen.picture, self._empty.picture)
            sightings = [msgspec.structs.replace(s, leaving=leaving(s, self._projection, *pictures)) for s in sightings]
        spots = find_spots(seen.difference, reference.picture, seen.picture, self._projection, self._region.mm_per_px)
        widest_mm = spots[0].radius * self._focal_mm() if spots else 0.0
        finding: Finding = "nothing"
        if widest_mm > HAND_MM:
            finding = "hand"
        elif sightings:
            finding = "dart"
        elif changed >= FEWEST_CHANGED:
            finding = "other"
        settled = Settled(
            camera_id=self._camera,
            t_s=frame.t_s if episode.still_since_s is None else episode.still_since_s,
            episode=episode.number,
            started_s=episode.started_s,
            finding=finding,
            changed_share=share,
            max_share=max(episode.max_share, share),
            flight=episode.flight,
            empty_share=self._empty_share(seen),
            sightings=tuple(sightings),
            spots=spots,
            presence=tuple(judge(trace, seen.picture) for trace in self._traces.values()),
            evidence=_evidence(seen, widest_mm, changed),
        )
        if finding != "hand":
            self._remember(episode.number, reference.picture, seen)
            self._set_reference(seen.picture, frame.t_s)
        return [settled]

    def _remember(self, episode: int, before: Image, seen: Comparison) -> None:
        grown = cv2.dilate(seen.difference.changed, np.ones((5, 5), np.uint8)).astype(np.uint8, copy=False)
        self._seen[episode] = _Seen(before, seen.picture, grown)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def _empty_share(self, seen: Comparison) -> float | None:
        """Give the share of the face that differs from the empty board."""
        if self._empty is None or self._region is None:
            return None
        changed = cv2.bitwise_and(compare(self._empty, seen.picture, self._region).difference.changed, self._region.face)
        apart = cv2.morphologyEx(changed, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
        return cv2.countNonZero(apart) / max(1, self._region.face_pixels)

    # -- what is wrong ------------------------------------------------------------------------------------------------------------------

    def _watch_faults(self, frame: Frame, small: Image) -> list[FromWorker]:
        black = float(small[::4, ::4].mean()) < BLACK_LEVEL
        frozen = frame.sequence_id is None and self._glancer.identical_frames >= FROZEN_FRAMES
        return self._fault("black", frame.t_s, active=black) + self._fault("frozen", frame.t_s, active=frozen)

    def _fault(self, fault: FaultKind, t_s: float, *, active: bool) -> list[FromWorker]:
        if active == (fault in self._faults):
            return []
        self._faults ^= {fault}
        return [Fault(camera_id=self._camera, t_s=t_s, fault=fault, active=active)]


def _evidence(seen: Comparison, widest_mm: float, changed: int) -> dict[str, float]:
    alignment = seen.alignment
    return {
        "widest_mm": round(widest_mm, 1),
        "changed_px": float(changed),
        "noise": round(seen.difference.noise, 1),
        "gain": round(seen.difference.gain, 3),
        "shift_px": round(alignment.shift_px, 2) if alignment else -1.0,
        "residual_px": round(alignment.residual_px, 3) if alignment else -1.0,
    }
