"""What is published of a match."""

from dartd.game.beds import read_bed
from dartd.game.bull_off import BullThrow
from dartd.game.preferences import Preferences
from dartd.game.scoring import take_step, throw_for_bull
from dartd.game.view import Turn, legs_of, sides_of, turn_of
from dartd.game.x01 import X01Score
from tests.support.matches import by_hand, on_board, started


def test_the_turn_shows_the_open_visit() -> None:
    """Counted darts, points, darts left, and the ways to finish with them."""
    turn = turn_of(on_board(started({"start": 101}), "T20 1"))

    assert turn == Turn(
        phase="play", side=0, thrower=0, set=1, leg=1, round=1, visit=1, darts=("T20", "S1"), points=61, darts_left=1, checkouts=(("D20",),)
    )


def test_a_turn_to_come_has_three_darts() -> None:
    """Between visits the next side is on, with its hints; between legs the side that begins."""
    turn = turn_of(by_hand(started({"start": 40}, legs=2), "20"))
    assert turn == Turn(
        phase="play", side=1, thrower=0, set=1, leg=1, round=1, visit=2, checkouts=(("D20",), ("S8", "D16"), ("S16", "D12"))
    )

    turn = turn_of(by_hand(started({"start": 40}, legs=2), "D20"))
    assert turn is not None
    assert (turn.side, turn.leg, turn.round) == (1, 2, 1)


def test_a_bust_is_no_zero() -> None:
    """The visit is over, with bust and no points."""
    turn = turn_of(on_board(started({"start": 32}), "16 15 5"))

    assert turn is not None
    assert (turn.bust, turn.points, turn.darts, turn.darts_left, turn.checkouts) == (True, 0, ("S16", "S15"), 0, ())


def test_hints_follow_preferences() -> None:
    """The preferred doubles of the player who throws come first."""
    turn = turn_of(started({"start": 52}), Preferences(preferred_doubles=(read_bed("D16"),)))

    assert turn is not None
    assert turn.checkouts[0] == ("S20", "D16")


def test_only_a_match_in_play_has_a_turn() -> None:
    """Paused it has one; stopped or finished it has none; at the bull there are no hints."""
    assert turn_of(take_step(started(), "pause")) is not None
    assert turn_of(take_step(started(), "stop")) is None
    assert turn_of(by_hand(started({"start": 40}), "D20")) is None
    turn = turn_of(started({"start": 40}, bull_off="official"))
    assert turn is not None
    assert (turn.phase, turn.checkouts) == ("bull_off", ())
    assert turn_of(throw_for_bull(started(bull_off="normal"), BullThrow(side=0, mm=5.0))).side == 1  # type: ignore[union-attr]  # is in play


def test_sides_have_score_and_figures() -> None:
    """The score of the running leg, the average of the match; when it is over also the rank."""
    sides = sides_of(on_board(started({"start": 301}), "T20 20 20 / 20"))
    assert [(side.score, side.average, side.darts, side.rank) for side in sides] == [
        (X01Score(remaining=201, in_=True), "100.00", 3, None),
        (X01Score(remaining=281, in_=True), None, 0, None),
    ]

    finished = sides_of(by_hand(started({"start": 40}), "1", "D20"))
    assert [(side.rank, side.legs, side.score.remaining) for side in finished] == [(2, 0, 39), (1, 1, 0)]  # type: ignore[attr-defined]  # X01


def test_finished_legs_are_listed() -> None:
    """Who began, who won, darts of each side, and what was finished."""
    legs = legs_of(by_hand(started({"start": 40}, legs=2), "20 MISS MISS", "1", "D10", "5"))

    assert len(legs) == 1
    assert (legs[0].starter, legs[0].winner, legs[0].end, legs[0].darts, legs[0].checkout, legs[0].signed) == (
        0,
        0,
        "checkout",
        (4, 3),
        20,
        True,
    )
