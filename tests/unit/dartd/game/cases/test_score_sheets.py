"""Score sheets as CSV."""

import pytest

from dartd.game.cases.score_sheets import SheetError, read_sheets


def test_legs_and_sets_of_a_match() -> None:
    """In the order of their rows; darts, totals and darts at a double as they are written."""
    text = "match,set,leg,player,points,darts,at double,dart1\n1,1,1,A,60,,,\n1,1,1,B,,,,T20\n1,2,1,A,40,2,1,\n"
    ((line, case),) = read_sheets(text.splitlines(keepends=True))
    visits = [leg["visits"] for leg in case["legs"]]

    assert (line, case["players"], case["format"]) == (2, ["A", "B"], {"goal": "fixed", "legs": 2})
    assert visits[0] == [{"player": "A", "points": 60, "darts_used": 3}, {"player": "B", "darts": ["T20"]}]
    assert visits[1] == [{"player": "A", "points": 40, "darts_used": 2, "darts_at_double": 1}]


def test_a_row_that_cannot_be_read_is_named() -> None:
    """A quotation mark without its end makes one cell of all that follows, which may be too long."""
    rows = ["player,points\n", "A,60\n", '"A,60\n', *["A,60\n"] * 40_000]
    with pytest.raises(SheetError, match="cannot be read") as refused:
        list(read_sheets(rows))

    assert refused.value.line > 2


def test_an_empty_file_has_no_columns() -> None:
    """That is said of its first line."""
    with pytest.raises(SheetError) as refused:
        list(read_sheets([]))

    assert refused.value.line == 1
