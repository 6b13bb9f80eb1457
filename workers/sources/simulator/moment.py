"""What stands, moves and shakes before the cameras at one time of a story."""

import math
from itertools import pairwise
from typing import Final

import numpy as np
from msgspec.structs import replace

from schemas.base import Value
from workers.sources.simulator.darts import Pose
from workers.sources.simulator.disturbance import Air, air_at, bodies_at, bump_at, waving_at
from workers.sources.simulator.hand import HandPose, Limb
from workers.sources.simulator.sight import Shift
from workers.sources.simulator.story import Story
from workers.sources.simulator.visit import FALL_S, FLIGHT_S, SHAKE_S, Key, Reach, Throw, Visit, grip_mm

_SPEED_MM_S: Final = 4000.0
_WIGGLE_S: Final = 0.26
_SHUTTER_S: Final = 0.008
_INSTANTS: Final = 4  # poses that a moving dart is drawn at for one frame
_GRAVITY_MM_S2: Final = 9810.0


class Moving(Value, frozen=True, kw_only=True):
    """A dart that moves: where it was while the shutter was open, and how it will stand, when it touches the board."""

    poses: tuple[Pose, ...]
    rest: Pose | None = None


class Moment(Value, frozen=True, kw_only=True):
    """All that one frame shows."""

    standing: tuple[Pose, ...] = ()
    moving: tuple[Moving, ...] = ()
    hands: tuple[HandPose, ...] = ()
    bodies: tuple[tuple[Limb, ...], ...] = ()

    @property
    def is_still(self) -> bool:
        """Say whether nothing moves but what the air and the camera do."""
        return not (self.moving or self.hands or self.bodies)


def moment_at(story: Story, since_s: float) -> Moment:
    """Tell what is to be seen so many seconds after the epoch."""
    number, troubled_s = story.number_at(since_s), story.troubled_s(since_s)
    if number < 0 or since_s >= story.end_s:
        return Moment()
    bodies = () if troubled_s is None else bodies_at(story.seed, troubled_s)
    waving = () if troubled_s is None else waving_at(story.seed, troubled_s)
    visit = story.visit(number)
    standing: list[Pose] = []
    moving: list[Moving] = []
    for throw in visit.throws:
        if throw.at_s + _WIGGLE_S <= since_s < throw.gone_s and not _is_pushed_now(throw, since_s):
            standing.append(throw.pose_at(since_s))
        elif moves := _moving(throw, visit, since_s):
            moving.append(moves)
    reach = next((r for r in visit.reaches if r.start_s <= since_s < r.end_s), None)
    hands = (*waving, *(_hands(reach, visit, since_s) if reach else ()))
    return Moment(standing=tuple(standing), moving=tuple(moving), hands=hands, bodies=bodies)


def air_of(story: Story, camera: int, since_s: float) -> Air:
    """Tell what light and lens of a camera are like."""
    troubled_s = story.troubled_s(since_s)
    return Air() if troubled_s is None else air_at(story.seed, camera, troubled_s)


def shift_at(story: Story, camera: int, since_s: float) -> Shift:
    """Tell how a camera is displaced: it swings when a dart lands or somebody bumps it, and does not come back quite to where it was."""
    troubled_s = story.troubled_s(since_s)
    hit = _hit(story, camera, since_s)
    return hit if troubled_s is None else hit.after(bump_at(story.seed, camera, troubled_s))


def _hit(story: Story, camera: int, since_s: float) -> Shift:
    number = story.number_at(since_s)
    hits = [(v.number, t) for v in (story.visit(k) for k in range(max(number - 1, 0), number + 1)) for t in v.throws if t.at_s <= since_s]
    if not hits:
        return Shift()
    rest = _rest(story, camera, *hits[-1])
    gone_s = since_s - hits[-1][1].at_s
    if gone_s >= SHAKE_S:
        return rest
    before = _rest(story, camera, *hits[-2]) if len(hits) > 1 else Shift()
    rng = np.random.default_rng([story.seed, camera, *_key(*hits[-1]), 1])
    loose = _looseness(story, camera)
    reach, turn, pace = loose * float(rng.uniform(0.4, 1.2)), float(rng.uniform(0, math.tau)), float(rng.uniform(16, 28))
    left = math.exp(-gone_s / 0.07)
    swing = reach * left * math.cos(math.tau * pace * gone_s)
    return Shift(
        x=rest.x + (before.x - rest.x) * left + swing * math.cos(turn),
        y=rest.y + (before.y - rest.y) * left + swing * math.sin(turn),
        turn_rad=rest.turn_rad + (before.turn_rad - rest.turn_rad) * left + 0.0004 * swing,
        swinging=True,
    )


def _key(number: int, throw: Throw) -> tuple[int, int]:
    return number, throw.number


def _rest(story: Story, camera: int, number: int, throw: Throw) -> Shift:
    rng = np.random.default_rng([story.seed, camera, *_key(number, throw)])
    loose = _looseness(story, camera)
    reach, turn = loose * float(rng.uniform(0.03, 0.28)), float(rng.uniform(0, math.tau))
    return Shift(x=reach * math.cos(turn), y=reach * math.sin(turn), turn_rad=loose * float(rng.normal(0, 0.0001)))


def _looseness(story: Story, camera: int) -> float:
    """Tell how loosely a camera hangs: most are fast, some swing by two pixels and come to rest half of one off."""
    return float(np.random.default_rng([story.seed, camera, 0x1005E]).choice([0.4, 0.8, 1.0, 1.3, 1.8]))


