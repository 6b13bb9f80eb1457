"""Gather what the cameras saw of one happening, and say together what it was.

A round opens with the first camera that sees motion. It closes when every camera that moved has settled and the others have had time
to speak up, or after `settled_timeout_s`: no camera is waited for longer. Its observation is fused from all that settled.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from dartd.fusion.camera_view import Eye, View, shows
from dartd.fusion.fusion import UNKNOWN_MM, Fix, fuse
from dartd.fusion.hand import is_hand
from dartd.fusion.landing import land
from dartd.fusion.observation import Observation
from dartd.fusion.triangulation import REACH_MM
from schemas.base import CameraId, DartId
from schemas.board import BoardSpec
from schemas.geometry import Axis3, Calibration
from schemas.pipe.from_worker import MotionDetected, Settled
from schemas.pipe.sightings import Sighting
from schemas.pipe.to_worker import KnownDart

GATHER_S = 0.1  # cameras are not in step: one may see a dart two frames after another
FIRST_SCORE = 0.52  # of one per camera: what the lines of the cameras must add up to for a dart
VISIBLY = 0.55  # and of all that they must see this much: two lines of chance, over a few mm each, cross somewhere in any large change
WIDE_SHARE = 0.03  # of the face: more than three darts change; in a shadow or a beam lines of chance are many, and a dart must be clear
CLEARLY = 0.8  # or two of them must see most of it: what hides it from a third camera is no objection
ALONE = 0.4  # or one of them sees this much of it, and it flew, where no other can see anything
AGAIN_SCORE = 0.42  # for a dart that is near where it was pushed from
MORE_SCORE = 0.62  # for a second dart in the same change; shadows and flights make weak lines too
SHORTEST_MM = 30.0  # of a dart a camera sees point and barrel, 60 mm or more; a fly that sits on the board is short from everywhere
SHADOW_MM = 6.0  # a dart's shadow starts at its foot: a second axis of the same change so near to the first is no dart
SURE_MM = 1.0  # a vaguer axis explains no wide spots: two lines of a hand's fingers cross somewhere too
UNDISTURBED = 0.7  # presence of a dart that is as it was, or hidden a little
PUSHED_MM = 20.0  # a dart that another one hits moves less than this
TILTED = 0.4  # and tilts less than 22°
HIDDEN_MM = 4.0
MOVED_MM = 1.0  # less is the cameras' own uncertainty
GONE = 0.4  # presence below which a dart is no longer there
TAKEN = (
    0.55  # the same where a hand was: a dart beside others may look like them from one side, but a hand that takes none leaves all at 0.8
)
LEAST_WEIGHT = 0.25
STILL_WEIGHT = 0.5  # of a camera that saw nothing move: another dart may hide this one from it
LEAVING = 0.5
SWINGS_S = 0.3  # a camera that moves again so soon still swings: nobody throws two darts within that time
CALM_S = 0.15  # of stillness after a miss: who waves, or a shadow that passes, moves again within two frames
TOGETHER_S = 0.22  # within which cameras see the same flight begin: it passes them in a tenth of a second, and they are two frames apart
REACHES_S = 0.7  # within which a hand that comes to the board is before all cameras; who walks past takes longer from one to the next
LINGERS_S = 0.4  # a dart is still by then; who moves longer before another camera may be the one whose hand the first sees
FALL_S = 0.65  # half a metre takes a third of a second, and cameras shake a little longer; the quickest hand is there for this long
FLY_SHARE = 0.005  # of the face: a hand covers ten times as much of it
EMPTY_SHARE = 0.003  # registration noise stays below this share of the face


@dataclass
class _Round:
    """What is known of the happening so far."""

    started_s: float
    moving: dict[CameraId, MotionDetected] = field(default_factory=dict)
    began_s: dict[CameraId, float] = field(default_factory=dict)  # when each camera first saw motion
    settled: dict[CameraId, Settled] = field(default_factory=dict)
    first_settled_s: float | None = None
    last_settled_s: float = -math.inf
    before: dict[CameraId, Settled] = field(default_factory=dict)  # what cameras said that swung on: it is of the same happening
    hand: bool = False  # it was told to be a hand


class Rounds:
    """The gathering of the cameras' messages; `poses` are the calibrations of the cameras that are ready."""

    def __init__(self, board: BoardSpec, settled_timeout_s: float) -> None:
        self._board = board
        self._timeout_s = settled_timeout_s
        self._round: _Round | None = None
        self._held_until_s = -math.inf
        self._hand_was = False  # in the last round: cameras that rest on one see nothing move
        self._half_mm = UNKNOWN_MM  # half the width of the last dart that was seen whole: a player's darts are alike
        self._flown_s = -math.inf  # flights that began before were told
        self._busy: set[CameraId] = set()  # cameras that have seen motion and not settled since, whatever round it began in
        self.poses: dict[CameraId, Calibration] = {}

    @property
    def open(self) -> bool:
        """Say whether a round is open."""
        return self._round is not None

    def forget(self) -> None:
        """Drop what was gathered."""
        self._round = None
        self._flown_s = -math.inf
        self._hand_was = False
        self._busy.clear()

    def lose(self, camera_id: CameraId) -> None:
        """Wait no longer for a camera that is gone."""
        self.poses.pop(camera_id, None)
        self._busy.discard(camera_id)
        if self._round is not None:
            self._round.moving.pop(camera_id, None)

    def move(self, motion: MotionDetected) -> None:
        """Note that a camera sees motion."""
        if self._round is None:
            self._round = _Round(motion.t_s)
        self._round.moving[motion.camera_id] = motion
        self._round.began_s.setdefault(motion.camera_id, motion.t_s)
        self._busy.add(motion.camera_id)

    def sees_hand(self, now: float) -> bool:
        """Say whether a hand that a camera told of while it moves is one: others must have begun to see motion with it, and long enough."""
        if self._round is None or not self._still_in(self._round, now):
            return False
        self._round.hand = True
        return True

    def hand_due_s(self) -> float | None:
        """Give the time at which a hand of which one camera told will be believed, if others see motion till then; None without one."""
        gathered = self._round
        if gathered is None or gathered.hand:
            return None
        began = gathered.began_s
        telling = [c for c, m in gathered.moving.items() if m.hand]
        with_them = [c for c in gathered.moving if any(c != one and abs(began[c] - began[one]) <= REACHES_S for one in telling)]
        if not self._before_all(gathered):
            return None
        return min((began[c] + LINGERS_S for c in with_them), default=None)

    def _still_in(self, gathered: _Round, now: float) -> bool:
        began = gathered.began_s
        telling = [c for c, m in gathered.moving.items() if m.hand]
        if len(self.poses) < 2:
            return bool(telling)
        with_them = [c for c in gathered.moving if c in telling or now >= began[c] + LINGERS_S]
        return self._before_all(gathered) and any(
            c != one and abs(began[c] - began[one]) <= REACHES_S for one in telling for c in with_them
        )

    def _hand_there(self, gathered: _Round, now: float) -> bool:
        """Say whether a hand that was told is still there: a camera that rests on it settles before others, which see it come or go."""
        return self._still_in(gathered, now) or (self._hand_was and len(self._busy) > len(gathered.settled))

    def _before_all(self, gathered: _Round) -> bool:
        """Say whether every camera sees something, or did when a hand came: what reaches for a dart is before all of them."""
        return self._hand_was or all(
            gathered.settled[c].max_share > FLY_SHARE if c in gathered.settled else c in gathered.began_s or c in self._busy
            for c in self.poses
        )

    def settle(self, settled: Settled, now: float) -> None:
        """Note what a camera saw when its picture stood still again."""
        if self._round is None:
            self._round = _Round(settled.started_s)
        self._round.moving.pop(settled.camera_id, None)
        self._busy.discard(settled.camera_id)
        before = self._round.before.get(settled.camera_id)
        if before is not None:
            settled = msgspec.structs.replace(settled, started_s=before.started_s, flight=before.flight or settled.flight)
        self._round.settled[settled.camera_id] = settled
        self._round.last_settled_s = now
        if self._round.first_settled_s is None:
            self._round.first_settled_s = now

    def must_close_before(self, camera_id: CameraId) -> bool:
        """Say whether a camera has already settled in the open round: what it says next belongs to another."""
        return self._round is not None and camera_id in self._round.settled

    def take_back(self, camera_id: CameraId, now: float) -> int | None:
        """Forget what a camera saw that swings on, or moves again while others are waited for; gives its episode, None when it counts."""
        gathered = self._round
        if gathered is None or camera_id not in gathered.settled:
            return None
        if now >= max(self._held_until_s, gathered.started_s + SWINGS_S, _calm_s(gathered)):
            return None
        gathered.before[camera_id] = gathered.settled.pop(camera_id)
        if not gathered.settled:
            gathered.first_settled_s = None
        return gathered.before[camera_id].episode

    def hold(self, until_s: float) -> None:
        """Close no round by itself before this time: cameras are on their way, and two alone cannot tell several new darts apart."""
        self._held_until_s = until_s

    def release(self, now: float) -> None:
        """Hold no longer than the last camera needs to say what it sees."""
        self._held_until_s = min(self._held_until_s, now + self._timeout_s)

    def deadline(self) -> float | None:
        """Give the time at which the round closes by itself, None while nothing has settled."""
        if self._round is None or self._round.first_settled_s is None:
            return None
        wait_s = min(GATHER_S, self._timeout_s)
        if self._round.moving:
            wait_s = self._timeout_s
        elif all(camera in self._round.settled for camera in self.poses):
            wait_s = 0.0
        return max(self._round.first_settled_s + wait_s, self._held_until_s, _calm_s(self._round))

    def close(self, standing: Sequence[KnownDart], now: float) -> tuple[Observation, dict[CameraId, int]]:
        """Close the round: what the cameras saw together, and each camera's episode in it."""
        gathered = self._round
        assert gathered is not None  # noqa: S101 - asked for only while a round is open
        self._round = None
        settled = gathered.settled
        episodes = {camera: s.episode for camera, s in settled.items()}
        still = [pose for camera, pose in self.poses.items() if camera not in settled and camera not in self._busy]
        scores = _presence(standing, settled, still)
        disturbed = [d for d in standing if scores.get(d.dart_id, 1.0) < UNDISTURBED]
        as_before = tuple(d.axis for d in standing if d not in disturbed)
        views = [
            View(c, self.poses[c], _coming(s.sightings), as_before if s.sightings_on_empty else ())
            for c, s in settled.items()
            if c in self.poses
        ]
        cameras = max(1, len(self.poses))
        wide = float(np.median([s.changed_share for s in settled.values()] or [0.0])) > WIDE_SHARE
        found = fuse(views, as_before, 3 + len(disturbed), self._half_mm)
        fixes = self._accept(found, disturbed, CLEARLY if wide else VISIBLY)
        flight = _flown(settled, cameras, self._flown_s)
        struck = [] if fixes or disturbed else [v for v in views if self._struck(v.camera_id, settled)]
        if not fixes and not disturbed:
            fixes = self._seen_by_one([v for v in views if flight and settled[v.camera_id].flight] + struck)
        stuck_beyond = not fixes and any(_leads_beyond(v, settled) for v in struck)
        again = _seen_again(disturbed, fixes)
        fixes = [f for f in fixes if f not in again.values()]
        least = TAKEN if gathered.hand or self._hand_was else GONE
        gone = tuple(d.dart_id for d in disturbed if scores[d.dart_id] < least and d.dart_id not in again)
        if gone:  # where one went, its neighbours look different, and so do their shadows: what knocked it out is seen clearly
            fixes = [f for f in fixes if f.in_view > CLEARLY and all(_distance_mm(f.axis, d.axis) > SHADOW_MM for d in standing)]
        sure = [f for f in (*fixes, *again.values()) if f.score >= MORE_SCORE * len(self.poses) or f.uncertainty_mm < SURE_MM]
        went = [d.axis for d in standing if d.dart_id in gone]
        stays = [d.axis for d in standing if d.dart_id not in gone]
        came = [f.axis for f in sure]
        empty = _empty(settled)
        hand = self._hand_there(gathered, now) or (
            not empty and self._before_all(gathered) and is_hand([*went, *came], [*stays, *came], settled, self.poses, busy=len(self._busy))
        )
        self._hand_was = hand
        at_s = max((s.t_s for s in settled.values()), default=gathered.started_s)
        if flight or fixes or stuck_beyond:
            self._flown_s = at_s
        for fix in fixes:
            self._half_mm = np.where(np.isnan(fix.half_mm), self._half_mm, fix.half_mm)
        return (
            Observation(
                at_s=now,
                started_s=gathered.started_s,
                settled_s=at_s,
                hand=hand,
                landings=() if hand else tuple(land(f, views, self._board, cameras, episodes, at_s) for f in fixes),
                gone=gone,
                moved=() if hand else tuple((d.dart_id, again[d.dart_id].axis) for d in disturbed if _is_moved(d, again)),
                flight=flight or stuck_beyond,
                everywhere=stuck_beyond or (len(settled) >= len(self.poses) and _passed(settled) and not wide),
                lingered=_lingered(settled, cameras),
                max_motion=max((s.max_share for s in settled.values()), default=0.0),
                empty=empty,
            ),
            episodes,
        )

    def _accept(self, fixes: Sequence[Fix], disturbed: Sequence[KnownDart], least_view: float) -> list[Fix]:
        """Keep the fixes that enough cameras stand behind; `disturbed` darts may be seen again beside new ones, and need less for it.

        One camera alone cannot tell a second dart from a flight or a shadow of the first.
        """
        cameras = max(1, len(self.poses))
        accepted: list[Fix] = []
        for fix in fixes:
            first = len(accepted) <= len(disturbed)
            least = AGAIN_SCORE if any(_may_be(fix, d) for d in disturbed) else FIRST_SCORE if first else MORE_SCORE
            visible = cameras == 1 or fix.in_view > least_view
            enough = visible and (fix.score >= least * cameras or (first and fix.in_view > CLEARLY))
            own_shadow = any(_distance_mm(fix.axis, other.axis) < SHADOW_MM for other in accepted) and not disturbed
            if enough and not own_shadow and fix.length_mm > SHORTEST_MM and (len(fix.seen_by) > 1 or (cameras == 1 and first)):
                accepted.append(fix)
        return accepted

    def _struck(self, one: CameraId, settled: Mapping[CameraId, Settled]) -> bool:
        """Say whether something struck the board: cameras shook together and shortly, and none but one of them sees a change."""
        others = [settled[c] for c in self.poses if c != one and c in settled]
        return (
            bool(others)
            and not any(c in self._busy for c in self.poses)
            and all(s.finding in {"nothing", "other"} and abs(s.started_s - settled[one].started_s) <= TOGETHER_S for s in others)
            and all(s.t_s - s.started_s < LINGERS_S for s in settled.values())
        )

    def _seen_by_one(self, views: Sequence[View]) -> list[Fix]:
        """Find the dart that came where the pictures of all other cameras end: far out in the surround one may see it alone."""
        for view in views:
            others = [pose for camera, pose in self.poses.items() if camera != view.camera_id]
            found = [f for f in fuse([view], most=1) if f.in_view > ALONE and f.length_mm > SHORTEST_MM]
            if others and found and not any(shows(pose, found[0].axis) for pose in others):
                return found
        return []


