"""X01: ways in and out, busts, attempts, totals, and the facts of its arithmetic."""

from typing import Any

import pytest

from dartd.game.beds import VALUES, read_beds
from dartd.game.catalog import new_game, read_options
from dartd.game.count_up import CountUp
from dartd.game.leg import Leg
from dartd.game.rules import RulesError, Total, VisitOutcome
from dartd.game.x01 import X01, X01Game, X01Score, start_scores


def played(rules: dict[str, Any], *visits: str, sides: int = 1) -> tuple[Leg, list[VisitOutcome]]:
    """Play visits of the sides in turn."""
    options = read_options({"game": "x01", **rules})
    leg = Leg(new_game(options, sides), options)
    return leg, [leg.play(number % sides, 0, read_beds(visit.split())) for number, visit in enumerate(visits)]


def remaining(leg: Leg, side: int = 0) -> tuple[int, bool]:
    """Return what a side has left, and whether it is in."""
    score = leg.game.score(side)
    assert isinstance(score, X01Score)
    return score.remaining, score.in_


def test_the_examples_of_the_rules() -> None:
    """The three examples that the rules give come out."""
    leg, (bust,) = played({"start": 32}, "16 15 T20")
    assert (bust.bust, bust.used, bust.ignored, bust.points, bust.thrown_points) == (True, 2, 1, 0, 31)
    assert remaining(leg) == (32, True)

    leg, (bust,) = played({"start": 4, "out": "master"}, "T1")
    assert bust.bust
    assert remaining(leg) == (4, True)

    leg, _ = played({"start": 301, "in": "double", "out": "double"}, "20 T20 D20")

    assert remaining(leg) == (261, True)


@pytest.mark.parametrize(
    ("out", "bull", "rest", "dart", "won"),
    [
        ("double", "25/50", 40, "D20", True),
        ("double", "25/50", 50, "BULL", True),
        ("double", "25/50", 25, "25", False),
        ("double", "50/50", 50, "25", True),
        ("double", "25/50", 20, "20", False),
        ("double", "25/50", 60, "T20", False),
        ("master", "25/50", 60, "T20", True),
        ("master", "25/50", 25, "25", False),
        ("master", "25/50", 20, "20", False),
        ("straight", "25/50", 20, "20", True),
        ("straight", "25/50", 25, "25", True),
    ],
)
def test_only_an_allowed_bed_finishes(out: str, bull: str, rest: int, dart: str, won: bool) -> None:  # noqa: FBT001
    """Exactly zero wins with a bed that the out rule allows, and is a bust with any other."""
    leg, (visit,) = played({"start": rest, "out": out, "bull": bull}, dart)

    assert (visit.won, visit.bust) == (won, not won)
    assert (leg.finished, leg.end) == ((True, "checkout") if won else (False, None))


@pytest.mark.parametrize(("into", "dart", "opens"), [
    ("double", "D1", True), ("double", "BULL", True), ("double", "25", False), ("double", "T20", False),
    ("master", "T20", True), ("master", "D1", True), ("master", "25", False), ("straight", "1", True),
])  # fmt: skip
def test_a_side_is_in_by_an_allowed_bed(into: str, dart: str, opens: bool) -> None:  # noqa: FBT001
    """The opening dart scores itself; darts before it score nothing."""
    leg, _ = played({"in": into}, f"MISS {dart}")
    value = VALUES[read_beds([dart])[0]]

    assert remaining(leg) == (501 - value if opens else 501, opens or into == "straight")


def test_a_bust_takes_the_opening_back() -> None:
    """A visit that opens and busts leaves the side as before it: not in."""
    leg, (bust,) = played({"start": 30, "in": "double"}, "D5 T20")

    assert bust.bust
    assert remaining(leg) == (30, False)


def test_darts_before_a_side_is_in_cannot_bust() -> None:
    """A dart that would overshoot scores nothing while the side is not in."""
    leg, (visit,) = played({"start": 32, "in": "double"}, "T20 T20 T20")

    assert not visit.bust
    assert remaining(leg) == (32, False)


def test_straight_out_can_leave_one() -> None:
    """A rest of 1 is legal when any bed finishes."""
    leg, (visit, last) = played({"start": 5, "out": "straight"}, "4 MISS MISS", "1")

    assert not visit.bust
    assert last.won
    assert leg.winner == 0


@pytest.mark.parametrize(
    ("rules", "visits", "attempts"),
    [
        ({"start": 40}, ["20 10 MISS", "D5"], [3, 1]),
        ({"start": 50}, ["10 D20"], [1]),
        ({"start": 50}, ["MISS MISS MISS"], [1]),
        ({"start": 50}, ["BULL"], [1]),
        ({"start": 41}, ["1 T20"], [1]),
        ({"start": 60, "out": "master"}, ["20 20 20"], [3]),
        ({"start": 60, "out": "master"}, ["20 10 T10"], [3]),
        ({"start": 25, "out": "straight", "bull": "50/50"}, ["MISS"], [0]),
        ({"start": 25, "out": "straight"}, ["MISS"], [1]),
        ({"start": 40, "in": "double"}, ["20 20 20", "D20"], [0, 1]),
        ({"start": 170}, ["T20 T20 BULL"], [1]),
    ],
)
def test_attempts_are_darts_at_a_one_dart_finish(rules: dict[str, Any], visits: list[str], attempts: list[int]) -> None:
    """Each dart at a rest that one bed finishes is an attempt; 50 only with the last dart or a hit; the winning dart always."""
    _, outcomes = played(rules, *visits)

    assert [outcome.attempts for outcome in outcomes] == attempts


def test_totals_are_counted_as_darts_are() -> None:
    """A visit by its total scores, busts and wins; a total or a finish that no darts give is refused."""
    options = X01(start=101)
    leg = Leg(X01Game(options, 1), options)

    assert leg.play_total(0, 0, Total(points=60)).points == 60
    assert leg.play_total(0, 0, Total(points=40)).bust
    with pytest.raises(RulesError, match="179 cannot be thrown with 3 darts"):
        leg.play_total(0, 0, Total(points=179))
    won = leg.play_total(0, 0, Total(points=41, darts_used=2, darts_at_double=1))
    assert (won.won, won.attempts, won.used) == (True, 1, 2)
    with pytest.raises(RulesError, match="159 cannot be finished"):
        Leg(X01Game(X01(start=159), 1), X01(start=159)).play_total(0, 0, Total(points=159))


def test_start_scores_are_a_handicap() -> None:
    """Each side has its own start score, and their number must fit."""
    game = X01Game(X01(start_scores=(501, 301)), 2)
    assert start_scores(X01(start=301), 2) == (301, 301)
    assert start_scores(X01(start_scores=(501, 301)), 2) == (501, 301)
    assert start_scores(CountUp(), 2) == ()

    assert game.rests == [501, 301]
    with pytest.raises(RulesError, match="start_scores"):
        X01Game(X01(start_scores=(501,)), 2)


@pytest.mark.parametrize(("end", "winner", "draw"), [("lowest", 1, False), ("draw", None, True), ("bull_off", None, True)])
def test_rounds_decide_as_the_rules_say(end: str, winner: int | None, draw: bool) -> None:  # noqa: FBT001
    """After the last round the lowest rest wins, or the bull decides, or it is a draw; without a bull a tie is a draw."""
    leg, _ = played({"max_rounds": 1, "max_rounds_end": end}, "20", "T20", sides=2)
    leg.settle_draw()

    assert (leg.finished, leg.winner, leg.draw, leg.end) == (True, winner, draw, "max_rounds")
