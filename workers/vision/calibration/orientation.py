"""Which way the board is turned: the last open question of a fit, settled to one of ten turns by 36°."""

import math

import numpy as np

from schemas.board import SECTORS
from workers.vision.calibration.model import Model, turned

TURN_RAD = math.pi / 5


def turn_to_sector(model: Model, near_sector: int) -> Model:
    """Turn the board under the camera so that the camera stands nearest to a sector (or just beside it)."""
    center = model.center_mm
    seen_rad = math.atan2(center[1], center[0])
    wanted_rad = math.pi / 2 - SECTORS.index(near_sector) * math.pi / 10
    turns = round((wanted_rad - seen_rad) / TURN_RAD)
    return turned(model, turns * TURN_RAD)


def azimuth_sector(model: Model) -> int:
    """Name the sector that the camera stands nearest to."""
    center = model.center_mm
    clockwise = (math.pi / 2 - math.atan2(center[1], center[0])) / (math.pi / 10)
    return SECTORS[int(np.floor(clockwise + 0.5)) % 20]
