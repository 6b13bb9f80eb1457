"""Darts that stand in the board, and the events about one."""

import math

import pytest

from dartd.board.standing import extra_event, from_extra, from_hit, hit_event
from dartd.board.visit import Visit
from schemas.base import DartId, VisitId
from schemas.geometry import Axis3
from tests.support.board import landing

VISIT = Visit(visit_id=VisitId("main-v000001"), player_id="ann")


def test_a_dart_is_what_its_hit_said() -> None:
    """A dart that is remembered by its event has the axis, score and uncertainty that the cameras gave it."""
    seen = landing("T20", settled_at_s=4.5)
    event = hit_event(seen, DartId("main-d000001"), VISIT, 2)
    dart = from_hit(event, 5.0)

    assert dart.axis == seen.axis
    assert (dart.dart_number, dart.uncertainty_mm, dart.landed_at_s) == (2, 0.7, 5.0)
    assert dart.on_board().score.label == "T20"
    assert (event.visit_id, event.player_id) == ("main-v000001", "ann")


def test_an_extra_dart_is_what_its_event_said() -> None:
    """An extra dart stands with its axis and takes no slot."""
    seen = landing("S5")
    dart = from_extra(extra_event(seen, DartId("main-d000004"), VISIT), 5.0)

    assert dart.axis == seen.axis
    assert (dart.dart_number, dart.uncertainty_mm) == (0, 0.7)


@pytest.mark.parametrize(("label", "degrees"), [("T20", 90.0), ("T6", 0.0), ("T3", 270.0), ("T11", 180.0)])
def test_the_angle_is_counted_from_the_right(label: str, degrees: float) -> None:
    """The 20 is at 90 degrees, the 6 at 0, and no angle reaches the whole turn."""
    polar = hit_event(landing(label), DartId("main-d000001"), VISIT, 1).polar_coordinates

    assert polar.angle_deg % 360.0 == pytest.approx(degrees, abs=1e-6) or polar.angle_deg == pytest.approx(360.0)
    assert 0.0 <= polar.angle_rad < math.tau
    assert polar.radius_mm == pytest.approx(103.0)


def test_a_moved_dart_holds_both_positions() -> None:
    """The event has where the dart stood, where it stands, and its new slope."""
    dart = from_hit(hit_event(landing("T20"), DartId("main-d000001"), VISIT, 1), 0.0)
    moved = dart.moved(Axis3(x_mm=1.0, y_mm=2.0, slope_x=0.3, slope_y=0.4))

    assert (moved.new_position.x_mm, moved.new_position.y_mm, moved.slope) == (1.0, 2.0, (0.3, 0.4))
    assert moved.old_position.y_mm == pytest.approx(103.0)
