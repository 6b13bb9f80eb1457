"""The sisal of a board: fibres, stains, holes of old darts, lint, frayed borders. They are a function of the texture number."""

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.sources.simulator.rig import BoardAppearance

Floats32 = NDArray[np.float32]
_PER_MM: Final = 2.2  # pixels
_SIZE: Final = 1024  # pixels of a texture, which covers the board
_FAVOURITES_MM: Final = ((0, 103), (0, 130), (-31, -98), (0, 0), (31, -98), (0, 166))


def add_wear(light: Floats32, look: BoardAppearance, x_mm: Floats32, y_mm: Floats32) -> None:
    """Add fibres, stains and holes to the beds (h, w, 3), in place; lint is visible on dark beds."""
    shade, lint = _textures(look)
    light *= _at(shade, x_mm, y_mm)[..., None]
    light += _at(lint, x_mm, y_mm)[..., None]


def fray(look: BoardAppearance, x_mm: Floats32, y_mm: Floats32) -> Floats32:
    """Return the displacement of frayed borders as noise of deviation 1."""
    return _at(_frayed(look.texture), x_mm, y_mm)


@lru_cache(maxsize=2)
def _textures(look: BoardAppearance) -> tuple[Floats32, Floats32]:
    rng = np.random.default_rng(look.texture)
    fibres = cv2.GaussianBlur(rng.standard_normal((_SIZE, _SIZE), np.float32), (0, 0), 0.9)
    stains = cv2.resize(rng.standard_normal((24, 24), np.float32), (_SIZE, _SIZE), interpolation=cv2.INTER_CUBIC)
    shade = np.asarray(1 + look.grain * (fibres / fibres.std() + 0.5 * stains), np.float32)
    lint = np.zeros((_SIZE, _SIZE), np.float32)
    played = np.zeros((_SIZE, _SIZE), np.float32)
    for x, y in _holes(look, rng):
        column, row = int(x), int(y)
        deep = float(rng.uniform(0.35, 0.85))
        shade[row : row + 2, column : column + 2] *= deep
        lint[row - 1 : row + 1, column : column + 1] += 0.05 * (1 - deep)
        played[row, column] += 1
    used = np.asarray(cv2.GaussianBlur(played, (0, 0), 18), np.float32)
    used = used / max(float(used.max()), 1e-6)
    shade *= np.asarray(1 - 0.22 * look.wear * used, np.float32)
    lint += np.asarray(0.012 * look.wear * used, np.float32)
    whole = np.asarray(cv2.GaussianBlur(shade, (0, 0), 0.6), np.float32)
    return np.maximum(whole, 0.2), np.asarray(cv2.GaussianBlur(lint, (0, 0), 0.6), np.float32)


@lru_cache(maxsize=2)
def _frayed(texture: int) -> Floats32:
    noise = cv2.GaussianBlur(np.random.default_rng([texture, 1]).standard_normal((_SIZE, _SIZE), np.float32), (0, 0), 1.8)
    return np.asarray(noise / noise.std(), np.float32)


def _holes(look: BoardAppearance, rng: np.random.Generator) -> NDArray[np.float64]:
    favourites = np.array(_FAVOURITES_MM, float)
    near = favourites[rng.integers(len(favourites), size=look.holes)] + rng.normal(0, 22, (look.holes, 2))
    spread = rng.uniform(-160, 160, (look.holes // 4, 2))
    pixels = np.concatenate([near, spread]) * _PER_MM + _SIZE / 2
    return np.clip(pixels, 1, _SIZE - 3)


def _at(texture: Floats32, x_mm: Floats32, y_mm: Floats32) -> Floats32:
    scale, middle = np.float32(_PER_MM), np.float32(_SIZE / 2)
    found = cv2.remap(texture, x_mm * scale + middle, y_mm * scale + middle, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(found, np.float32)
