"""Disturbances of the cameras: people walking past, flies, lamps, dusk, flicker, bumps. They are a function of seed and time."""

import math
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from schemas.base import Value
from workers.sources.simulator.extended_projection import CameraShift
from workers.sources.simulator.hand import HandPose, Limb, limb
from workers.sources.simulator.rig import CAMERAS, VARIED_FROM, WIDTH_PX, Tint

Kind = Literal["passer", "shadow", "fly", "walking_fly", "lamp", "dusk", "flicker", "exposure", "bump", "waving", "broad_shadow", "tremor"]
KINDS: Final[tuple[Kind, ...]] = ("passer", "shadow", "fly", "walking_fly", "lamp", "flicker", "exposure", "bump", "waving")
MORE_KINDS: Final[tuple[Kind, ...]] = (*KINDS, "broad_shadow", "tremor")  # of seeds from `VARIED_FROM` on
SLOT_S: Final = 12.0  # in each slot one disturbance begins, in 30 % of them two
_DUSK_S: Final = 300.0  # period of the light of the room
_DUSK: Final = 0.25  # share of the light that goes
_SWING_S: Final = 0.5  # a camera that was bumped counts as swinging for this time
_CLOTHES: Final[tuple[Tint, ...]] = ((0.03, 0.03, 0.04), (0.3, 0.12, 0.06), (0.3, 0.32, 0.35), (0.05, 0.05, 0.3), (0.08, 0.2, 0.1))
_FLY_COLOUR: Final[Tint] = (0.012, 0.012, 0.012)


class Disturbance(Value, frozen=True, kw_only=True):
    """One disturbance, of all cameras (None) or of one: its strength (0 to 1), and the seed of its details."""

    kind: Kind
    start_s: float
    end_s: float
    camera: int | None
    strength: float
    number: int


class ImagingConditions(Value, frozen=True, kw_only=True):
    """The conditions of one picture.

    `gain` is a factor of light, `gradient` its increase along x and y (share per metre), `bands` a flicker of the rows (share, phase,
    cycles over the height), `shadow` the soft shadow of a person on the board (x mm, y mm, width mm, share), `lens_spot` an object on
    the lens (x px, y px, radius px).
    """

    gain: float = 1.0
    gradient: tuple[float, float] = (0.0, 0.0)
    bands: tuple[float, float, float] | None = None
    shadow: tuple[float, float, float, float] | None = None
    lens_spot: tuple[float, float, float] | None = None


@lru_cache(maxsize=256)
def disturbances_of(seed: int, slot: int) -> tuple[Disturbance, ...]:
    """Return the disturbances of a slot; times are seconds since the first slot began."""
    if slot < 0:
        return ()
    rng = np.random.default_rng([seed, 0xD157, slot])
    found, kinds = [], MORE_KINDS if seed >= VARIED_FROM else KINDS
    for _ in range(1 if rng.random() < 0.7 else 2):
        kind = kinds[int(rng.integers(len(kinds)))]
        start_s = slot * SLOT_S + float(rng.uniform(0.3, 3.0))
        lasts_s = float(rng.uniform(1.0, 3.0)) if kind in {"passer", "shadow", "waving"} else float(rng.uniform(2.0, 8.0))
        camera = int(rng.integers(CAMERAS)) if kind in {"fly", "exposure", "bump"} else None
        strength, number = float(rng.uniform(0, 1)), int(rng.integers(2**31))
        found.append(Disturbance(kind=kind, start_s=start_s, end_s=start_s + lasts_s, camera=camera, strength=strength, number=number))
    return tuple(found)


def running(seed: int, since_s: float) -> tuple[Disturbance, ...]:
    """Return the disturbances at a time (seconds since the first slot began)."""
    return tuple(d for d in disturbances_of(seed, math.floor(since_s / SLOT_S)) if d.start_s <= since_s < d.end_s)


