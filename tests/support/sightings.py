"""What cameras around a board would report of darts, computed from geometry: exact lines, and lines with known errors."""

import math
from dataclasses import dataclass

import msgspec
import numpy as np

from dartd.fusion.camera_view import CameraSightings
from dartd.fusion.dart_axis import LENGTH_MM
from schemas.base import CameraId
from schemas.geometry import Axis3, Calibration, Pixel
from schemas.pipe.sightings import Blob, CrossSection, Sighting
from workers.vision.projection import CameraProjection, Floats

FOCAL_PX = 600.0
HEIGHTS_MM = np.linspace(1.0, 78.0, 40)  # point and barrel


@dataclass(frozen=True, kw_only=True)
class LineErrors:
    """How a line is wrong (standard deviations in px).

    `across` moves the whole of it, `rising` turns it about its foot (at `LENGTH_MM` above the face), `section` moves each cross-section and
    `end` its visible end; one line in twelve is moved by `wrong`.
    """

    across: float = 0.0
    rising: float = 0.0
    section: float = 0.0
    end: float = 0.0
    wrong: float = 0.0


EXACT = LineErrors()
# what lines of cameras are off by; as axis_fit has it of lines whose darts have known axes (`python -m tests.bench.lines`)
REAL = LineErrors(across=0.08, rising=0.66, section=0.5, end=2.0, wrong=0.6)
WRONG_SHARE = 0.08
HALF_WIDTH_MM = 2.0  # of a dart


def camera_at(number: int, azimuth_rad: float, *, reach_mm: float = 280.0, height_mm: float = 260.0, roll_rad: float = 0.0) -> Calibration:
    """Return a camera next to the board: `azimuth_rad` counts counter-clockwise from +x, and it points at the bull."""
    center = np.array([reach_mm * math.cos(azimuth_rad), reach_mm * math.sin(azimuth_rad), height_mm])
    forward = -center / np.linalg.norm(center)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    c, s = math.cos(roll_rad), math.sin(roll_rad)
    rotation = np.stack([c * right + s * down, c * down - s * right, forward])
    return Calibration(
        camera_id=CameraId(f"cam{number}"),
        width=800,
        height=600,
        focal_x_px=FOCAL_PX,
        focal_y_px=FOCAL_PX,
        center_x_px=399.5,
        center_y_px=299.5,
        rotation=tuple(float(v) for v in rotation.ravel()),  # type: ignore[arg-type]  # nine by construction
        translation_mm=tuple(float(v) for v in -rotation @ center),  # type: ignore[arg-type]  # three by construction
        residual_px=0.2,
        residual_mm=0.2,
    )


def rig(cameras: int = 3, first_rad: float = 0.4) -> list[Calibration]:
    """Return cameras all around the board, equally far apart."""
    return [camera_at(k, first_rad + k * math.tau / cameras) for k in range(cameras)]


def sighting_of(calibration: Calibration, axis: Axis3, flaws: LineErrors = EXACT, seed: int = 0) -> Sighting:
    """Return what a camera sees of a dart: forty cross-sections of its point and barrel, and where they end."""
    rng = np.random.default_rng(seed)
    projection = CameraProjection(calibration)
    solid = np.column_stack([axis.x_mm + HEIGHTS_MM * axis.slope_x, axis.y_mm + HEIGHTS_MM * axis.slope_y, HEIGHTS_MM])
    points, depths_mm = _seen(projection, solid), (solid @ projection.rotation.T + projection.translation_mm)[:, 2]
    foot = _seen(projection, np.array([[axis.x_mm, axis.y_mm, 0.0]]))[0]
    along = (points[-1] - foot) / np.linalg.norm(points[-1] - foot)
    normal = np.array([-along[1], along[0]])
    wrong_px = rng.normal(0, 1) * flaws.wrong * (rng.random() < WRONG_SHARE)
    rising_px = rng.normal(0, 1) * flaws.rising * HEIGHTS_MM / LENGTH_MM
    off_px = rng.normal(0, 1) * flaws.across + wrong_px + rising_px + rng.normal(0, 1, len(points)) * flaws.section
    points = points + (off_px / FOCAL_PX)[:, None] * normal
    middle, spread = points.mean(axis=0), points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(spread)
    direction = axes[0] * np.sign(axes[0] @ along)
    end = middle + ((foot - middle) @ direction + rng.normal(0, 1) * flaws.end / FOCAL_PX) * direction
    return Sighting(
        tip=_pixel(projection, end),
        u=float(end[0]),
        v=float(end[1]),
        du=float(direction[0]),
        dv=float(direction[1]),
        length=float(np.linalg.norm(points[-1] - points[0])),
        sigma_across=0.25 / FOCAL_PX,
        sigma_angle_rad=0.004,
        sigma_along=2.5 / FOCAL_PX,
        confidence=0.95,
        sections=tuple(
            CrossSection(u=float(u), v=float(v), half_width=HALF_WIDTH_MM / float(depth_mm), weight=1.0)
            for (u, v), depth_mm in zip(points, depths_mm, strict=True)
        ),
    )


