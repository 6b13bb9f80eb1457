"""The picture of the empty board in one camera: rendered once, ray by ray, through the true lens."""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.board import SECTOR_RAD, SECTORS, BoardSpec
from schemas.geometry import Calibration
from workers.sources.simulator.numerals import COLUMNS, INNER_MM, OUTER_MM, PER_MM, number_strip
from workers.sources.simulator.rig import WIDTH_PX, BoardAppearance, CameraMount, Rig, RingLight
from workers.sources.simulator.sisal import add_wear, fray
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection

Floats32 = NDArray[np.float32]
_DECENTERED_STEPS: Final = 3  # of the inversion of p1 and p2: each leaves a hundredth of what the one before left
_FINER: Final = 2  # rays per pixel and direction
_STEP_MM: Final = 0.1  # of the tables by radius
_FAR_MM: Final = 1200.0
_DIGITS_MM: Final = (172.0, 222.0)
_DIGITS_PER_MM: Final = 4


def face_picture(rig: Rig, camera: int, calibration: Calibration, board: BoardSpec | None = None) -> Image:
    """Render the empty board (h, w, 3) BGR as the camera sees it, without noise."""
    board = board or BoardSpec()
    look, mount = rig.look, rig.mounts[camera]
    rays = _rays(calibration)
    x_mm, y_mm = _cut(rays, calibration, 0.0)
    radius_mm = np.minimum(np.hypot(x_mm, y_mm), _FAR_MM - 1)
    around = (np.arctan2(x_mm, y_mm) / SECTOR_RAD).astype(np.float32)  # sectors, clockwise from the middle of the 20
    frayed_mm = radius_mm + look.edge_mm * fray(look, x_mm, y_mm) * (radius_mm < board.double_outer_mm + 5)
    light = _bed_light(look, board, frayed_mm, around + (frayed_mm - radius_mm) / np.maximum(radius_mm, 5) / np.float32(SECTOR_RAD))
    _add_room(light, look, x_mm, y_mm, radius_mm)
    add_wear(light, look, x_mm, y_mm)
    if look.numbers.kind == "painted":
        _add_digits(light, look, radius_mm, around)
    else:
        _add_number_ring(light, look, (x_mm, y_mm), _cut(rays, calibration, look.numbers.above_mm))
    _add_wires(
        light,
        look,
        board,
        _cut(rays, calibration, 0.5 * look.wire_mm),
        CameraProjection(calibration).center_mm,
        1 / calibration.focal_x_px / _FINER,
    )
    light *= _falloff(rig.light, x_mm, y_mm, radius_mm)[..., None]
    seen = np.asarray(cv2.resize(light, (calibration.width, calibration.height), interpolation=cv2.INTER_AREA), np.float32)
    _add_lamps(seen, rig.light, calibration)
    return _expose(seen, rig.light, mount)


def tone(linear: NDArray[np.floating], mount: CameraMount) -> NDArray[np.floating]:
    """Convert linear light (0 to 1) to the levels (0 to 255) of a camera, with a soft limit for glare."""
    soft = np.where(linear > 0.8, 0.8 + 0.2 * np.tanh((linear - 0.8) / 0.35), linear)
    return 255.0 * mount.ceiling * np.clip(soft, 0, 1) ** (1 / mount.gamma)


def _rays(calibration: Calibration) -> Floats32:
    """Return the rays of all samples in the board frame, (3, h, w), of depth 1."""
    c = calibration
    u = ((np.arange(c.width * _FINER) + 0.5) / _FINER - 0.5 - c.center_x_px) / c.focal_x_px
    v = ((np.arange(c.height * _FINER) + 0.5) / _FINER - 0.5 - c.center_y_px) / c.focal_y_px
    bent_u, bent_v = np.meshgrid(u.astype(np.float32), v.astype(np.float32))
    table = np.linspace(
        0, 2, 4096, dtype=np.float32
    )  # undistorted to distorted radius: but for p1 and p2 the lens is symmetric about its axis
    through = table * (1 + c.k1 * table**2 + c.k2 * table**4)
    ratio = np.interp(np.linspace(0, 1.4, 8192), np.maximum.accumulate(through), table) / np.maximum(np.linspace(0, 1.4, 8192), 1e-9)
    ratio[0] = 1.0
    u_flat, v_flat = _straight(bent_u, bent_v, ratio)
    for _ in range(_DECENTERED_STEPS if c.p1 or c.p2 else 0):
        square, mixed = u_flat**2 + v_flat**2, 2 * (c.p2 * u_flat + c.p1 * v_flat)
        u_flat, v_flat = _straight(bent_u - mixed * u_flat - c.p2 * square, bent_v - mixed * v_flat - c.p1 * square, ratio)
    angle_rad = np.array(c.rotation, np.float32).reshape(3, 3)
    return np.stack([angle_rad[0, k] * u_flat + angle_rad[1, k] * v_flat + angle_rad[2, k] for k in range(3)])


