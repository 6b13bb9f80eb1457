"""The rotation of the board: a fit leaves ten possible rotations by multiples of 36°."""

import math

from schemas.board import SECTORS, sector_at
from workers.vision.calibration.camera_model import CameraModel, rotated
from workers.vision.calibration.number_ring import NumberRingMatch

ROTATION_STEP_RAD = math.pi / 5
# Measure again: `dartd calibrate PICTURE` on boards with and without readable numbers.
SURE = 2.2  # lead of the best rotation: by chance it is 0.5 and hardly ever 2; readable numbers give 2.7 to 4


def orient(model: CameraModel, match: NumberRingMatch | None, near_sector: int | None) -> CameraModel | None:
    """Return the model with the board rotated by its numbers if they are certain, else by the hint; None without either.

    The hint may be off by a sector: the ten rotations are two sectors apart, so it still selects one.
    """
    if match is not None and match.lead > SURE:
        return rotated(model, -match.rotations * ROTATION_STEP_RAD)
    if near_sector is not None:
        return rotate_to_sector(model, near_sector)
    return None


def rotate_to_sector(model: CameraModel, near_sector: int) -> CameraModel:
    """Return the model with the board rotated so that the camera is nearest to a sector (or to the next one)."""
    center = model.center_mm
    seen_rad = math.atan2(center[1], center[0])
    wanted_rad = math.pi / 2 - SECTORS.index(near_sector) * math.pi / 10
    return rotated(model, round((wanted_rad - seen_rad) / ROTATION_STEP_RAD) * ROTATION_STEP_RAD)


def near_sector_of(model: CameraModel) -> int:
    """Return the sector that the camera is nearest to."""
    center = model.center_mm
    return sector_at(math.atan2(center[1], center[0]))