def _calm_s(gathered: _Round) -> float:
    """Give the time till which what may be a miss has to wait for who moves again; long past for all else."""
    settled = gathered.settled.values()
    passed = any(s.flight for s in settled) and not any(s.finding == "dart" for s in settled)
    return gathered.last_settled_s + CALM_S if passed else -math.inf


def _flown(settled: Mapping[CameraId, Settled], cameras: int, told_s: float) -> bool:
    """Say whether something flew: one camera saw it fly, and another one, if there is one, saw that or the board shake at the same time.

    What flew before `told_s` was told when other cameras had settled.

    Who walks past comes to one camera after another, and what crawls on one lens is nothing to the others. A camera that has been
    busy for longer has a hand before it, and the others see that hand's shadow.
    """
    began = [s.started_s for s in settled.values()]
    return any(
        one.started_s - min(began) < LINGERS_S and (cameras == 1 or sum(abs(b - one.started_s) <= TOGETHER_S for b in began) > 1)
        for one in settled.values()
        if one.flight and one.started_s > told_s
    )


def _leads_beyond(view: View, settled: Mapping[CameraId, Settled]) -> bool:
    """Say whether a camera sees a dart that stuck where even its picture ends: it is in no bed, and nobody can tell where."""
    return settled[view.camera_id].finding == "dart" and Eye(view).leads_beyond(REACH_MM, ALONE)