def _moving(throw: Throw, visit: Visit, since_s: float) -> Moving | None:
    """Move a dart that flies, wiggles, falls or is held in a hand."""
    instants = [since_s - _SHUTTER_S * k / _INSTANTS for k in range(_INSTANTS)]
    if throw.at_s - FLIGHT_S <= since_s < throw.at_s:
        return Moving(poses=tuple(_flying(throw, t) for t in instants))
    if throw.at_s <= since_s < min(throw.gone_s, throw.at_s + _WIGGLE_S):
        return Moving(poses=tuple(_wiggling(throw, throw.at_s, t) for t in instants[:2]), rest=throw.pose)
    if since_s < throw.gone_s:
        if throw.pushed is None or not _is_pushed_now(throw, since_s):
            return None
        return Moving(poses=tuple(_wiggling(throw, throw.pushed[0], t) for t in instants[:2]), rest=throw.pushed[1])
    reach = next((r for r in visit.reaches if throw.number in dict(r.takes)), None)
    if reach is not None:
        return Moving(poses=(_held(throw, reach, visit, since_s),)) if since_s < reach.end_s else None
    return Moving(poses=tuple(_falling(throw, t) for t in instants)) if since_s < throw.gone_s + FALL_S else None


def _is_pushed_now(throw: Throw, since_s: float) -> bool:
    return throw.pushed is not None and throw.pushed[0] <= since_s < throw.pushed[0] + _WIGGLE_S


def _flying(throw: Throw, at_s: float) -> Pose:
    p = throw.pose
    return replace(p, depth_mm=p.depth_mm - _SPEED_MM_S * (throw.at_s - at_s))


def _wiggling(throw: Throw, struck_s: float, at_s: float) -> Pose:
    p, gone_s = throw.pose_at(max(at_s, struck_s)), max(at_s - struck_s, 0.0)
    swing = 0.06 * math.exp(-gone_s / 0.045) * math.sin(math.tau * 22 * gone_s)
    depth_mm = 2.0 if throw.outcome in {"bounces", "drops"} else p.depth_mm
    return replace(p, slope_y=p.slope_y + swing, slope_x=p.slope_x + 0.3 * swing, depth_mm=depth_mm)


def _falling(throw: Throw, at_s: float) -> Pose:
    """Let a dart drop: its point comes out, its flight goes down, it leaves the board."""
    p, gone_s = throw.pose_at(at_s), max(at_s - throw.gone_s, 0.0)
    drop_mm = _GRAVITY_MM_S2 / 2 * gone_s**2
    slope_y = p.slope_y - 5.0 * gone_s
    point_mm = np.array([p.x_mm + 60 * gone_s, p.y_mm - drop_mm, 4.0 + 350 * gone_s])
    return placed(replace(p, slope_y=slope_y), point_mm, 0.0)


def _held(throw: Throw, reach: Reach, visit: Visit, since_s: float) -> Pose:
    """Carry a dart between the fingers; one that lodges in another comes along with it."""
    hand = _hand(reach.keys, visit.player.side, visit.player.person, since_s)
    held = throw if throw.on is None else visit.throws[throw.on]
    order = [number for number, _ in reach.takes].index(held.number)
    fingers_mm = np.array([hand.x_mm + 5.0 * order, hand.y_mm - 4.0 * order, hand.z_mm])
    carried = placed(held.pose_at(since_s), fingers_mm, grip_mm(held.pose))
    if held is throw:
        return carried
    before, after = _point_mm(held.pose_at(since_s)), _point_mm(carried)
    return placed(throw.pose, _point_mm(throw.pose) + after - before, 0.0)


def _point_mm(pose: Pose) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    point: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.array([pose.x_mm, pose.y_mm, 0.0]) - pose.depth_mm * pose.along
    return point


def placed(pose: Pose, at_mm: np.ndarray[tuple[int, ...], np.dtype[np.float64]], from_point_mm: float) -> Pose:
    """Move a dart so that the place `from_point_mm` along it lies at `at_mm` (3)."""
    along = pose.along
    point_mm = at_mm - from_point_mm * along
    depth_mm = -float(point_mm[2] / along[2])
    foot_mm = point_mm + depth_mm * along
    return replace(pose, x_mm=float(foot_mm[0]), y_mm=float(foot_mm[1]), depth_mm=depth_mm)


def _hands(reach: Reach, visit: Visit, since_s: float) -> tuple[HandPose, ...]:
    player = visit.player
    hands = [_hand(reach.keys, player.side, player.person, since_s)]
    if reach.beside and reach.beside[0].at_s <= since_s < reach.beside[-1].at_s:
        hands.append(_hand(reach.beside, -player.side, player.person, since_s))
    return tuple(hands)


def _hand(keys: tuple[Key, ...], side: float, person: int, since_s: float) -> HandPose:
    before, after = keys[0], keys[-1]
    for first, second in pairwise(keys):
        if first.at_s <= since_s <= second.at_s:
            before, after = first, second
            break
    share = _smooth(before, after, since_s)
    x_mm, y_mm, z_mm, grip = (
        getattr(before, name) + share * (getattr(after, name) - getattr(before, name)) for name in ("x_mm", "y_mm", "z_mm", "grip")
    )
    x_mm += 2.5 * math.sin(8.3 * since_s) + 0.7 * math.sin(27.0 * since_s)  # no hand rests quite still
    y_mm += 2.0 * math.sin(6.1 * since_s + 1.0) + 0.5 * math.sin(31.0 * since_s)
    return HandPose(x_mm=x_mm, y_mm=y_mm, z_mm=z_mm, side=side, grip=grip, person=person)


def _smooth(before: Key, after: Key, since_s: float) -> float:
    share = min(max((since_s - before.at_s) / max(after.at_s - before.at_s, 1e-6), 0.0), 1.0)
    return share * share * (3 - 2 * share)
