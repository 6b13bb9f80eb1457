"""The displacement of a camera since its calibration."""

from schemas.board import BoardSpec
from workers.vision.calibration import verify
from workers.vision.reference import Comparison
from workers.vision.scene import Scene

# Measure again: `dartd calibrate PICTURE --check JSON` on pictures of a camera that was moved.
MOVED_MM = 3.0  # on the face: registration follows less; beyond it, the parallax of wires (0.6 mm high) and darts counts


def displacement_mm(comparison: Comparison, scene: Scene, board: BoardSpec) -> float:
    """Return how far the board has moved in a camera's picture since its calibration, in mm on the face; infinite if it is not found.

    Where the picture or its reference could not be registered with the picture of the calibration, the lines of the board are searched.
    """
    if comparison.registered and comparison.alignment is not None:
        return comparison.alignment.shift_px * scene.masks.mm_per_px
    return verify(comparison.raw, scene.projection.calibration, board) * scene.masks.mm_per_px


def is_lost(comparison: Comparison, scene: Scene, board: BoardSpec) -> bool:
    """Return whether nothing says where the board is in a picture: it is not registered, and the board is not where it was."""
    return not comparison.registered and displacement_mm(comparison, scene, board) > MOVED_MM
