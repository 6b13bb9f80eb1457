"""The content of a frame: what is in the board, what moves and how the camera shakes at one time of a script."""

import math
from itertools import pairwise
from typing import Final

import numpy as np
from msgspec.structs import replace

from schemas.base import Value
from workers.sources.simulator.darts import DartPose
from workers.sources.simulator.disturbance import ImagingConditions, bodies_at, bump_at, conditions_at, waving_at
from workers.sources.simulator.extended_projection import CameraShift
from workers.sources.simulator.hand import HandPose, Limb
from workers.sources.simulator.script import Script
from workers.sources.simulator.visit import FALL_S, FLIGHT_S, SHAKE_S, HandKeyframe, HandMovement, SimulatedThrow, SimulatedVisit, grip_mm

_SPEED_MM_S: Final = 4000.0  # of a dart in flight
_VIBRATION_S: Final = 0.26  # how long a dart vibrates in the board
_SHUTTER_S: Final = 0.008
_INSTANTS: Final = 4  # poses of a moving dart that are drawn in one frame
_GRAVITY_MM_S2: Final = 9810.0


class MovingDart(Value, frozen=True, kw_only=True):
    """A moving dart: its poses while the shutter was open, and its pose at rest if it is in the board."""

    poses: tuple[DartPose, ...]
    rest: DartPose | None = None


class FrameContent(Value, frozen=True, kw_only=True):
    """The objects in one frame."""

    standing: tuple[DartPose, ...] = ()
    moving: tuple[MovingDart, ...] = ()
    hands: tuple[HandPose, ...] = ()
    bodies: tuple[tuple[Limb, ...], ...] = ()

    @property
    def is_still(self) -> bool:
        """Return whether no object moves."""
        return not (self.moving or self.hands or self.bodies)


def content_at(script: Script, since_s: float) -> FrameContent:
    """Return the content of the frame at a time (seconds since the epoch)."""
    number, disturbed_s = script.number_at(since_s), script.disturbed_s(since_s)
    if number < 0 or since_s >= script.end_s:
        return FrameContent()
    bodies = () if disturbed_s is None else bodies_at(script.seed, disturbed_s)
    waving = () if disturbed_s is None else waving_at(script.seed, disturbed_s)
    visit = script.visit(number)
    standing: list[DartPose] = []
    moving: list[MovingDart] = []
    for throw in visit.throws:
        if throw.at_s + _VIBRATION_S <= since_s < throw.gone_s and not _is_pushed_now(throw, since_s):
            standing.append(throw.pose_at(since_s))
        elif moves := _moving(throw, visit, since_s):
            moving.append(moves)
    reach = next((r for r in visit.hand_movements if r.start_s <= since_s < r.end_s), None)
    hands = (*waving, *(_hands(reach, visit, since_s) if reach else ()))
    return FrameContent(standing=tuple(standing), moving=tuple(moving), hands=hands, bodies=bodies)


def conditions_of(script: Script, camera: int, since_s: float) -> ImagingConditions:
    """Return the imaging conditions of a camera at a time."""
    disturbed_s = script.disturbed_s(since_s)
    return ImagingConditions() if disturbed_s is None else conditions_at(script.seed, camera, disturbed_s)


def shift_at(script: Script, camera: int, since_s: float) -> CameraShift:
    """Return the shift of a camera: it swings when a dart lands or when it is bumped, and rests slightly off its former position."""
    disturbed_s = script.disturbed_s(since_s)
    hit = _hit(script, camera, since_s)
    return hit if disturbed_s is None else hit.after(bump_at(script.seed, camera, disturbed_s))


