"""What troubles the cameras though nobody throws: passers-by, flies, lamps, dusk, flicker, bumps. Everything follows from seed and time."""

import math
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from schemas.base import Value
from workers.sources.simulator.hand import HandPose, Limb, limb
from workers.sources.simulator.rig import CAMERAS, Tint
from workers.sources.simulator.sight import Shift

Kind = Literal["passer", "shadow", "fly", "walking_fly", "lamp", "dusk", "flicker", "exposure", "bump", "waving"]
KINDS: Final[tuple[Kind, ...]] = ("passer", "shadow", "fly", "walking_fly", "lamp", "flicker", "exposure", "bump", "waving")
SLOT_S: Final = 12.0  # in each of these one thing happens, now and then two
_DUSK_S: Final = 300.0  # the light of the room comes and goes in this time
_DUSK: Final = 0.25
_SWING_S: Final = 0.5
_CLOTHES: Final[tuple[Tint, ...]] = ((0.03, 0.03, 0.04), (0.3, 0.12, 0.06), (0.3, 0.32, 0.35), (0.05, 0.05, 0.3), (0.08, 0.2, 0.1))
_CHITIN: Final[Tint] = (0.012, 0.012, 0.012)
_PX: Final = 800  # places in a picture are given for this width


class Disturbance(Value, frozen=True, kw_only=True):
    """One thing that happens, for all cameras or for one: how strong (0 to 1), and a number that its details are drawn from."""

    kind: Kind
    start_s: float
    end_s: float
    camera: int | None
    strength: float
    number: int


class Air(Value, frozen=True, kw_only=True):
    """What lies between a camera and a clear picture.

    `gain` is a factor of light, `slant` how much more of it comes from a side (share per metre), `bands` (share, phase, turns over the
    height) what flickers row by row, `shade` a person's soft shadow on the board (x mm, y mm, width mm, share), `blot` a thing on the
    lens (x px, y px, radius px).
    """

    gain: float = 1.0
    slant: tuple[float, float] = (0.0, 0.0)
    bands: tuple[float, float, float] | None = None
    shade: tuple[float, float, float, float] | None = None
    blot: tuple[float, float, float] | None = None


@lru_cache(maxsize=256)
def disturbances_of(seed: int, slot: int) -> tuple[Disturbance, ...]:
    """Draw what happens in a slot; times are seconds since the first slot began."""
    if slot < 0:
        return ()
    rng = np.random.default_rng([seed, 0xD157, slot])
    found = []
    for _ in range(1 if rng.random() < 0.7 else 2):
        kind = KINDS[int(rng.integers(len(KINDS)))]
        start_s = slot * SLOT_S + float(rng.uniform(0.3, 3.0))
        lasts_s = float(rng.uniform(1.0, 3.0)) if kind in {"passer", "shadow", "waving"} else float(rng.uniform(2.0, 8.0))
        camera = int(rng.integers(CAMERAS)) if kind in {"fly", "exposure", "bump"} else None
        strength, number = float(rng.uniform(0, 1)), int(rng.integers(2**31))
        found.append(Disturbance(kind=kind, start_s=start_s, end_s=start_s + lasts_s, camera=camera, strength=strength, number=number))
    return tuple(found)


def running(seed: int, since_s: float) -> tuple[Disturbance, ...]:
    """List what goes on at a time (seconds since the first slot began)."""
    return tuple(d for d in disturbances_of(seed, math.floor(since_s / SLOT_S)) if d.start_s <= since_s < d.end_s)


def air_at(seed: int, camera: int, since_s: float) -> Air:
    """Tell what light and lens of a camera are like at a time."""
    gain = 1 - _DUSK * (0.5 - 0.5 * math.cos(math.tau * max(since_s, 0.0) / _DUSK_S))
    slant, bands, shade, blot = (0.0, 0.0), None, None, None
    for d in running(seed, since_s):
        rng = np.random.default_rng([d.number, 1])
        if d.kind == "lamp":
            on = _ramp(d, since_s, float(rng.uniform(0.02, 0.4)))
            brighter = (0.06 + 0.3 * d.strength) * float(rng.choice([-0.8, 1.0]))
            turn = float(rng.uniform(0, math.tau))
            gain *= 1 + brighter * on
            slant = (0.6 * brighter * on * math.cos(turn), 0.6 * brighter * on * math.sin(turn))
        elif d.kind == "exposure" and d.camera == camera:
            gain *= (1 + (0.1 + 0.5 * d.strength) * float(rng.choice([-0.6, 1.0]))) ** _ramp(d, since_s, 0.12)
        elif d.kind == "flicker":
            bands = (0.006 + 0.035 * d.strength, math.tau * float(rng.uniform(0.7, 9.0)) * since_s, float(rng.uniform(0.5, 3.0)))
        elif d.kind == "shadow":
            shade = _shade(d, rng, since_s)
        elif d.kind == "fly" and d.camera == camera:
            blot = _blot(d, rng, since_s)
    return Air(gain=gain, slant=slant, bands=bands, shade=shade, blot=blot)


