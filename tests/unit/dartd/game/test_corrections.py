"""Corrections: busts and game shots that come and go, visits that open again, signatures."""

import pytest

from dartd.errors import ConflictError
from dartd.game.corrections import find_dart, sign, unsign
from dartd.game.rules import RulesError
from tests.support.matches import by_hand, corrected, on_board, rests, started


def test_a_bust_that_was_none_counts_the_darts_after_it() -> None:
    """Darts that were ignored after the bust count again."""
    match = on_board(started({"start": 61}), "T20 5 /")
    assert rests(match) == [61, 61]

    better = corrected(match, "change", 1, 1, "20")
    assert rests(better) == [36, 61]
    assert better.reasons(0, 0) == [None, None]


def test_a_visit_that_is_over_no_more_is_open_again() -> None:
    """While no other side has thrown the thrower goes on; once one has, the visit stays short."""
    busted = on_board(started({"start": 61}), "T20 /")

    again = corrected(busted, "change", 1, 1, "20")
    assert again.on() == (0, 0)
    assert rests(on_board(again, "1 D20")) == [0, 61]
    late = corrected(on_board(busted, "1 /"), "change", 1, 1, "20")
    assert (late.on(), rests(late)) == ((0, 0), [41, 60])


def test_a_visit_that_was_ended_early_stays_ended() -> None:
    """A correction opens no visit that was passed with fewer darts."""
    match = corrected(on_board(started(), "20 5 /"), "change", 1, 2, "1")

    assert (match.on(), rests(match)) == ((1, 0), [480, 501])


def test_a_new_bust_cancels_the_rest_of_the_visit() -> None:
    """The darts after it are ignored."""
    match = corrected(by_hand(started({"start": 61}), "20 1"), "change", 1, 1, "T20")

    assert rests(match) == [61, 61]
    assert match.reasons(0, 0) == [None, "after_bust"]


def test_an_earlier_game_shot_ends_the_leg() -> None:
    """What was thrown after it is void, and the match has its winner."""
    match = corrected(by_hand(started({"start": 60}), "20 20", "1", "5"), "change", 1, 2, "D20")

    assert (match.status, match.flow.winner) == ("finished", 0)
    assert match.reasons(0, 1) == ["after_game_shot"]


def test_a_game_shot_that_was_none_reopens_the_match() -> None:
    """The thrower goes on with what is left."""
    match = corrected(on_board(started({"start": 60}), "20 D20"), "change", 1, 2, "20")

    assert (match.status, match.on(), rests(match)) == ("running", (0, 0), [20, 60])
    assert on_board(match, "D10").status == "finished"


def test_a_fourth_dart_falls_off() -> None:
    """Inserting into a full visit pushes the last dart out; deleting brings it back."""
    match = corrected(on_board(started(), "20 20 20 /"), "insert", 1, 1, "T20")

    assert rests(match) == [401, 501]
    assert match.reasons(0, 0) == [None, None, None, "extra"]
    assert rests(corrected(match, "delete", 1, 1)) == [441, 501]


def test_a_wrong_game_shot_of_the_leg_before_is_corrected() -> None:
    """Before the signature the next leg is dropped with the first new dart in the reopened one."""
    match = by_hand(started({"start": 40}, legs=2, sign_by_next_leg=False), "D20", "20")
    reopened = corrected(match, "change", 1, 1, "D10")
    onward = by_hand(reopened, "D20")

    assert [leg.leg_number for leg in onward.record.legs] == [1]
    assert [leg.leg_number for leg in onward.record.dropped] == [2]
    assert onward.flow.legs == [0, 1]
    restored = corrected(reopened, "change", 1, 1, "D20")
    assert restored.record == match.record


@pytest.mark.parametrize(("operation", "visit", "dart", "label", "message"), [
    ("change", 2, 1, "20", r"\$.visit"),
    ("change", 1, 3, "20", r"\$.dart"),
    ("insert", 1, 4, "20", r"\$.dart"),
    ("change", 1, 1, None, r"\$.label"),
])  # fmt: skip
def test_what_is_not_there_is_not_corrected(operation: str, visit: int, dart: int, label: str | None, message: str) -> None:
    """A wrong visit, dart or missing bed raises with its path."""
    match = by_hand(started(), "20 5")

    with pytest.raises(RulesError, match=message):
        corrected(match, operation, visit, dart, label)
    with pytest.raises(RulesError, match=r"\$.leg"):
        corrected(match, "delete", 1, 1, leg=3)


def test_signed_legs_are_not_corrected() -> None:
    """A signature ends corrections; an operator takes it back, and then only the winner must stay."""
    match = by_hand(started({"start": 40}, legs=3), "D20", "20", "5")
    with pytest.raises(ConflictError, match="signed"):
        corrected(match, "change", 1, 1, "20")

    unsigned = unsign(match, 0)
    with pytest.raises(ConflictError, match="winner"):
        corrected(unsigned, "change", 1, 1, "20")
    assert corrected(unsigned, "insert", 1, 1, "MISS").flow.legs == [1, 0]
    assert sign(unsigned, 0).record.legs[0].signed
    with pytest.raises(ConflictError, match="not signed"):
        unsign(unsigned, 0)
    with pytest.raises(ConflictError, match="finished"):
        sign(match, 1)


def test_a_dart_is_found_by_its_id() -> None:
    """Leg, visit and dart of an id; an unknown one raises."""
    match = on_board(started(), "20 5 1 / 7")

    assert find_dart(match, "d4") == (0, 2, 1)
    with pytest.raises(RulesError, match="d99"):
        find_dart(match, "d99")
