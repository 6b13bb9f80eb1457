"""Whether a camera still stands where it was calibrated."""

from schemas.board import BoardSpec
from workers.vision.calibration import verify
from workers.vision.frame import Image
from workers.vision.projection import Projection
from workers.vision.reference import Comparison

FAR_MM = 3.0  # a camera that moved less is followed by registration; beyond, the changed view of what stands off the board counts


def moved_mm(seen: Comparison, picture: Image, projection: Projection, board: BoardSpec, mm_per_px: float) -> float:
    """Measure how far the board has moved in a camera's picture since its calibration, in mm on the face; infinite when it is not found.

    `seen` is the comparison of `picture` with a reference that lies over the picture of the calibration. Where that could not be
    registered, the lines of the board are looked for.
    """
    if seen.alignment is not None:
        return seen.alignment.shift_px * mm_per_px
    return verify(picture, projection.calibration, board) * mm_per_px