def conditions_at(seed: int, camera: int, since_s: float) -> ImagingConditions:
    """Return the imaging conditions of a camera at a time."""
    gain = 1 - _DUSK * (0.5 - 0.5 * math.cos(math.tau * max(since_s, 0.0) / _DUSK_S))
    gradient, bands, shadow, lens_spot = (0.0, 0.0), None, None, None
    for d in running(seed, since_s):
        rng = np.random.default_rng([d.number, 1])
        if d.kind == "lamp":
            on = _ramp(d, since_s, float(rng.uniform(0.02, 0.4)))
            brighter = (0.06 + 0.3 * d.strength) * float(rng.choice([-0.8, 1.0]))
            angle_rad = float(rng.uniform(0, math.tau))
            gain *= 1 + brighter * on
            gradient = (0.6 * brighter * on * math.cos(angle_rad), 0.6 * brighter * on * math.sin(angle_rad))
        elif d.kind == "exposure" and d.camera == camera:
            gain *= (1 + (0.1 + 0.5 * d.strength) * float(rng.choice([-0.6, 1.0]))) ** _ramp(d, since_s, 0.12)
        elif d.kind == "flicker":
            bands = (0.006 + 0.035 * d.strength, math.tau * float(rng.uniform(0.7, 9.0)) * since_s, float(rng.uniform(0.5, 3.0)))
        elif d.kind == "shadow":
            shadow = _shade(d, rng, since_s)
        elif d.kind == "broad_shadow":
            shadow = _broad_shade(d, rng, since_s)
        elif d.kind == "fly" and d.camera == camera:
            lens_spot = _lens_spot(d, rng, since_s)
    return ImagingConditions(gain=gain, gradient=gradient, bands=bands, shadow=shadow, lens_spot=lens_spot)


def bump_at(seed: int, camera: int, since_s: float) -> CameraShift:
    """Return the shift of a camera that trembles, or is bumped: then it swings, rests where it was pushed to, and is pushed back."""
    for d in running(seed, since_s):
        if d.kind == "tremor":
            return _tremble(d, np.random.default_rng([d.number, camera]), since_s)
        if d.kind == "bump" and d.camera == camera:
            rng = np.random.default_rng([d.number, 1])
            reach, angle_rad, frequency_hz = 0.3 + 4.0 * d.strength**3, float(rng.uniform(0, math.tau)), float(rng.uniform(7, 16))
            elapsed_s = min(since_s - d.start_s, d.end_s - since_s)
            swing = 1.6 * reach * math.exp(-elapsed_s / 0.09) * math.cos(math.tau * frequency_hz * elapsed_s)
            at = reach + swing
            return CameraShift(
                x=at * math.cos(angle_rad), y=at * math.sin(angle_rad), rotation_rad=0.0004 * at, swinging=elapsed_s < _SWING_S
            )
    return CameraShift()


def bodies_at(seed: int, since_s: float) -> tuple[tuple[Limb, ...], ...]:
    """Return the people that walk past the board and the flies that walk on it, each as round limbs."""
    found = []
    for d in running(seed, since_s):
        rng = np.random.default_rng([d.number, 1])
        if d.kind == "passer":
            found.append(_passer(d, rng, since_s))
        elif d.kind == "walking_fly":
            found.append(_walking_fly(d, rng, since_s))
    return tuple(found)


def waving_at(seed: int, since_s: float) -> tuple[HandPose, ...]:
    """Return the hands that wave next to the board without reaching into it."""
    return tuple(_waving(d, since_s) for d in running(seed, since_s) if d.kind == "waving")


def _share(d: Disturbance, since_s: float) -> float:
    return (since_s - d.start_s) / (d.end_s - d.start_s)


def _ramp(d: Disturbance, since_s: float, ramp_s: float) -> float:
    """Rise from 0 to 1 and fall again, each in `ramp_s`."""
    return min(1.0, (since_s - d.start_s) / ramp_s, (d.end_s - since_s) / ramp_s)