def bump_at(seed: int, camera: int, since_s: float) -> Shift:
    """Tell how far a camera was pushed; it swings, rests where it was pushed to, and is pushed back."""
    for d in running(seed, since_s):
        if d.kind == "bump" and d.camera == camera:
            rng = np.random.default_rng([d.number, 1])
            reach, turn, pace = 0.3 + 4.0 * d.strength**3, float(rng.uniform(0, math.tau)), float(rng.uniform(7, 16))
            gone_s = min(since_s - d.start_s, d.end_s - since_s)
            swing = 1.6 * reach * math.exp(-gone_s / 0.09) * math.cos(math.tau * pace * gone_s)
            at = reach + swing
            return Shift(x=at * math.cos(turn), y=at * math.sin(turn), turn_rad=0.0004 * at, swinging=gone_s < _SWING_S)
    return Shift()


def bodies_at(seed: int, since_s: float) -> tuple[tuple[Limb, ...], ...]:
    """List people who pass beside the board, and flies that walk on it, each as round limbs."""
    found = []
    for d in running(seed, since_s):
        rng = np.random.default_rng([d.number, 1])
        if d.kind == "passer":
            found.append(_passer(d, rng, since_s))
        elif d.kind == "walking_fly":
            found.append(_walking_fly(d, rng, since_s))
    return tuple(found)


def waving_at(seed: int, since_s: float) -> tuple[HandPose, ...]:
    """List hands that wave beside the board without reaching in."""
    return tuple(_waving(d, since_s) for d in running(seed, since_s) if d.kind == "waving")


def _share(d: Disturbance, since_s: float) -> float:
    return (since_s - d.start_s) / (d.end_s - d.start_s)


def _ramp(d: Disturbance, since_s: float, ramp_s: float) -> float:
    """Rise from 0 to 1 and fall again, each in `ramp_s`."""
    return min(1.0, (since_s - d.start_s) / ramp_s, (d.end_s - since_s) / ramp_s)


def _shade(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[float, float, float, float]:
    turn, off_mm = float(rng.uniform(0, math.tau)), float(rng.uniform(-150, 150))
    along_mm = 900 * (2 * _share(d, since_s) - 1)
    x_mm = along_mm * math.cos(turn) - off_mm * math.sin(turn)
    return x_mm, along_mm * math.sin(turn) + off_mm * math.cos(turn), float(rng.uniform(90, 260)), 0.04 + 0.26 * d.strength


def _blot(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[float, float, float]:
    """Let a fly come to the lens, sit there a while, and leave."""
    sits_px, turn = rng.uniform((60, 60), (_PX - 60, 0.75 * _PX - 60)), float(rng.uniform(0, math.tau))
    away = 1 - _ramp(d, since_s, 0.35)
    jitter = 14 * away * math.sin(40 * since_s)
    x_px = float(sits_px[0]) + 900 * away * math.cos(turn) + jitter
    return x_px, float(sits_px[1]) + 900 * away * math.sin(turn) - jitter, 9 + 45 * d.strength


def _passer(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[Limb, ...]:
    """Let a person walk by along a side of the board: trunk, shoulder and a swinging arm, outside the surround."""
    turn, beside_mm = float(rng.uniform(0, math.tau)), 430 + 170 * float(rng.random())
    cloth, skin = _CLOTHES[int(rng.integers(len(_CLOTHES)))], (0.25, 0.35, 0.6)
    along_mm = 1000 * (2 * _share(d, since_s) - 1) * float(rng.choice([-1, 1]))
    out = np.array([math.cos(turn), math.sin(turn), 0.0])
    across = np.array([-math.sin(turn), math.cos(turn), 0.0])
    middle = (beside_mm + 130) * out + along_mm * across
    up = np.array([0.0, 0.0, 1.0])
    swing_mm = 120 * math.sin(math.tau * 0.9 * since_s)
    shoulder, hand = middle - 60 * out + 330 * up, middle - 110 * out + swing_mm * across + 40 * up
    return (
        limb(middle - 40 * up, middle + 420 * up, 130, 120, cloth),
        limb(shoulder, hand, 48, 34, cloth),
        limb(hand, hand - 60 * up, 30, 24, skin),
    )


def _walking_fly(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[Limb, ...]:
    """Let a fly walk over the board by fits and starts."""
    at_mm, turn = rng.uniform(-130, 130, 2), float(rng.uniform(0, math.tau))
    gone_s = since_s - d.start_s
    walked_mm = 18 * (math.floor(gone_s / 1.3) + min(1.0, (gone_s % 1.3) / 0.5))
    heading = np.array([math.cos(turn), math.sin(turn), 0.0])
    tail = np.array([*at_mm, 2.2]) + walked_mm * heading
    return (limb(tail, tail + 5.5 * heading, 2.1, 1.6, _CHITIN),)


def _waving(d: Disturbance, since_s: float) -> HandPose:
    rng = np.random.default_rng([d.number, 1])
    turn, reach_mm, z_mm = float(rng.uniform(-0.85, -0.15)) * math.pi, float(rng.uniform(300, 360)), float(rng.uniform(50, 200))
    side, person = math.copysign(1.0, math.cos(turn)), int(rng.integers(20))  # the arm never passes before the board
    swing_mm = 60 * math.sin(math.tau * 1.6 * since_s) + 300 * (1 - _ramp(d, since_s, 0.5))
    reach_mm += max(swing_mm, -40.0)
    return HandPose(x_mm=reach_mm * math.cos(turn), y_mm=reach_mm * math.sin(turn), z_mm=z_mm, side=side, grip=0.2, person=person)