def _straight(bent_u: Floats32, bent_v: Floats32, ratio: NDArray[np.float64]) -> tuple[Floats32, Floats32]:
    """Undo the radial distortion; `ratio` is the undistorted radius by the distorted one, from 0 to 1.4."""
    scale = ratio.astype(np.float32)[np.minimum(np.hypot(bent_u, bent_v) * (8191 / 1.4) + 0.5, 8191).astype(np.int32)]
    return bent_u * scale, bent_v * scale


def _cut(rays: Floats32, calibration: Calibration, z_mm: float) -> tuple[Floats32, Floats32]:
    center_mm = CameraProjection(calibration).center_mm
    reach = (z_mm - center_mm[2]) / np.minimum(rays[2], -0.05)
    return (center_mm[0] + rays[0] * reach).astype(np.float32), (center_mm[1] + rays[1] * reach).astype(np.float32)


def _bed_light(look: BoardAppearance, board: BoardSpec, radius_mm: Floats32, around: Floats32) -> Floats32:
    radii = np.arange(0, _FAR_MM, _STEP_MM)
    edges = [*board.radii_mm, board.edge_mm - 4.5, board.edge_mm - 3.3, board.edge_mm, look.surround_mm]
    rim = tuple(0.5 * v for v in look.digits)
    common = [look.number_ring, rim, look.number_ring, look.surround, look.wall]
    bulls = [look.red, look.green]
    odd = [look.light_bed, look.green, look.light_bed, look.green]
    even = [look.dark_bed, look.red, look.dark_bed, look.red]
    zone = np.searchsorted(np.array(edges), radii, side="right")
    table = np.stack([np.array([*bulls, *singles, *common], np.float32)[zone] for singles in (even, odd)])
    table[:, (radii > board.edge_mm - 1) & (radii < board.edge_mm + 5)] *= 0.4  # the gap around the board
    odd_sector = np.floor(around + 0.5).astype(np.int32) & 1
    at = (radius_mm / _STEP_MM).astype(np.int32) + odd_sector * len(radii)
    beds: Floats32 = np.take(table.reshape(-1, 3), at, axis=0)
    return beds


def _add_room(light: Floats32, look: BoardAppearance, x_mm: Floats32, y_mm: Floats32, radius_mm: Floats32) -> None:
    """Add blocks of other colours to the wall, like shelves and pictures: patterns that must not be taken for a board."""
    rng = np.random.default_rng([look.texture, 2])
    blocks = 1 + look.room * np.where(rng.random((24, 24, 1)) < 0.15, rng.uniform(-1, 1.2, (24, 24, 1)), 0) * rng.uniform(0.7, 1.0, 3)
    far = np.nonzero(radius_mm > look.surround_mm + 25)
    column, row = ((x_mm[far] + 1200) / 190).astype(np.int32) % 24, ((y_mm[far] + 1200) / 110).astype(np.int32) % 24
    light[far] *= np.clip(blocks, 0.05, 2.6).astype(np.float32)[row, column]


