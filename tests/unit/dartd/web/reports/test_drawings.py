"""The drawings of a report."""

from reportlab.graphics.shapes import Rect  # type: ignore[import-untyped]  # it ships no types

from dartd.web.reports.drawings import bars, board
from tests.support.reports import full_report


def test_bars_are_as_high_as_their_values() -> None:
    """In proportion; nothing of no value, and none above the scale."""
    drawing = bars([0, 7, 14], ["a", "b", "c"], (300, 100), "Helvetica")
    heights = [each.height for each in drawing.contents if isinstance(each, Rect)]

    assert len(heights) == 2
    assert abs(heights[1] - 2 * heights[0]) < 1e-9
    assert all(each.y + each.height <= 100 for each in drawing.contents if isinstance(each, Rect))


def test_a_square_for_each_cell_on_the_board() -> None:
    """The one with most darts is on top; darts that flew past the board are not drawn."""
    heat = full_report().heat_map
    (group,) = board(heat, 300, "Helvetica").contents
    squares = [each for each in group.contents if isinstance(each, Rect)]
    most = max(heat.cells, key=lambda each: each.count)

    assert (squares[-1].x, squares[-1].y) == (most.x_mm - 5, most.y_mm - 5)
    assert len(squares) == sum((each.x_mm**2 + each.y_mm**2) ** 0.5 <= 225.5 for each in heat.cells)
