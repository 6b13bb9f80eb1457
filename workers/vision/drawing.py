"""Drawings for users: where two pictures differ, and where a dart is."""

from typing import Final

import cv2
import numpy as np

from schemas.geometry import Axis3
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection

BRIGHTER: Final = 4  # factor that makes a difference visible
ORANGE: Final = (0, 140, 255)
WHITE: Final = (255, 255, 255)
BLACK: Final = (0, 0, 0)
DART_MM: Final = 130.0  # length of the axis that is drawn
RING_PX: Final = 9


def change(before: Image, after: Image, changed: Image) -> Image:
    """Draw the difference of two pictures dark on white, with an orange outline around the change (`changed` is 255 there)."""
    apart = np.asarray(cv2.absdiff(before, after)).max(axis=2)
    dark = 255 - np.minimum(apart.astype(np.uint16) * BRIGHTER, 255)
    drawn = np.repeat(dark.astype(np.uint8)[..., None], 3, axis=2)
    outlines, _ = cv2.findContours(changed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(drawn, outlines, -1, ORANGE, 1), np.uint8)


def annotate(picture: Image, axis: Axis3 | None, label: str, projection: CameraProjection) -> Image:
    """Draw the axis of a dart, a ring around its point, and its label into a copy of a picture."""
    drawn = np.ascontiguousarray(picture.copy())
    position = (12, drawn.shape[0] - 14)
    if axis is not None:
        ends_mm = np.array([[axis.x_mm + z * axis.slope_x, axis.y_mm + z * axis.slope_y, z] for z in (0.0, DART_MM)])
        foot, head = ((round(float(x)), round(float(y))) for x, y in projection.project(ends_mm))
        cv2.line(drawn, foot, head, ORANGE, 1, cv2.LINE_AA)
        cv2.circle(drawn, foot, RING_PX, ORANGE, 2, cv2.LINE_AA)
        position = (foot[0] + 2 * RING_PX, foot[1] - RING_PX)
    for colour, width in ((BLACK, 4), (WHITE, 1)):
        cv2.putText(drawn, label, position, cv2.FONT_HERSHEY_SIMPLEX, 0.8, colour, width, cv2.LINE_AA)
    return drawn