def _shade(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[float, float, float, float]:
    angle_rad, off_mm = float(rng.uniform(0, math.tau)), float(rng.uniform(-150, 150))
    along_mm = 900 * (2 * _share(d, since_s) - 1)
    x_mm = along_mm * math.cos(angle_rad) - off_mm * math.sin(angle_rad)
    return x_mm, along_mm * math.sin(angle_rad) + off_mm * math.cos(angle_rad), float(rng.uniform(90, 260)), 0.04 + 0.26 * d.strength


def _broad_shade(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[float, float, float, float]:
    """Return the shadow of a person who steps between a lamp and the board, and stays: as wide as the board, and deep."""
    angle_rad, wide_mm = float(rng.uniform(0, math.tau)), float(rng.uniform(150, 400))
    away_mm = 3 * wide_mm * (1 - _ramp(d, since_s, 0.7)) + float(rng.uniform(0, 120))
    return away_mm * math.cos(angle_rad), away_mm * math.sin(angle_rad), wide_mm, 0.15 + 0.45 * d.strength


def _tremble(d: Disturbance, rng: np.random.Generator, since_s: float) -> CameraShift:
    """Return the shift of a camera while the floor or the wall shakes: steps, a door, music."""
    reach, angle_rad, frequency_hz = 0.1 + 1.4 * d.strength**2, float(rng.uniform(0, math.tau)), float(rng.uniform(6, 14))
    at = reach * _ramp(d, since_s, 0.3) * math.sin(math.tau * frequency_hz * since_s + float(rng.uniform(0, math.tau)))
    return CameraShift(x=at * math.cos(angle_rad), y=at * math.sin(angle_rad), swinging=True)


def _lens_spot(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[float, float, float]:
    """Return a fly that comes to the lens, sits there and leaves."""
    sits_px, angle_rad = rng.uniform((60, 60), (WIDTH_PX - 60, 0.75 * WIDTH_PX - 60)), float(rng.uniform(0, math.tau))
    away = 1 - _ramp(d, since_s, 0.35)
    jitter = 14 * away * math.sin(40 * since_s)
    x_px = float(sits_px[0]) + 900 * away * math.cos(angle_rad) + jitter
    return x_px, float(sits_px[1]) + 900 * away * math.sin(angle_rad) - jitter, 9 + 45 * d.strength


def _passer(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[Limb, ...]:
    """Return a person that walks past the board outside the surround: trunk, shoulder and a swinging arm."""
    angle_rad, distance_mm = float(rng.uniform(0, math.tau)), 430 + 170 * float(rng.random())
    cloth, skin = _CLOTHES[int(rng.integers(len(_CLOTHES)))], (0.25, 0.35, 0.6)
    along_mm = 1000 * (2 * _share(d, since_s) - 1) * float(rng.choice([-1, 1]))
    out = np.array([math.cos(angle_rad), math.sin(angle_rad), 0.0])
    across = np.array([-math.sin(angle_rad), math.cos(angle_rad), 0.0])
    middle = (distance_mm + 130) * out + along_mm * across
    up = np.array([0.0, 0.0, 1.0])
    swing_mm = 120 * math.sin(math.tau * 0.9 * since_s)
    shoulder, hand = middle - 60 * out + 330 * up, middle - 110 * out + swing_mm * across + 40 * up
    return (
        limb(middle - 40 * up, middle + 420 * up, 130, 120, cloth),
        limb(shoulder, hand, 48, 34, cloth),
        limb(hand, hand - 60 * up, 30, 24, skin),
    )


def _walking_fly(d: Disturbance, rng: np.random.Generator, since_s: float) -> tuple[Limb, ...]:
    """Return a fly that walks over the board with pauses."""
    at_mm, angle_rad = rng.uniform(-130, 130, 2), float(rng.uniform(0, math.tau))
    elapsed_s = since_s - d.start_s
    walked_mm = 18 * (math.floor(elapsed_s / 1.3) + min(1.0, (elapsed_s % 1.3) / 0.5))
    heading = np.array([math.cos(angle_rad), math.sin(angle_rad), 0.0])
    tail = np.array([*at_mm, 2.2]) + walked_mm * heading
    return (limb(tail, tail + 5.5 * heading, 2.1, 1.6, _FLY_COLOUR),)


def _waving(d: Disturbance, since_s: float) -> HandPose:
    rng = np.random.default_rng([d.number, 1])
    angle_rad, reach_mm, z_mm = float(rng.uniform(-0.85, -0.15)) * math.pi, float(rng.uniform(300, 360)), float(rng.uniform(50, 200))
    side, person = math.copysign(1.0, math.cos(angle_rad)), int(rng.integers(20))  # the arm never covers the board
    swing_mm = 60 * math.sin(math.tau * 1.6 * since_s) + 300 * (1 - _ramp(d, since_s, 0.5))
    reach_mm += max(swing_mm, -40.0)
    return HandPose(x_mm=reach_mm * math.cos(angle_rad), y_mm=reach_mm * math.sin(angle_rad), z_mm=z_mm, side=side, grip=0.2, person=person)
