"""The messages of a board manager, one by one; tests/property/test_compat.py has their order."""

import pytest

from dartd.outlets.compat.autodarts import Autodarts, ManagerSegment, segment_of
from dartd.outlets.compat.board_view import ShownThrow
from schemas.board import Ring
from tests.support.throws import hit


@pytest.mark.parametrize(
    ("label", "ring", "segment"),
    [
        ("T20", "triple", ("T20", 20, "Triple", 3)),
        ("D16", "double", ("D16", 16, "Double", 2)),
        ("S5", "inner_single", ("S5", 5, "SingleInner", 1)),
        ("S5", None, ("S5", 5, "SingleOuter", 1)),
        ("25", "single_bull", ("25", 25, "Single", 1)),
        ("BULL", "bull", ("Bull", 25, "Double", 2)),
        ("M7", "miss", ("M7", 7, "Outside", 0)),
        ("MISS", None, ("Miss", 0, "Outside", 0)),
        ("?", None, ("Miss", 0, "Outside", 0)),
    ],
)
def test_beds_have_their_names(label: str, ring: Ring | None, segment: tuple[str, int, str, int]) -> None:
    """Points are number times multiplier."""
    throw = ShownThrow(slot=1, dart_id=None, label=label, points=0, ring=ring)
    name, number, bed, multiplier = segment

    assert segment_of(throw) == ManagerSegment(name=name, number=number, bed=bed, multiplier=multiplier)


def test_the_outer_wire_is_one() -> None:
    """+x right, +y up."""
    fold = Autodarts(170.0)
    fold.step(hit("d1", 1, 85.0, -170.0))
    coords = fold.state.throws[0].coords

    assert (coords.x, coords.y) == (0.5, -1.0)  # type: ignore[union-attr]  # it is set


def test_a_client_gets_the_state_at_once() -> None:
    """Then it need not ask for it."""
    assert [each.type for each in Autodarts(170.0).opening()] == ["state", "motion_state"]