def spot(calibration: Calibration, axis: Axis3, out_mm: float, radius_mm: float) -> Blob:
    """Return a wide spot on an axis, so far out of the board, as a camera sees it."""
    rotation = np.array(calibration.rotation).reshape(3, 3)
    point_mm = np.array([axis.x_mm + out_mm * axis.slope_x, axis.y_mm + out_mm * axis.slope_y, out_mm])
    x, y, z = (float(v) for v in rotation @ point_mm + calibration.translation_mm)
    return Blob(u=x / z, v=y / z, radius=radius_mm / z)


def camera_sightings(calibration: Calibration, *sightings: Sighting) -> CameraSightings:
    """Return what one camera reports."""
    return CameraSightings(calibration.camera_id, calibration, sightings)


def sightings_of_dart(calibrations: list[Calibration], axis: Axis3, flaws: LineErrors = EXACT, seed: int = 0) -> list[CameraSightings]:
    """Return what all cameras report of one dart."""
    return [camera_sightings(c, sighting_of(c, axis, flaws, seed + 1000 * k)) for k, c in enumerate(calibrations)]


def _seen(projection: CameraProjection, points_mm: Floats) -> Floats:
    local = points_mm @ projection.rotation.T + projection.translation_mm
    return np.asarray(local[:, :2] / local[:, 2:], float)


def _pixel(projection: CameraProjection, normalised: Floats) -> Pixel:
    x, y = projection.denormalise(normalised[None])[0]
    return Pixel(x=float(x), y=float(y))


def displaced(sighting: Sighting, across_px: float, turn_rad: float = 0.0) -> Sighting:
    """Return a sighting of something else: moved across itself and turned about its end."""
    c, s = math.cos(turn_rad), math.sin(turn_rad)
    turn = np.array([[c, -s], [s, c]])
    end = np.array([sighting.u, sighting.v])
    moved = end + across_px / FOCAL_PX * np.array([-sighting.dv, sighting.du])
    sections = (np.array([[x.u, x.v] for x in sighting.sections]) - end) @ turn.T + moved
    direction = turn @ np.array([sighting.du, sighting.dv])
    return msgspec.structs.replace(
        sighting,
        u=float(moved[0]),
        v=float(moved[1]),
        du=float(direction[0]),
        dv=float(direction[1]),
        sections=tuple(
            CrossSection(u=float(u), v=float(v), half_width=x.half_width, weight=x.weight)
            for (u, v), x in zip(sections, sighting.sections, strict=True)
        ),
    )


def hiding(dart: Axis3, calibration: Calibration, nearer: float = 0.9) -> Axis3:
    """Return the dart parallel to another that stands exactly in front of it for a camera: as near to it as `nearer` of the distance."""
    projection = CameraProjection(calibration)
    x_mm, y_mm, z_mm = -projection.rotation.T @ projection.translation_mm
    height_mm = z_mm * (1 - nearer)
    return Axis3(
        x_mm=float(x_mm + nearer * (dart.x_mm - x_mm) - height_mm * dart.slope_x),
        y_mm=float(y_mm + nearer * (dart.y_mm - y_mm) - height_mm * dart.slope_y),
        slope_x=dart.slope_x,
        slope_y=dart.slope_y,
    )


def half_hidden(sighting: Sighting, missing_px: float, side: int) -> Sighting:
    """Return a sighting with `missing_px` of its width hidden by a dart that stands on one side of it (1 or -1)."""
    shift = -side * missing_px / 2 / FOCAL_PX * np.array([-sighting.dv, sighting.du])
    sections = tuple(
        msgspec.structs.replace(
            x,
            u=x.u + float(shift[0]),
            v=x.v + float(shift[1]),
            half_width=x.half_width - missing_px / 2 / FOCAL_PX,
            weight=0.3 * x.weight,
            hidden=side,
        )
        for x in sighting.sections
    )
    end = {"u": sighting.u + float(shift[0]), "v": sighting.v + float(shift[1])}
    return msgspec.structs.replace(sighting, **end, sections=sections)


def apart_mm(one: Axis3, other: Axis3) -> float:
    """Measure how far apart two axes cut the face."""
    return math.hypot(one.x_mm - other.x_mm, one.y_mm - other.y_mm)
