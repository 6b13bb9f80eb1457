"""The rotation of the board: a fit leaves ten possible rotations by multiples of 36°."""

import math

from schemas.board import SECTORS, sector_at
from workers.vision.calibration.camera_model import CameraModel, rotated
from workers.vision.calibration.number_ring import NumberRingMatch
from workers.vision.calibration.refusal import CalibrationRefusedError

ROTATION_STEP_RAD = math.pi / 5
# Measure again: `python -m tests.bench.boards FOLDER`, with and without `--variant mirrored`.
CERTAIN = 0.995  # probability of a rotation, or that the picture is mirrored: readable rings have 0.9999, shuffled ones <= 0.92 (of 264)


def orient(model: CameraModel, match: NumberRingMatch, near_sector: int | None) -> CameraModel | None:
    """Return the model with the board rotated by its numbers if they are certain, else by the hint; None without either.

    The hint may be off by a sector: the ten rotations are two sectors apart, so it still selects one.

    Raises:
        CalibrationRefusedError: the numbers are mirrored.
    """
    if match.mirrored > CERTAIN:
        raise CalibrationRefusedError(
            "the picture is mirrored, its numbers run counter-clockwise: switch off mirroring (horizontal flip) in the camera or its stream"
        )
    if match.probability > CERTAIN:
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
