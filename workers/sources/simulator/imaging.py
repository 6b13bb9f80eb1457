"""The effects of light and lens on a whole picture: a lamp, dusk, flicker, a soft shadow, a fly on the lens."""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Calibration
from workers.sources.simulator.disturbance import ImagingConditions
from workers.sources.simulator.rig import WIDTH_PX
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection

Floats32 = NDArray[np.float32]
_COARSER: Final = 8  # light changes smoothly over a picture
_GAMMA: Final = 2.2
_ONE: Final = 128  # stands for the factor 1


class ImagingEffects:
    """Apply imaging conditions to the pictures of one camera."""

    def __init__(self, calibration: Calibration) -> None:
        self._size = (calibration.width, calibration.height)
        self._scale = calibration.width / WIDTH_PX
        width, height = math.ceil(calibration.width / _COARSER), math.ceil(calibration.height / _COARSER)
        x, y = np.meshgrid((np.arange(width) + 0.5) * _COARSER, (np.arange(height) + 0.5) * _COARSER)
        on_face = CameraProjection(calibration).on_face(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(height, width, 2)
        self._at_mm = np.clip(on_face, -900, 900).astype(np.float32)
        self._rows = (np.arange(height, dtype=np.float32) / height)[:, None]

    def over(self, picture: Image, conditions: ImagingConditions) -> Image:
        """Return a picture (h, w, 3) under the given conditions."""
        if conditions.gradient == (0.0, 0.0) and conditions.bands is None and conditions.shadow is None:
            levels = np.clip(np.arange(256) * conditions.gain ** (1 / _GAMMA), 0, 255).round().astype(np.uint8)
            changed = np.asarray(cv2.LUT(picture, levels), np.uint8)
        else:
            factors = np.clip(self._light(conditions) ** np.float32(1 / _GAMMA) * _ONE, 0, 255)
            whole = cv2.cvtColor(cv2.resize(factors, self._size, interpolation=cv2.INTER_LINEAR), cv2.COLOR_GRAY2BGR)
            changed = np.asarray(cv2.multiply(picture, whole, scale=1 / _ONE, dtype=cv2.CV_8U), np.uint8)
        return changed if conditions.lens_spot is None else self._with_lens_spot(changed, conditions.lens_spot)

    def _light(self, conditions: ImagingConditions) -> Floats32:
        x_mm, y_mm = self._at_mm[..., 0], self._at_mm[..., 1]
        light = conditions.gain + (conditions.gradient[0] * x_mm + conditions.gradient[1] * y_mm) / 1000
        if conditions.bands is not None:
            share, phase, cycles = conditions.bands
            light = light * (1 + share * np.sin(phase + math.tau * cycles * self._rows))
        if conditions.shadow is not None:
            shade_x_mm, shade_y_mm, wide_mm, share = conditions.shadow
            light = light * (1 - share * np.exp(-((x_mm - shade_x_mm) ** 2 + (y_mm - shade_y_mm) ** 2) / (2 * wide_mm**2)))
        return np.clip(light, 0.02, 4).astype(np.float32)

    def _with_lens_spot(self, picture: Image, lens_spot: tuple[float, float, float]) -> Image:
        """Darken a round area, out of focus."""
        x_px, y_px, radius_px = (v * self._scale for v in lens_spot)
        reach = math.ceil(1.7 * radius_px)
        left, top = max(0, round(x_px) - reach), max(0, round(y_px) - reach)
        right, bottom = min(self._size[0], round(x_px) + reach), min(self._size[1], round(y_px) + reach)
        if right <= left or bottom <= top:
            return picture
        x, y = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
        off = np.hypot(x - x_px, y - y_px) / radius_px
        through = 1 - 0.93 * np.clip(1.35 - off, 0, 1) ** 0.8
        picture[top:bottom, left:right] = picture[top:bottom, left:right] * through[..., None]
        return picture
