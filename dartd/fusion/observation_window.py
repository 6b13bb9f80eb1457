"""The observation window: opens with a motion, closes when it is complete, and decides what it was.

The steps are gather (`gather.py`), presence of known darts (`presence.py`), fuse (`fusion.py`), accept (`accept.py`), hand (`hand.py`) and
compose. This module holds what outlives one motion and puts the steps in order.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from dartd.fusion.accept import FURTHER_SCORE, SHAKES_S, Accepted, accept, accept_after_fall, is_lingering, is_miss, is_unlocalised
from dartd.fusion.fused_axis import UNKNOWN_WIDTHS_MM, FusedAxis
from dartd.fusion.fusion import USUAL_DARTS, fuse
from dartd.fusion.gather import SWINGS_S, Evidence, GatheredMotion
from dartd.fusion.hand import hand_due_s, is_hand_at_rest, is_hand_moving, is_in_all_views
from dartd.fusion.located_dart import locate_dart
from dartd.fusion.observation import Observation
from dartd.fusion.presence import assess_known_darts, gone_darts, match_pushed, moved_darts
from schemas.base import CameraId, DartId
from schemas.board import BoardSpec
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import MotionDetected, Settled
from schemas.pipe.to_worker import KnownDart

# What explains wide spots, and when the board is empty. `python -m tests.bench.fusion DIR…` prints both for every motion.
SURE_SCORE = FURTHER_SCORE  # a dart with a lower score that is less certain than this explains no wide spots,
SURE_MM = 1.0  # since two lines of a hand's fingers cross somewhere too
EMPTY_SHARE = 0.003  # of the face that differs from the empty board: registration noise stays below this


class ObservationWindow:
    """Gathers the messages of the cameras and decides what they mean together; `poses` are the calibrations of the ready cameras."""

    def __init__(self, board: BoardSpec, settled_timeout_s: float) -> None:
        self._board = board
        self._timeout_s = settled_timeout_s
        self._motion: GatheredMotion | None = None
        self._held_until_s = -math.inf
        self._hand_before = False  # in the last motion: cameras on which a hand rests notice no motion
        self._half_widths_mm = UNKNOWN_WIDTHS_MM  # of the last dart with both edges visible: a player's darts are alike
        self._flown_s = -math.inf  # flights that began before were reported
        self._busy: set[CameraId] = set()  # cameras that noticed motion and have not settled since, in whatever motion it began
        self.poses: dict[CameraId, Calibration] = {}

    # -- gather

    @property
    def is_open(self) -> bool:
        """Whether a motion is being gathered."""
        return self._motion is not None

    def reset(self) -> None:
        """Drop what was gathered."""
        self._motion = None
        self._flown_s = -math.inf
        self._hand_before = False
        self._busy.clear()

    def remove_camera(self, camera_id: CameraId) -> None:
        """Wait no longer for a camera that is gone."""
        self.poses.pop(camera_id, None)
        self._busy.discard(camera_id)
        if self._motion is not None:
            self._motion.moving.pop(camera_id, None)

    def add_motion(self, motion: MotionDetected) -> None:
        """Note that a camera notices motion."""
        if self._motion is None:
            self._motion = GatheredMotion(motion.t_s)
        self._motion.add_motion(motion)
        self._busy.add(motion.camera_id)

    def add_settled(self, settled: Settled, now: float) -> None:
        """Note what a camera found when its picture was still again."""
        if self._motion is None:
            self._motion = GatheredMotion(settled.started_s)
        self._busy.discard(settled.camera_id)
        self._motion.add_settled(settled, now)

    def has_settled(self, camera_id: CameraId) -> bool:
        """Return whether a camera has settled in the open window: what it reports next belongs to another motion."""
        return self._motion is not None and camera_id in self._motion.settled

    def hand_cameras(self) -> list[CameraId]:
        """Return the cameras that settled with a picture that looks like a hand to them alone."""
        return [] if self._motion is None else [camera for camera, settled in self._motion.settled.items() if settled.finding == "hand"]

    def withdraw(self, camera_id: CameraId, now: float) -> int | None:
        """Take back what a camera found that swings on, or moves again while others are waited for.

        Returns its episode, None when what it found stays.
        """
        motion = self._motion
        if motion is None or camera_id not in motion.settled:
            return None
        swings_s = SHAKES_S if motion.moving else SWINGS_S
        if now >= max(self._held_until_s, motion.started_s + swings_s, motion.calm_at_s):
            return None
        return motion.withdraw(camera_id)

    def hold_until(self, until_s: float) -> None:
        """Keep the window open at least until this time: cameras are starting, and two alone cannot separate several new darts."""
        self._held_until_s = until_s

    def release(self, now: float) -> None:
        """Keep the window open no longer than the last camera needs to report."""
        self._held_until_s = min(self._held_until_s, now + self._timeout_s)

    def deadline(self) -> float | None:
        """Return when the window closes by itself, None while nothing has settled."""
        complete_s = None if self._motion is None else self._motion.complete_at_s(self.poses, self._timeout_s)
        return None if complete_s is None else max(complete_s, self._held_until_s)

    # -- hands that move

    def confirm_hand(self, now: float) -> bool:
        """Return whether a hand that a camera reports while it moves is one; it is remembered for this motion."""
        if self._motion is None or not self._is_hand_moving(self._motion, now):
            return False
        self._motion.hand = True
        return True

    def hand_deadline(self) -> float | None:
        """Return when a hand that a camera reports is confirmed, if others notice motion until then; None without one."""
        return None if self._motion is None else hand_due_s(self._motion, in_all_views=self._is_in_all_views(self._motion))

    def _is_hand_moving(self, motion: GatheredMotion, now: float) -> bool:
        return is_hand_moving(motion, now, len(self.poses), in_all_views=self._is_in_all_views(motion))

    def _is_in_all_views(self, motion: GatheredMotion) -> bool:
        return self._hand_before or is_in_all_views(motion, self.poses, self._busy)

    # -- decide

    def close(self, standing: Sequence[KnownDart], now: float) -> tuple[Observation, dict[CameraId, int]]:
        """Close the window: return what the cameras observed together, and each camera's episode in it."""
        motion, self._motion = self._motion, None
        assert motion is not None  # noqa: S101 - called only while a window is open
        evidence = Evidence(motion.settled, dict(self.poses), frozenset(self._busy))
        known = assess_known_darts(standing, evidence)
        reported = evidence.sightings(known.undisturbed_axes)
        candidates = fuse(reported, known.undisturbed_axes, USUAL_DARTS + len(known.disturbed), self._half_widths_mm)
        accepted = accept(candidates, reported, known, evidence, self._flown_s)
        pushed = match_pushed(known.disturbed, accepted.darts)
        gone = gone_darts(known, pushed, after_hand=motion.hand or self._hand_before)
        new = [dart for dart in accepted.darts if not any(dart is other for other in pushed.values())]
        if gone:
            new = accept_after_fall(new, standing)
        hand = self._is_hand(motion, now, evidence, _explaining(standing, gone, [*new, *pushed.values()], evidence.num_cameras))
        everywhere = accepted.stuck_out_of_view or is_miss(evidence)
        settled_s = max((s.t_s for s in motion.settled.values()), default=motion.started_s)
        self._remember(accepted, new, settled_s, hand=hand)
        episodes = {camera: s.episode for camera, s in motion.settled.items()}
        observation = Observation(
            at_s=now,
            started_s=motion.started_s,
            settled_s=settled_s,
            hand=hand,
            darts=()
            if hand
            else tuple(locate_dart(dart, reported, self._board, evidence.num_cameras, episodes, settled_s) for dart in new),
            gone=gone,
            moved=() if hand else moved_darts(known.disturbed, pushed),
            flight=accepted.flight or accepted.stuck_out_of_view,
            unlocalised=accepted.flight
            and not (hand or gone or accepted.darts)
            and (accepted.lodged or (everywhere and is_unlocalised(reported, motion.settled.values()))),
            everywhere=everywhere,
            lingered=is_lingering(motion.settled.values(), evidence.num_cameras),
            max_motion=max((s.max_share for s in motion.settled.values()), default=0.0),
            # a dart out in the surround, or at the rim, changes nothing of the face
            empty=False if known.stands_any(gone) else is_empty(motion.settled),
        )
        return observation, episodes

    def _is_hand(self, motion: GatheredMotion, now: float, evidence: Evidence, explaining: tuple[list[Axis3], list[Axis3]]) -> bool:
        """Return whether a hand is in view: one that moved and is still there, or one at rest.

        A camera on which a moving hand rests settles before others, which see it come or go.
        """
        if self._is_hand_moving(motion, now) or (self._hand_before and len(self._busy) > len(motion.settled)):
            return True
        return not is_empty(motion.settled) and self._is_in_all_views(motion) and is_hand_at_rest(*explaining, evidence)

    def _remember(self, accepted: Accepted, new: Sequence[FusedAxis], settled_s: float, *, hand: bool) -> None:
        """Keep what the next motion needs to know."""
        self._hand_before = hand
        if accepted.flight or new or accepted.stuck_out_of_view:
            self._flown_s = settled_s
        for dart in new:
            self._half_widths_mm = np.where(np.isnan(dart.half_widths_mm), self._half_widths_mm, dart.half_widths_mm)


def is_empty(settled: Mapping[CameraId, Settled]) -> bool | None:
    """Return whether the board looks empty to all cameras; None when none of them can compare."""
    shares = [s.empty_share for s in settled.values() if s.empty_share is not None]
    return max(shares) < EMPTY_SHARE if shares else None


def _explaining(
    standing: Sequence[KnownDart], gone: Sequence[DartId], found: Sequence[FusedAxis], num_cameras: int
) -> tuple[list[Axis3], list[Axis3]]:
    """Return the axes of darts that explain wide spots: those that went or came, and those that stand now."""
    came = [dart.axis for dart in found if dart.score >= SURE_SCORE * num_cameras or dart.uncertainty_mm < SURE_MM]
    went = [dart.axis for dart in standing if dart.dart_id in gone]
    stay = [dart.axis for dart in standing if dart.dart_id not in gone]
    return [*went, *came], [*stay, *came]
