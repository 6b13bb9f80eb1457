"""A simulated rig: three cameras around a board, and the appearance of board, room and light. It is a function of a seed."""

import math
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.base import CameraId, Value
from schemas.board import SECTORS
from schemas.geometry import Calibration
from workers.sources.simulator.numerals import NumberRing, number_ring_of

Floats = NDArray[np.float64]
Tint = tuple[float, float, float]  # blue, green, red; linear light, 0 to 1
CAMERAS = 3
WIDTH_PX = 800  # width of the picture for which focal lengths, shifts and positions are given in pixels
DECENTERED_FROM = 2000  # rigs from this seed on have lenses with tangential distortion
TANGENTIAL = 0.0014  # standard deviation of p1 and p2, that of twelve lenses of rendered rigs
VARIED_FROM = 3000  # rigs from this seed on are of any picture size and quality, with cameras that hang askew
PICTURE_SIZES = ((360, 320), (640, 360), (640, 480), (800, 600), (1280, 720), (1920, 1080))


class CameraMount(Value, frozen=True, kw_only=True):
    """The position, lens and sensor of one camera; pixels are those of a picture 800 wide.

    `ceiling` is its brightest level (share of 255), `haze` the light in its black, `bloom` the share of light that bright areas spread
    beyond their edges, `jpeg` the quality of its pictures.
    """

    azimuth_rad: float
    reach_mm: float
    height_mm: float
    aim_mm: tuple[float, float]
    roll_rad: float
    focal_px: float
    off_center_px: tuple[float, float]
    k1: float
    k2: float
    gain: float
    white: Tint
    noise: float
    blur_px: float
    gamma: float
    ceiling: float
    haze: Tint
    bloom: float
    jpeg: int
    p1: float = 0.0
    p2: float = 0.0


class RingLight(Value, frozen=True, kw_only=True):
    """The ring of lamps in front of the board; `tilt` is the gradient of its light (share per metre)."""

    radius_mm: float
    height_mm: float
    level: float
    tilt: tuple[float, float]
    tint: Tint
    ambient: float
    brackets_rad: tuple[float, ...]


class BoardAppearance(Value, frozen=True, kw_only=True):
    """Colours and wear of the board and its surroundings.

    `wear` is 0 (new) to 1; `edge_mm` is the deviation of the frayed borders of the beds; `room` is the contrast of objects on the wall.
    """

    light_bed: Tint
    dark_bed: Tint
    red: Tint
    green: Tint
    number_ring: Tint
    digits: Tint
    surround: Tint
    surround_mm: float
    wall: Tint
    wire_mm: float
    wire: float
    grain: float
    holes: int
    texture: int
    wear: float
    edge_mm: float
    stroke: int
    brand: Tint
    room: float
    numbers: NumberRing = NumberRing()


class Rig(Value, frozen=True, kw_only=True):
    """One simulated installation."""

    seed: int
    mounts: tuple[CameraMount, ...]
    light: RingLight
    look: BoardAppearance


@lru_cache(maxsize=8)
def rig_of(seed: int) -> Rig:
    """Return the rig of a seed."""
    rng = np.random.default_rng([seed, 0x219])
    first_rad = rng.uniform(0, math.tau / CAMERAS)
    sensors = np.random.default_rng([seed, 0x5E25])
    warmth = float(sensors.uniform(-0.12, 0.25))  # cameras balanced for daylight often give a blue picture under lamps
    family = _CameraFamily(
        focal_px=rng.uniform(530, 610),
        k1=rng.uniform(-0.19, 0.09),
        white=_tint(rng, 1.0, 0.05),
        cast=(1 + warmth, 1.0, 1 - 0.7 * warmth),
        exposure=float(sensors.uniform(0.85, 1.5)),
        gamma=float(sensors.uniform(1.9, 2.5)),
        ceiling=float(sensors.uniform(0.68, 1.0)),
        haze=float(sensors.uniform(0.0006, 0.004)),
        bloom=float(sensors.uniform(0.0, 0.12)),
        jpeg=int(sensors.integers(78, 96)),
    )
    mounts = tuple(_mount(rng, sensors, first_rad + k * math.tau / CAMERAS, family) for k in range(CAMERAS))
    if seed >= DECENTERED_FROM:
        tangential = np.random.default_rng([seed, 0x7A46]).normal(0, TANGENTIAL, (CAMERAS, 2))
        mounts = tuple(msgspec.structs.replace(m, p1=float(p1), p2=float(p2)) for m, (p1, p2) in zip(mounts, tangential, strict=True))
    if seed >= VARIED_FROM:
        varied = np.random.default_rng([seed, 0x5C0F])
        jpeg, hangs_rad, wide = int(varied.integers(30, 91)), math.pi * int(varied.integers(2)), _is_wide(picture_size_of(seed))
        mounts = tuple(_askew(m, varied, jpeg, hangs_rad, wide=wide) for m in mounts)
    light = RingLight(
        radius_mm=float(rng.uniform(370, 410)),
        height_mm=float(rng.uniform(185, 225)),
        level=float(rng.uniform(0.85, 1.1)),
        tilt=(float(rng.uniform(-0.5, 0.5)), float(rng.uniform(-0.5, 0.5))),
        tint=_tint(rng, 1.0, 0.06),
        ambient=float(rng.uniform(0.03, 0.12)),
        brackets_rad=tuple(float(first_rad + math.pi / CAMERAS + k * math.tau / CAMERAS + rng.uniform(-0.2, 0.2)) for k in range(CAMERAS)),
    )
    return Rig(seed=seed, mounts=mounts, light=light, look=_appearance(rng, np.random.default_rng([seed, 0x1003]), number_ring_of(seed)))


