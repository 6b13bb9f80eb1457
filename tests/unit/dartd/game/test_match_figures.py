"""The figures of a match."""

from dartd.game.match_figures import leg_accuracy, leg_figures, match_figures, throwers
from dartd.game.rules import Total
from dartd.game.scoring import score_total
from tests.support.matches import by_hand, on_board, started


def test_each_player_of_a_side_has_figures() -> None:
    """Points and darts belong to the player who threw, won legs to all players of the side, the checkout to one."""
    match = by_hand(started({"start": 101}, players=(2, 1)), "T20 1", "20 20 20", "D20")
    figures = match_figures(match)

    assert throwers(match) == [(0, 0), (0, 1), (1, 0)]
    assert [(own.points, own.darts, own.legs_won, own.checkouts) for own in figures.values()] == [
        (61, 3, 1, 0),
        (40, 1, 1, 1),
        (60, 3, 0, 0),
    ]
    assert figures[0, 1].best_legs == {101: 4}


def test_a_leg_won_against_the_throw_is_a_break() -> None:
    """Only the side that did not begin can break."""
    match = by_hand(started({"start": 40}, legs=2), "D20", "1", "D20")

    assert leg_figures(match, 0)[0, 0].breaks == 0
    assert leg_figures(match, 1)[0, 0].breaks == 1
    assert match_figures(match)[0, 0].breaks == 1


def test_the_open_visit_follows_when_it_is_closed() -> None:
    """Darts of a visit that goes on are in no figure yet."""
    assert match_figures(on_board(started(), "T20"))[0, 0].darts == 0
    assert match_figures(on_board(started(), "T20 /"))[0, 0].darts == 3


def test_games_of_marks_have_marks() -> None:
    """Cricket has marks and no averages."""
    figures = match_figures(by_hand(started({"game": "cricket"}), "T20 T19 T18"))[0, 0]

    assert (figures.marks, figures.marks_darts, figures.darts) == (9, 3, 0)


def test_targets_of_a_leg() -> None:
    """Darts at doubles are counted, unless visits were written down as totals."""
    match = by_hand(started({"start": 40}), "20 10 MISS", "1", "D5")

    assert leg_accuracy(match, 0)[0, 0].targets["D5"].hits == 1
    assert leg_accuracy(score_total(started(), Total(points=60)), 0) == {}
