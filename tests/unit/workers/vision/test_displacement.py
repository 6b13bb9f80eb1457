"""Whether a camera still stands where it was calibrated."""

import numpy as np

from schemas.board import BoardSpec
from tests.support.scene import outlook
from workers.sources.simulator.extended_projection import CameraShift
from workers.vision.displacement import MOVED_MM, displacement_mm


def test_a_bump_is_measured_in_millimetres_of_the_face() -> None:
    """A camera that stands is not said to move, one that was bumped moved by so much; a board that is not there is infinitely far."""
    look = outlook(1, 1)
    standing, bumped = look.compare(()), look.compare((), shift=CameraShift(x=6.0, y=0.0, rotation_rad=0.0))
    gone = np.full_like(look.picture(), 90)
    off_mm = [displacement_mm(seen, look.picture(), look.projection, BoardSpec(), look.masks.mm_per_px) for seen in (standing, bumped)]

    assert off_mm[0] < 0.2
    assert 5.0 < off_mm[1] / look.masks.mm_per_px < 7.5
    assert off_mm[1] > MOVED_MM
    lost = displacement_mm(type(standing)(gone, None, standing.difference, gone), gone, look.projection, BoardSpec(), look.masks.mm_per_px)
    assert lost == float("inf")