def _hit(script: Script, camera: int, since_s: float) -> CameraShift:
    number = script.number_at(since_s)
    hits = [(v.number, t) for v in (script.visit(k) for k in range(max(number - 1, 0), number + 1)) for t in v.throws if t.at_s <= since_s]
    if not hits:
        return CameraShift()
    rest = _rest(script, camera, *hits[-1])
    elapsed_s = since_s - hits[-1][1].at_s
    if elapsed_s >= SHAKE_S:
        return rest
    before = _rest(script, camera, *hits[-2]) if len(hits) > 1 else CameraShift()
    rng = np.random.default_rng([script.seed, camera, *_keyframe(*hits[-1]), 1])
    loose = _looseness(script, camera)
    reach, angle_rad, frequency_hz = loose * float(rng.uniform(0.4, 1.2)), float(rng.uniform(0, math.tau)), float(rng.uniform(16, 28))
    left = math.exp(-elapsed_s / 0.07)
    swing = reach * left * math.cos(math.tau * frequency_hz * elapsed_s)
    return CameraShift(
        x=rest.x + (before.x - rest.x) * left + swing * math.cos(angle_rad),
        y=rest.y + (before.y - rest.y) * left + swing * math.sin(angle_rad),
        rotation_rad=rest.rotation_rad + (before.rotation_rad - rest.rotation_rad) * left + 0.0004 * swing,
        swinging=True,
    )


def _keyframe(number: int, throw: SimulatedThrow) -> tuple[int, int]:
    return number, throw.number


def _rest(script: Script, camera: int, number: int, throw: SimulatedThrow) -> CameraShift:
    rng = np.random.default_rng([script.seed, camera, *_keyframe(number, throw)])
    loose = _looseness(script, camera)
    reach, angle_rad = loose * float(rng.uniform(0.03, 0.28)), float(rng.uniform(0, math.tau))
    return CameraShift(x=reach * math.cos(angle_rad), y=reach * math.sin(angle_rad), rotation_rad=loose * float(rng.normal(0, 0.0001)))


def _looseness(script: Script, camera: int) -> float:
    """Return how loose a camera is: most are fixed, some swing by two pixels and come to rest half a pixel off."""
    return float(np.random.default_rng([script.seed, camera, 0x1005E]).choice([0.4, 0.8, 1.0, 1.3, 1.8]))


def _moving(throw: SimulatedThrow, visit: SimulatedVisit, since_s: float) -> MovingDart | None:
    """Return a dart that flies, vibrates, falls or is held in a hand; None if it does not move."""
    instants = [since_s - _SHUTTER_S * k / _INSTANTS for k in range(_INSTANTS)]
    if throw.at_s - FLIGHT_S <= since_s < throw.at_s:
        return MovingDart(poses=tuple(_flying(throw, t) for t in instants))
    if throw.at_s <= since_s < min(throw.gone_s, throw.at_s + _VIBRATION_S):
        return MovingDart(poses=tuple(_vibrating(throw, throw.at_s, t) for t in instants[:2]), rest=throw.pose)
    if since_s < throw.gone_s:
        if throw.pushed is None or not _is_pushed_now(throw, since_s):
            return None
        return MovingDart(poses=tuple(_vibrating(throw, throw.pushed[0], t) for t in instants[:2]), rest=throw.pushed[1])
    reach = next((r for r in visit.hand_movements if throw.number in dict(r.takes)), None)
    if reach is not None:
        return MovingDart(poses=(_held(throw, reach, visit, since_s),)) if since_s < reach.end_s else None
    return MovingDart(poses=tuple(_falling(throw, t) for t in instants)) if since_s < throw.gone_s + FALL_S else None


def _is_pushed_now(throw: SimulatedThrow, since_s: float) -> bool:
    return throw.pushed is not None and throw.pushed[0] <= since_s < throw.pushed[0] + _VIBRATION_S


def _flying(throw: SimulatedThrow, at_s: float) -> DartPose:
    p = throw.pose
    return replace(p, depth_mm=p.depth_mm - _SPEED_MM_S * (throw.at_s - at_s))


def _vibrating(throw: SimulatedThrow, struck_s: float, at_s: float) -> DartPose:
    p, gone_s = throw.pose_at(max(at_s, struck_s)), max(at_s - struck_s, 0.0)
    swing = 0.06 * math.exp(-gone_s / 0.045) * math.sin(math.tau * 22 * gone_s)
    depth_mm = 2.0 if throw.outcome in {"bounces", "drops"} else p.depth_mm
    return replace(p, slope_y=p.slope_y + swing, slope_x=p.slope_x + 0.3 * swing, depth_mm=depth_mm)


