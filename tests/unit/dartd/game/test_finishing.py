"""Attempts at a rest: finished, failed, busts."""

from dartd.game.beds import bed_label
from dartd.game.finishing import FinishScore
from tests.support.matches import leg_of


def test_an_attempt_ends_with_its_last_visit() -> None:
    """What is left stays for the next visit of the attempt; a bust gives it back."""
    assert leg_of("catch_40", "20").game.score(0) == FinishScore(points=0, target=61, remaining=41)
    assert leg_of("catch_40", "20", "1 D20").game.score(0) == FinishScore(points=1, target=62, remaining=62)
    bust = leg_of("catch_40", "T20")
    assert (bust.outcomes[0].bust, bust.outcomes[0].points, bust.game.score(0)) == (True, 0, FinishScore(points=0, target=61, remaining=61))


def test_an_attempt_has_hints() -> None:
    """Those of the rest in the running visit."""
    game = leg_of("121", "T20", start=100).game

    assert [bed_label(bed) for bed in game.checkouts(3)[0]] == ["D20"]


def test_only_a_double_finishes() -> None:
    """Zero by anything else is a bust."""
    leg = leg_of("121", "20 20 1", start=41)

    assert leg.outcomes[0].bust
    assert leg.game.report(leg.outcomes[0], ["A"])["success"] is False
