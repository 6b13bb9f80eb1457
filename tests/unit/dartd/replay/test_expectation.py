"""What measured errors would cost over the whole board."""

import pytest

from dartd.replay.expectation import expected_right
from schemas.board import BoardSpec


def test_no_error_costs_nothing() -> None:
    """Without errors every bed is right; without darts nothing is expected."""
    assert expected_right([(0.0, 0.0)]) == 1.0
    assert expected_right([]) == 0.0


@pytest.mark.parametrize(("error_mm", "share"), [(0.4, 0.998), (1.0, 0.976), (2.0, 0.926)])
def test_errors_cost_what_wires_stand_close(error_mm: float, share: float) -> None:
    """Errors of 0.4, 1 and 2 mm on each axis cost about 0.2, 2.4 and 7.4 % of the darts."""
    errors = [(error_mm, error_mm), (-error_mm, error_mm), (error_mm, -error_mm), (-error_mm, -error_mm)]

    assert expected_right(errors) == pytest.approx(share, abs=0.02)
    assert expected_right([(10.0, 0.0)]) < expected_right(errors)


def test_the_rings_are_those_of_the_board() -> None:
    """A board with wider rings forgives more."""
    wide = BoardSpec(triple_inner_mm=80.0, double_inner_mm=140.0)

    assert expected_right([(0.0, 3.0), (3.0, 0.0)], wide) > expected_right([(0.0, 3.0), (3.0, 0.0)])