def _add_digits(light: Floats32, look: BoardAppearance, radius_mm: Floats32, around: Floats32) -> None:
    """Add the numbers to the number ring, their tops outwards."""
    inner_mm, outer_mm = _DIGITS_MM
    length = 20 * 256
    strip = np.zeros((int((outer_mm - inner_mm) * _DIGITS_PER_MM), length), np.uint8)
    for k, sector in enumerate(SECTORS):
        (width, height), _ = cv2.getTextSize(str(sector), cv2.FONT_HERSHEY_SIMPLEX, 3.0, look.stroke)
        at = (int(128 + 256 * k - width / 2), (strip.shape[0] + height) // 2 - 20)
        cv2.putText(strip, str(sector), at, cv2.FONT_HERSHEY_SIMPLEX, 3.0, 255, look.stroke, cv2.LINE_AA)
    brands = np.zeros_like(strip)
    for k in (3, 9, 16):
        cv2.putText(brands, "DARTD", (20 + 256 * k, strip.shape[0] - 6), cv2.FONT_HERSHEY_DUPLEX, 1.1, 230, 3, cv2.LINE_AA)
    ring = np.nonzero((radius_mm > inner_mm) & (radius_mm < outer_mm))
    column = ((around[ring] + 0.5) % 20 * 256).astype(np.int32)
    row = ((outer_mm - radius_mm[ring]) * _DIGITS_PER_MM).astype(np.int32)
    for marks, tint in ((strip, look.digits), (brands, look.brand)):
        share = (marks[row, np.minimum(column, length - 1)] / 255.0).astype(np.float32)[:, None]
        light[ring] = light[ring] * (1 - share) + np.array(tint, np.float32) * share


def _add_number_ring(
    light: Floats32, look: BoardAppearance, face_mm: tuple[Floats32, Floats32], ring_mm: tuple[Floats32, Floats32]
) -> None:
    """Add numbers that stand off the face, and the shade below them."""
    strip = cv2.GaussianBlur(number_strip(look.numbers), (0, 0), 1.0)
    shade = cv2.GaussianBlur(strip, (0, 0), 1.0 + 2.0 * look.numbers.above_mm)
    for marks, (x_mm, y_mm), tint, most in ((shade, face_mm, (0.0, 0.0, 0.0), 0.5), (strip, ring_mm, look.digits, 1.0)):
        radius_mm = np.hypot(x_mm, y_mm)
        on_ring = np.nonzero((radius_mm > INNER_MM) & (radius_mm < OUTER_MM))
        around = np.arctan2(x_mm[on_ring], y_mm[on_ring]) / SECTOR_RAD
        column = ((around + 0.5) % 20 * COLUMNS).astype(np.int32) % marks.shape[1]
        row = np.minimum(((OUTER_MM - radius_mm[on_ring]) * PER_MM).astype(np.int32), marks.shape[0] - 1)
        share = (marks[row, column] * np.float32(most / 255))[:, None]
        light[on_ring] = light[on_ring] * (1 - share) + np.array(tint, np.float32) * share


def _add_wires(
    light: Floats32,
    look: BoardAppearance,
    board: BoardSpec,
    at_mm: tuple[Floats32, Floats32],
    center_mm: NDArray[np.float64],
    sample_rad: float,
) -> None:
    """Add the wires to the beds: they are raised, shine on the side of the camera and darken the sisal next to them."""
    x_mm, y_mm = at_mm
    radius_mm = np.minimum(np.hypot(x_mm, y_mm), _FAR_MM - 1)
    radii = np.arange(0, _FAR_MM, _STEP_MM, dtype=np.float32)
    rings = np.array(board.radii_mm, np.float32)
    nearest = radii - rings[np.abs(radii[:, None] - rings[None]).argmin(axis=1)]
    off_ring = np.take(nearest, (radius_mm / _STEP_MM).astype(np.int32))
    angle = np.arctan2(x_mm, y_mm) / SECTOR_RAD
    off_angle = (angle - np.floor(angle) - 0.5) * np.float32(SECTOR_RAD)
    off_radial = radius_mm * np.sin(off_angle)
    off_radial[(radius_mm < board.single_bull_mm) | (radius_mm > board.double_outer_mm + 9)] = 99
    radial = np.abs(off_radial) < np.abs(off_ring)
    off_mm = np.where(radial, off_radial, off_ring)
    azimuth = math.atan2(center_mm[0], center_mm[1]) / SECTOR_RAD - angle
    facing = np.where(radial, np.sin(azimuth * SECTOR_RAD), np.cos(azimuth * SECTOR_RAD))
    near = np.nonzero(np.abs(off_mm) < 3.0)
    off, half = off_mm[near], np.float32(look.wire_mm / 2)
    light[near] *= (1 - 0.4 * np.exp(-((off / 1.3) ** 2)))[:, None]
    wide_mm = _footprint(x_mm[near], y_mm[near], facing[near], center_mm, sample_rad)
    cover = np.clip((half - np.abs(off)) / wide_mm + 0.5, 0, 1)
    shine = 0.75 + 0.35 * np.sin(3 * SECTOR_RAD * angle[near] + look.texture % 7) + 0.12 * fray(look, x_mm, y_mm)[near]
    gleam = look.wire * np.clip(shine, 0.15, 1.5) * (0.3 + 1.1 * np.exp(-(((off / half) - 0.45 * facing[near]) ** 2) / 0.18))
    light[near] = light[near] * (1 - cover[:, None]) + (gleam * cover)[:, None]


def _footprint(x_mm: Floats32, y_mm: Floats32, facing: Floats32, center_mm: NDArray[np.float64], sample_rad: float) -> Floats32:
    """Return the width of one sample across a wire on the face; a thinner wire is drawn fainter, not dotted."""
    reach_mm = np.sqrt((x_mm - center_mm[0]) ** 2 + (y_mm - center_mm[1]) ** 2 + center_mm[2] ** 2)
    gradient = reach_mm / center_mm[2]
    return np.asarray(np.maximum(reach_mm * sample_rad * np.sqrt((facing * gradient) ** 2 + 1 - facing**2), 0.25), np.float32)


def _falloff(light: RingLight, x_mm: Floats32, y_mm: Floats32, radius_mm: Floats32) -> Floats32:
    """Return the illumination of the face by a ring of lamps that is brighter on one side."""
    angles_rad = np.linspace(0, math.tau, 48, endpoint=False)
    radii = np.arange(0, _FAR_MM, 2.0)
    square = (radii[:, None] - light.radius_mm * np.cos(angles_rad)) ** 2 + (light.radius_mm * np.sin(angles_rad)) ** 2 + light.height_mm**2
    table = (square**-2).mean(axis=1)
    lit = np.take((table / table[0]).astype(np.float32), (radius_mm / 2).astype(np.int32))
    side = 1 + (light.tilt[0] * np.clip(x_mm, -400, 400) + light.tilt[1] * np.clip(y_mm, -400, 400)) / 1000
    falloff: Floats32 = ((np.minimum(lit, 2.2) * side + light.ambient) * light.level).astype(np.float32)
    return falloff


def _add_lamps(seen: Floats32, light: RingLight, calibration: Calibration) -> None:
    """Draw the ring of lamps and its brackets where they are in the picture."""
    projection = CameraProjection(calibration)
    for azimuth in light.brackets_rad:
        for side_mm in (-18, -6, 6, 18):
            foot = np.array([[260, side_mm, 2], [320, side_mm, 4], [light.radius_mm - 25, side_mm, light.height_mm]], float)
            angle_rad = np.array([[math.cos(azimuth), math.sin(azimuth), 0], [-math.sin(azimuth), math.cos(azimuth), 0], [0, 0, 1]])
            _strip(seen, projection, foot @ angle_rad, 5.0, 0.09 if side_mm % 12 == 6 and side_mm > 0 else 0.05)
    angles_rad = np.linspace(0, math.tau, 241)
    ring_mm = np.stack(
        [light.radius_mm * np.cos(angles_rad), light.radius_mm * np.sin(angles_rad), np.full_like(angles_rad, light.height_mm)], axis=1
    )
    glow = np.zeros(seen.shape[:2], np.float32)
    _strip(glow, projection, ring_mm, 14.0, 1.0)
    if glow.any():
        halo = cv2.GaussianBlur(glow, (0, 0), 14 * calibration.width / WIDTH_PX)
        seen += (1.2 * glow + 0.35 * halo)[..., None]


def _strip(picture: Floats32, projection: CameraProjection, line_mm: NDArray[np.float64], wide_mm: float, value: float) -> None:
    """Draw a band along points (n, 3), as far as they are in front of the lens and near the picture."""
    depth_mm = line_mm @ projection.rotation[2] + projection.translation_mm[2]
    local = (line_mm @ projection.rotation.T + projection.translation_mm) / np.maximum(depth_mm, 1)[:, None]
    ahead = (depth_mm > 250) & (np.hypot(local[:, 0], local[:, 1]) < 1.05)
    pixels = projection.project(line_mm)
    for k in range(len(line_mm) - 1):
        if ahead[k] and ahead[k + 1]:
            thick = max(1, round(wide_mm * projection.matrix[0, 0] / float(depth_mm[k : k + 2].mean())))
            cv2.line(picture, _integers(pixels[k]), _integers(pixels[k + 1]), (value, value, value), thick, cv2.LINE_AA)


def _integers(pixel: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(pixel[0])), round(float(pixel[1]))


def _expose(seen: Floats32, light: RingLight, mount: CameraMount) -> Image:
    height, width = seen.shape[:2]
    sharp = cv2.GaussianBlur(seen, (0, 0), mount.blur_px * width / WIDTH_PX)
    veil = cv2.GaussianBlur(cv2.resize(seen, (width // 8, height // 8), interpolation=cv2.INTER_AREA), (0, 0), 6)
    sharp = 0.985 * sharp + 0.015 * cv2.resize(veil, (width, height))  # the lens scatters some light over the whole picture
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    vignette = 1 - 0.16 * (x**2 + y**2)
    colour = np.array(mount.white, np.float32) * np.array(light.tint, np.float32) * np.float32(mount.gain)
    linear = (sharp * vignette[..., None]) * colour
    glare = cv2.GaussianBlur(np.minimum(linear, 1.5), (0, 0), 1.6 * width / WIDTH_PX)
    linear = np.maximum(linear, linear + np.float32(mount.bloom) * (glare - linear)) + np.array(mount.haze, np.float32)
    return tone(linear, mount).round().astype(np.uint8)