def picture_size_of(seed: int) -> tuple[int, int]:
    """Return width and height of the pictures of a rig in pixels: 800x600 for seeds below `VARIED_FROM`, each size in turn above."""
    return PICTURE_SIZES[(seed // 6 + seed) % len(PICTURE_SIZES)] if seed >= VARIED_FROM else (800, 600)


def near_sector(rig: Rig, camera: int) -> int:
    """Return the sector nearest to a camera."""
    return SECTORS[round((90 - math.degrees(rig.mounts[camera].azimuth_rad)) / 18) % 20]


def true_calibration(rig_seed: int, camera: int, width: int, height: int, camera_id: CameraId) -> Calibration:
    """Return the true calibration of a camera of a rig, for pictures of this size in pixels."""
    mount = rig_of(rig_seed).mounts[camera]
    scale = width / WIDTH_PX
    rotation, translation_mm = _pose(mount)
    return Calibration(
        camera_id=camera_id,
        width=width,
        height=height,
        focal_x_px=mount.focal_px * scale,
        focal_y_px=mount.focal_px * scale,
        center_x_px=(width - 1) / 2 + mount.off_center_px[0] * scale,
        center_y_px=(height - 1) / 2 + mount.off_center_px[1] * scale,
        k1=mount.k1,
        k2=mount.k2,
        p1=mount.p1,
        p2=mount.p2,
        rotation=tuple(float(v) for v in rotation.ravel()),  # type: ignore[arg-type]  # nine by construction
        translation_mm=tuple(float(v) for v in translation_mm),  # type: ignore[arg-type]  # three by construction
        residual_px=0.0,
        residual_mm=0.0,
    )


class _CameraFamily(Value, frozen=True, kw_only=True):
    """The common properties of the three cameras of a rig, which are of one model."""

    focal_px: float
    k1: float
    white: Tint
    cast: Tint
    exposure: float
    gamma: float
    ceiling: float
    haze: float
    bloom: float
    jpeg: int


def _is_wide(size: tuple[int, int]) -> bool:
    return size[0] > 1.5 * size[1]


def _askew(mount: CameraMount, rng: np.random.Generator, jpeg: int, hangs_rad: float, *, wide: bool) -> CameraMount:
    """Return a mount off its place, rolled, aimed next to the bull, upright or upside down; low pictures have a shorter lens."""
    return msgspec.structs.replace(
        mount,
        azimuth_rad=mount.azimuth_rad + float(rng.uniform(-0.3, 0.3)),
        height_mm=mount.height_mm + float(rng.uniform(-40, 60)),
        aim_mm=(float(rng.uniform(-15, 15)), float(rng.uniform(-15, 15))),
        roll_rad=hangs_rad + float(rng.uniform(-0.2, 0.2)),
        focal_px=mount.focal_px * float(rng.uniform(0.66, 0.74) if wide else rng.uniform(0.82, 0.95)),
        noise=mount.noise * float(rng.uniform(1.0, 2.5)),
        jpeg=jpeg,
    )


def _mount(rng: np.random.Generator, sensors: np.random.Generator, azimuth_rad: float, family: _CameraFamily) -> CameraMount:
    k1 = float(np.clip(family.k1 + rng.uniform(-0.02, 0.02), -0.2, 0.1))
    return CameraMount(
        azimuth_rad=float(azimuth_rad + rng.uniform(-0.09, 0.09)),
        reach_mm=float(rng.uniform(250, 310)),
        height_mm=float(rng.uniform(230, 290)),
        aim_mm=(float(rng.uniform(-10, 10)), float(rng.uniform(-10, 10))),
        roll_rad=float(rng.uniform(-0.05, 0.05)),
        focal_px=float(family.focal_px * rng.uniform(0.99, 1.01)),
        off_center_px=(float(rng.uniform(-18, 18)), float(rng.uniform(-14, 14))),
        k1=k1,
        k2=float(-0.18 * k1 - 0.01 * np.sign(k1)),
        gain=float(rng.uniform(0.92, 1.08)) * family.exposure,
        white=_product(family.white, (float(rng.uniform(0.97, 1.03)), 1.0, float(rng.uniform(0.97, 1.03))), family.cast),
        noise=float(rng.uniform(1.1, 1.9)),
        blur_px=float(rng.uniform(0.45, 0.75)),
        gamma=family.gamma,
        ceiling=family.ceiling * float(sensors.uniform(0.96, 1.0)),
        haze=_scaled(_product(family.cast, family.cast, family.cast), family.haze),
        bloom=family.bloom,
        jpeg=family.jpeg,
    )


def _pose(mount: CameraMount) -> tuple[Floats, Floats]:
    center_mm = np.array([mount.reach_mm * math.cos(mount.azimuth_rad), mount.reach_mm * math.sin(mount.azimuth_rad), mount.height_mm])
    forward = np.array([*mount.aim_mm, 0.0]) - center_mm
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    c, s = math.cos(mount.roll_rad), math.sin(mount.roll_rad)
    rotation = np.stack([c * right + s * down, c * down - s * right, forward])
    return rotation, -rotation @ center_mm


def _appearance(rng: np.random.Generator, details: np.random.Generator, numbers: NumberRing) -> BoardAppearance:
    surrounds: tuple[Tint, ...] = ((0.012, 0.012, 0.013), (0.016, 0.016, 0.017), (0.16, 0.06, 0.05), (0.03, 0.03, 0.14))
    walls: tuple[Tint, ...] = ((0.34, 0.37, 0.37), (0.42, 0.4, 0.36), (0.1, 0.17, 0.3), (0.2, 0.2, 0.2))
    brands: tuple[Tint, ...] = ((0.5, 0.5, 0.5), (0.03, 0.02, 0.5), (0.4, 0.12, 0.02), (0.05, 0.4, 0.5))
    worn = float(rng.uniform(0, 1))
    return BoardAppearance(
        light_bed=_scaled((0.46, 0.57, 0.6), rng.uniform(0.9, 1.12)),
        dark_bed=_scaled((0.0105, 0.01, 0.01), rng.uniform(0.7, 1.3)),
        red=_scaled((0.03, 0.022, 0.42), rng.uniform(0.8, 1.1)),
        green=_scaled((0.065, 0.24, 0.018), rng.uniform(0.85, 1.15)),
        number_ring=_scaled((0.01, 0.0095, 0.0095), rng.uniform(0.7, 1.3)),
        digits=_scaled((0.5, 0.5, 0.5), rng.uniform(0.7, 1.3) * details.uniform(0.15, 1.0)),
        surround=surrounds[int(rng.integers(len(surrounds)))],
        surround_mm=float(rng.uniform(335, 355)),
        wall=walls[int(rng.integers(len(walls)))],
        wire_mm=0.6 * float(rng.uniform(1.0, 1.5)) * float(details.uniform(1.0, 1.7)),
        wire=float(rng.uniform(0.5, 0.85)) * float(details.uniform(0.25, 1.0)),
        grain=float(rng.uniform(0.05, 0.1)),
        holes=int(200 + 2500 * worn),
        texture=int(rng.integers(2**31)),
        wear=worn,
        edge_mm=float(details.uniform(0.1, 0.35)),
        stroke=int(details.integers(5, 12)),
        brand=brands[int(details.integers(len(brands)))],
        room=float(details.uniform(0.0, 0.8)),
        numbers=numbers,
    )


def _tint(rng: np.random.Generator, level: float, spread: float) -> Tint:
    blue, red = rng.uniform(-spread, spread, 2)
    return (level * (1 + float(blue)), level, level * (1 + float(red)))


def _product(*tints: Tint) -> Tint:
    return (math.prod(t[0] for t in tints), math.prod(t[1] for t in tints), math.prod(t[2] for t in tints))


def _scaled(tint: Tint, by: float) -> Tint:
    return (tint[0] * float(by), tint[1] * float(by), tint[2] * float(by))
