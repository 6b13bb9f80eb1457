"""Tests of whether known darts are still there."""

from collections.abc import Sequence

import pytest

from dartd.fusion.gather import Evidence
from dartd.fusion.presence import KnownDarts, assess_known_darts, gone_darts, match_pushed, may_be_pushed_to, moved_darts
from schemas.base import DartId
from schemas.geometry import Axis3
from schemas.pipe.from_worker import Settled
from schemas.pipe.sightings import DartPresence
from schemas.pipe.to_worker import KnownDart
from tests.support.fused import fused_axis
from tests.support.sightings import rig

CALIBRATIONS = rig(3)
ONE = KnownDart(dart_id=DartId("d1"), axis=Axis3(x_mm=0.0, y_mm=0.0, slope_y=0.15))
TWO = KnownDart(dart_id=DartId("d2"), axis=Axis3(x_mm=40.0, y_mm=0.0, slope_y=0.15))


def _evidence(*said: Sequence[tuple[DartId, float, float]]) -> Evidence:
    settled = [
        Settled(
            camera_id=CALIBRATIONS[k].camera_id,
            t_s=1.0,
            episode=1,
            started_s=0.5,
            finding="other",
            presence=tuple(DartPresence(dart_id=d, score=score, weight=weight) for d, score, weight in each),
        )
        for k, each in enumerate(said)
    ]
    return Evidence({s.camera_id: s for s in settled}, {c.camera_id: c for c in CALIBRATIONS}, frozenset())


def test_cameras_count_by_what_they_can_judge() -> None:
    """Presence is the weighted mean; with too little weight it is unknown, and then the dart is undisturbed."""
    known = assess_known_darts([ONE, TWO], _evidence([("d1", 0.0, 0.9)], [("d1", 1.0, 0.1)], [("d2", 0.0, 0.2)]))  # type: ignore[list-item]

    assert known.presence == {"d1": pytest.approx(0.1)}
    assert known.disturbed == [ONE]
    assert known.undisturbed_axes == (TWO.axis,)


def test_a_dart_that_is_as_it_was_stands() -> None:
    """A dart of unknown presence, or one that went, keeps no board from being empty."""
    known = KnownDarts([ONE, TWO], {ONE.dart_id: 0.95})

    assert known.stands_any([])
    assert not known.stands_any([ONE.dart_id])
    assert not KnownDarts([ONE], {}).stands_any([])


def test_a_camera_without_motion_has_the_dart_as_it_was() -> None:
    """Cameras that noticed nothing count with one half for a dart in their picture."""
    one = assess_known_darts([ONE], _evidence([("d1", 0.0, 1.0)]))  # type: ignore[list-item]

    assert one.presence["d1"] == pytest.approx(1.0 / 2.0)  # type: ignore[index]


def test_the_nearest_axes_are_the_pushed_darts() -> None:
    """Each dart and each axis is matched once, the nearest pair first."""
    near_one, near_two, far = fused_axis(3.0), fused_axis(30.0), fused_axis(100.0)

    assert match_pushed([ONE, TWO], [near_two, near_one, far]) == {"d1": near_one, "d2": near_two}
    assert match_pushed([], [near_one]) == {}


def test_a_single_axis_farther_away_is_a_new_dart() -> None:
    """Alone, an axis within 4 mm is the old dart; farther away it is a new one that hides it, unless others were found too."""
    assert match_pushed([ONE], [fused_axis(3.9)])
    assert not match_pushed([ONE], [fused_axis(4.1)])
    assert match_pushed([ONE], [fused_axis(4.1), fused_axis(100.0)])


@pytest.mark.parametrize(("x_mm", "slope", "may"), [(19.0, 0.15, True), (21.0, 0.15, False), (5.0, 0.5, True), (5.0, 0.6, False)])
def test_a_pushed_dart_stays_near(x_mm: float, slope: float, may: bool) -> None:  # noqa: FBT001
    """A dart is pushed by less than 20 mm and tilted by less than 0.4."""
    assert may_be_pushed_to(fused_axis(x_mm, slope=slope), ONE) is may


def test_less_than_a_millimetre_is_no_move() -> None:
    """Only darts that moved by more than the cameras' uncertainty are named, with their new axes."""
    pushed = {ONE.dart_id: fused_axis(0.9), TWO.dart_id: fused_axis(42.0)}

    assert moved_darts([ONE, TWO], pushed) == (("d2", pushed[TWO.dart_id].axis),)


@pytest.mark.parametrize(
    ("presence", "after_hand", "gone"), [(0.3, False, True), (0.5, False, False), (0.5, True, True), (0.6, True, False)]
)
def test_a_hand_takes_darts_that_still_look_present(presence: float, after_hand: bool, gone: bool) -> None:  # noqa: FBT001
    """Below 0.4 a dart is gone, after a hand below 0.55; one that was only pushed is not gone."""
    known = KnownDarts([ONE], {ONE.dart_id: presence})

    assert gone_darts(known, {}, after_hand=after_hand) == ((ONE.dart_id,) if gone else ())
    assert gone_darts(known, {ONE.dart_id: fused_axis()}, after_hand=after_hand) == ()
