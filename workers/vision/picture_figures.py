"""How bright and how sharp a picture is."""

import cv2
import numpy as np

from schemas.picture_figures import PictureFigures
from workers.vision.frame import Image

BRIGHT_LEVEL = 250  # of 255: close to saturation


def figures_of(picture: Image) -> PictureFigures:
    """Return brightness and sharpness of a picture."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    return PictureFigures(
        brightness=round(float(grey.mean()), 1), bright_share=round(float((grey >= BRIGHT_LEVEL).mean()), 3), sharpness=_sharpness(grey)
    )


def _sharpness(grey: Image) -> float:
    """Return how sharp edges are, independent of the contrast: 0.04 and more in focus, below 0.01 when blurred."""
    return round(float(cv2.Laplacian(grey, cv2.CV_32F).var() / max(1.0, float(grey.std()) ** 2)), 4)
