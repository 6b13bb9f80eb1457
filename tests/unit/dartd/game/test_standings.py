"""The table of a round robin, and what separates players."""

from fractions import Fraction

from dartd.game.standings import Result, table

PLAYERS = ["A", "B", "C"]


def ranks(results: list[Result], averages: dict[str, Fraction] | None = None) -> list[tuple[str, int]]:
    """Return players and ranks, the best first."""
    return [(row.player, row.rank) for row in table(PLAYERS, results, averages or {})]


def test_points_come_first() -> None:
    """Two for a win, one for a draw."""
    rows = table(PLAYERS, [("A", "B", 3, 1), ("B", "C", 2, 2)], {})

    assert [(row.player, row.points, row.played, row.won, row.drawn, row.lost) for row in rows] == [
        ("A", 2, 1, 1, 0, 0),
        ("C", 1, 1, 0, 1, 0),
        ("B", 1, 2, 0, 1, 1),
    ]
    assert [row.leg_difference for row in rows] == [2, 0, -2]


def test_head_to_head_separates_equal_leg_differences() -> None:
    """Among the tied alone, their own match counts."""
    assert ranks([("B", "A", 3, 2), ("A", "C", 3, 1), ("C", "B", 3, 2)]) == [("A", 1), ("B", 2), ("C", 3)]
    assert ranks([("B", "A", 2, 1), ("A", "C", 2, 0), ("C", "B", 2, 1)])[0] == ("A", 1)


def test_averages_decide_at_last() -> None:
    """Players that nothing separates share the rank, and the average is the last thing that can."""
    level: list[Result] = [("A", "B", 3, 2), ("B", "C", 3, 2), ("C", "A", 3, 2)]

    assert ranks(level) == [("A", 1), ("B", 1), ("C", 1)]
    assert ranks(level, {"B": Fraction(60), "C": Fraction(50)}) == [("B", 1), ("C", 2), ("A", 3)]
