"""Which way the board is turned: the last open question of a fit, settled to one of ten turns by 36°."""

import math

from schemas.board import SECTORS, sector_at
from workers.vision.calibration.model import Model, turned
from workers.vision.calibration.numbers import Reading

TURN_RAD = math.pi / 5
SURE = 2.2  # chance gives the first of ten a lead of 0.5 and hardly ever 2; numbers that can be read give 2.7 to 4


def oriented(model: Model, reading: Reading | None, near_sector: int | None) -> Model | None:
    """Turn the board under the camera: by its numbers when they are sure, else by the hint; None when neither tells.

    A hint may be a sector off; of the ten turns it leaves one, as turns are two sectors apart.
    """
    if reading is not None and reading.lead > SURE:
        return turned(model, -reading.turns * TURN_RAD)
    if near_sector is not None:
        return turn_to_sector(model, near_sector)
    return None


def turn_to_sector(model: Model, near_sector: int) -> Model:
    """Turn the board under the camera so that the camera stands nearest to a sector (or just beside it)."""
    center = model.center_mm
    seen_rad = math.atan2(center[1], center[0])
    wanted_rad = math.pi / 2 - SECTORS.index(near_sector) * math.pi / 10
    return turned(model, round((wanted_rad - seen_rad) / TURN_RAD) * TURN_RAD)


def near_sector_of(model: Model) -> int:
    """Name the sector that the camera stands nearest to."""
    center = model.center_mm
    return sector_at(math.atan2(center[1], center[0]))