def _falling(throw: SimulatedThrow, at_s: float) -> DartPose:
    """Return a dart that falls out of the board, flight first."""
    p, gone_s = throw.pose_at(at_s), max(at_s - throw.gone_s, 0.0)
    drop_mm = _GRAVITY_MM_S2 / 2 * gone_s**2
    slope_y = p.slope_y - 5.0 * gone_s
    point_mm = np.array([p.x_mm + 60 * gone_s, p.y_mm - drop_mm, 4.0 + 350 * gone_s])
    return placed(replace(p, slope_y=slope_y), point_mm, 0.0)


def _held(throw: SimulatedThrow, reach: HandMovement, visit: SimulatedVisit, since_s: float) -> DartPose:
    """Return a dart between the fingers of a hand; one that is lodged in another moves with it."""
    hand = _hand(reach.keyframes, visit.player.side, visit.player.person, since_s)
    held = throw if throw.on is None else visit.throws[throw.on]
    order = [number for number, _ in reach.takes].index(held.number)
    fingers_mm = np.array([hand.x_mm + 5.0 * order, hand.y_mm - 4.0 * order, hand.z_mm])
    carried = placed(held.pose_at(since_s), fingers_mm, grip_mm(held.pose))
    if held is throw:
        return carried
    before, after = _point_mm(held.pose_at(since_s)), _point_mm(carried)
    return placed(throw.pose, _point_mm(throw.pose) + after - before, 0.0)


def _point_mm(pose: DartPose) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    point: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.array([pose.x_mm, pose.y_mm, 0.0]) - pose.depth_mm * pose.along
    return point


def placed(pose: DartPose, at_mm: np.ndarray[tuple[int, ...], np.dtype[np.float64]], from_point_mm: float) -> DartPose:
    """Move a dart so that its point `from_point_mm` along the axis is at `at_mm` (3)."""
    along = pose.along
    point_mm = at_mm - from_point_mm * along
    depth_mm = -float(point_mm[2] / along[2])
    foot_mm = point_mm + depth_mm * along
    return replace(pose, x_mm=float(foot_mm[0]), y_mm=float(foot_mm[1]), depth_mm=depth_mm)


def _hands(reach: HandMovement, visit: SimulatedVisit, since_s: float) -> tuple[HandPose, ...]:
    player = visit.player
    hands = [_hand(reach.keyframes, player.side, player.person, since_s)]
    if reach.second_hand and reach.second_hand[0].at_s <= since_s < reach.second_hand[-1].at_s:
        hands.append(_hand(reach.second_hand, -player.side, player.person, since_s))
    return tuple(hands)


def _hand(keyframes: tuple[HandKeyframe, ...], side: float, person: int, since_s: float) -> HandPose:
    before, after = keyframes[0], keyframes[-1]
    for first, second in pairwise(keyframes):
        if first.at_s <= since_s <= second.at_s:
            before, after = first, second
            break
    share = _smooth(before, after, since_s)
    x_mm, y_mm, z_mm, grip = (
        getattr(before, name) + share * (getattr(after, name) - getattr(before, name)) for name in ("x_mm", "y_mm", "z_mm", "grip")
    )
    x_mm += 2.5 * math.sin(8.3 * since_s) + 0.7 * math.sin(27.0 * since_s)  # a hand is never completely still
    y_mm += 2.0 * math.sin(6.1 * since_s + 1.0) + 0.5 * math.sin(31.0 * since_s)
    return HandPose(x_mm=x_mm, y_mm=y_mm, z_mm=z_mm, side=side, grip=grip, person=person)


def _smooth(before: HandKeyframe, after: HandKeyframe, since_s: float) -> float:
    share = min(max((since_s - before.at_s) / max(after.at_s - before.at_s, 1e-6), 0.0), 1.0)
    return share * share * (3 - 2 * share)