def _passed(settled: Mapping[CameraId, Settled]) -> bool:
    """Say whether something passed that is gone: before all at the same time, or seen to fly by two and fallen past the others then."""
    began = [s.started_s for s in settled.values()]
    flew = [s.started_s for s in settled.values() if s.flight]
    together = max(began, default=0.0) - min(began, default=0.0) <= TOGETHER_S
    fell = len(flew) > 1 and max(flew) - min(flew) <= TOGETHER_S and max(began) - min(began) <= FALL_S
    lamp = 2 * sum(s.finding == "light" for s in settled.values()) > len(settled)
    return (together or fell) and not lamp and not _lingered(settled, 1)


def _lingered(settled: Mapping[CameraId, Settled], cameras: int) -> bool:
    """Say whether two cameras, or the only one, saw motion for longer than a dart takes to fall out of their pictures."""
    return sum(s.t_s - s.started_s > FALL_S for s in settled.values()) >= min(2, cameras)


def _coming(sightings: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
    return tuple(s for s in sightings if s.leaving < LEAVING)


def _presence(standing: Sequence[KnownDart], settled: Mapping[CameraId, Settled], still: Sequence[Calibration]) -> dict[DartId, float]:
    """Say how much of each dart the cameras together still see; a camera counts by how much of the dart it can judge.

    Those that look at it and saw nothing move all that time see it as it was.
    """
    together = {}
    for dart in standing:
        seen = [(p.weight, p.score) for s in settled.values() for p in s.presence if p.dart_id == dart.dart_id]
        if sum(weight for weight, _ in seen) >= LEAST_WEIGHT:
            seen += [(STILL_WEIGHT, 1.0) for pose in still if shows(pose, dart.axis)]
            together[dart.dart_id] = sum(weight * score for weight, score in seen) / sum(weight for weight, _ in seen)
    return together


def _seen_again(disturbed: Sequence[KnownDart], fixes: Sequence[Fix]) -> dict[DartId, Fix]:
    """Match darts that are not as they were with the axes that are seen now, the nearest pairs first."""
    pairs = sorted(
        ((_distance_mm(f.axis, d.axis), d.dart_id, k) for d in disturbed for k, f in enumerate(fixes) if _may_be(f, d)),
        key=lambda p: p[0],
    )
    again: dict[DartId, Fix] = {}
    taken: set[int] = set()
    for distance_mm, dart_id, k in pairs:
        alone = len(fixes) == 1 and distance_mm > HIDDEN_MM  # one new axis a little beside: rather a new dart than the old one
        if dart_id not in again and k not in taken and not alone:
            again[dart_id] = fixes[k]
            taken.add(k)
    return again


def _may_be(fix: Fix, dart: KnownDart) -> bool:
    """Say whether a dart that was pushed may now stand so."""
    return _distance_mm(fix.axis, dart.axis) < PUSHED_MM and _tilt(fix.axis, dart.axis) < TILTED


def _is_moved(dart: KnownDart, again: Mapping[DartId, Fix]) -> bool:
    return dart.dart_id in again and _distance_mm(again[dart.dart_id].axis, dart.axis) > MOVED_MM


def _distance_mm(one: Axis3, other: Axis3) -> float:
    return float(np.hypot(one.x_mm - other.x_mm, one.y_mm - other.y_mm))


def _tilt(one: Axis3, other: Axis3) -> float:
    return float(np.hypot(one.slope_x - other.slope_x, one.slope_y - other.slope_y))


def _empty(settled: Mapping[CameraId, Settled]) -> bool | None:
    shares = [s.empty_share for s in settled.values() if s.empty_share is not None]
    return max(shares) < EMPTY_SHARE if shares else None
