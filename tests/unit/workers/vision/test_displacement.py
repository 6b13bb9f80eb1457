"""Whether a camera still stands where it was calibrated."""

import numpy as np

from schemas.board import BoardSpec
from tests.support.scene import outlook
from workers.sources.faulty import turned
from workers.sources.simulator.extended_projection import CameraShift
from workers.vision.displacement import MOVED_MM, displacement_mm, is_lost
from workers.vision.scene import Scene


def test_a_bump_is_measured_in_millimetres_of_the_face() -> None:
    """A camera that stands is not said to move, one that was bumped moved by so much; a board that is not there is infinitely far."""
    look = outlook(1, 1)
    scene = Scene(look.camera_id, look.projection, look.masks, look.picture(), 0.0)
    standing, bumped = look.compare(()), look.compare((), shift=CameraShift(x=6.0, y=0.0, rotation_rad=0.0))
    gone = np.full_like(look.picture(), 90)
    off_mm = [displacement_mm(seen, scene, BoardSpec()) for seen in (standing, bumped)]

    assert off_mm[0] < 0.2
    assert 5.0 < off_mm[1] / look.masks.mm_per_px < 7.5
    assert off_mm[1] > MOVED_MM
    assert displacement_mm(scene.compare(gone), scene, BoardSpec()) == float("inf")


def test_a_picture_is_not_registered_by_one_that_is_not() -> None:
    """Where a camera was turned away, its next picture agrees with the one before: neither of them is on the board."""
    look = outlook(1, 1)
    scene = Scene(look.camera_id, look.projection, look.masks, look.picture(), 0.0)
    lost = list[bool]()
    for picture in (turned(look.picture(), 10), turned(look.picture(), 10), look.picture()):
        comparison = scene.compare(picture)
        lost.append(is_lost(comparison, scene, BoardSpec()))
        scene.set_reference(comparison, 1.0)

    assert lost == [True, True, False]
    assert scene.reference.registered
