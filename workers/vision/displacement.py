"""The displacement of a camera since its calibration."""

from schemas.board import BoardSpec
from workers.vision.calibration import verify
from workers.vision.frame import Image
from workers.vision.projection import CameraProjection
from workers.vision.reference import Comparison

# Measure again: `dartd calibrate PICTURE --check JSON` on pictures of a camera that was moved.
MOVED_MM = 3.0  # on the face: registration follows less; beyond it, the parallax of wires (0.6 mm high) and darts counts


def displacement_mm(comparison: Comparison, picture: Image, projection: CameraProjection, board: BoardSpec, mm_per_px: float) -> float:
    """Return how far the board has moved in a camera's picture since its calibration, in mm on the face; infinite if it is not found.

    `comparison` compares `picture` with a reference that is registered with the picture of the calibration. If it could not be
    registered, the lines of the board are searched.
    """
    if comparison.alignment is not None:
        return comparison.alignment.shift_px * mm_per_px
    return verify(picture, projection.calibration, board) * mm_per_px
