"""Tests of what one camera calls what a still picture shows."""

import numpy as np
import pytest

from tests.support.scene import Outlook, brighter, dart, hand, outlook
from workers.sources.simulator.extended_projection import CameraShift
from workers.vision.analysis import HAND_MM, PictureAnalysis, analyse, width_mm
from workers.vision.frame import Image
from workers.vision.scene import Scene


def _scene(look: Outlook) -> Scene:
    scene = Scene(look.camera_id, look.projection, look.masks, look.picture(), 1.0)
    scene.empty = scene.reference
    return scene


def _look(picture: Image) -> PictureAnalysis:
    """Analyse a picture after one of the empty board."""
    scene = _scene(outlook(1, 2))
    before = analyse(scene, outlook(1, 2).picture(), None, takeout=False)
    return analyse(scene, picture, before, takeout=False)


def test_an_empty_board_is_nothing() -> None:
    """The same board again shows nothing, and the camera has not moved."""
    look = _look(outlook(1, 2).picture())

    assert look.finding == "nothing"
    assert look.moved_px < 0.2


def test_a_dart_is_called_a_dart() -> None:
    """A dart that came is one, with the figures that say why."""
    look = _look(outlook(1, 2).picture(dart()))

    assert look.finding == "dart"
    assert look.evidence["changed_px"] > 100
    assert look.evidence["widest_mm"] == pytest.approx(look.widest_mm, abs=0.1)


def test_a_hand_is_called_a_hand() -> None:
    """A hand before the board is wider than any part of a dart."""
    look = _look(outlook(1, 2).picture(hand=hand()))

    assert look.finding == "hand"
    assert look.widest_mm > HAND_MM


def test_a_change_of_light_is_called_light() -> None:
    """A board that is a tenth brighter all over is the same board in another light."""
    look = _look(brighter(outlook(1, 2).picture(), 1.1))

    assert look.finding == "light"
    assert look.evidence["gain"] == pytest.approx(1.1, abs=0.03)


def test_a_camera_that_was_bumped_has_moved() -> None:
    """A board that is seen three pixels from where it was is the same board from elsewhere."""
    look = _look(outlook(1, 2).picture(shift=CameraShift(x=3.0)))

    assert look.finding == "moved"
    assert look.moved_px == pytest.approx(3.0, abs=0.5)


def test_in_a_takeout_wide_places_are_those_of_the_empty_board() -> None:
    """A hand that the reference has taken in still stands out against the empty board."""
    scene = _scene(outlook(1, 2))
    picture = outlook(1, 2).picture(hand=hand())
    scene.set_reference(scene.compare(picture), 2.0)
    usual, takeout = (analyse(scene, picture, None, takeout=t) for t in (False, True))

    assert [usual.blobs_on_empty, takeout.blobs_on_empty] == [False, True]
    assert usual.blobs == ()
    assert width_mm(takeout.blobs[0], scene) > HAND_MM


def test_without_an_empty_board_there_is_nothing_to_lay_under() -> None:
    """A camera that never saw the board empty compares with what it saw last, in a takeout too."""
    scene = _scene(outlook(1, 2))
    scene.empty = None
    look = analyse(scene, outlook(1, 2).picture(dart()), None, takeout=True)

    assert look.versus_empty is None
    assert not look.blobs_on_empty
    assert np.isfinite(look.moved_px)
