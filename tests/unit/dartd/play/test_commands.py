"""What people do to a match."""

import pytest

from dartd.errors import ConflictError
from dartd.game.rules import RulesError
from dartd.play.board_events import after_board_event
from dartd.play.commands import ScoringCommand, carry_out, find_leg
from schemas.match_commands import (
    BullDart,
    CorrectMatch,
    EndVisit,
    RedoDarts,
    ScoreTotal,
    SignLeg,
    StepMatch,
    ThrowByHand,
    ThrowForBull,
    UndoDarts,
)
from tests.support.matches import rests, started
from tests.support.play import AT, dart


def test_a_match_by_hand() -> None:
    """Each command does what its name says; undo, redo and corrections are revisions."""
    match, causes = started(legs=2), []
    commands: list[ScoringCommand] = [
        ThrowByHand(match_id="m", darts=("T20", "T20", "T20")),
        ScoreTotal(match_id="m", points=100),
        ThrowByHand(match_id="m", darts=("S1",)),
        EndVisit(match_id="m"),
        UndoDarts(match_id="m"),
        RedoDarts(match_id="m"),
        CorrectMatch(match_id="m", operation="change", visit=1, dart=1, label="S20"),
        StepMatch(match_id="m", step="pause", at=AT),
    ]
    for command in commands:
        match, cause = carry_out(match, command)
        causes.append(cause)

    assert rests(match) == [501 - 140 - 1, 401]
    assert causes == ["play"] * 4 + ["revision"] * 3 + ["play"]
    assert match.status == "paused"


def test_beds_that_do_not_exist() -> None:
    """The dart is named."""
    with pytest.raises(RulesError, match=r"\$\.darts\[1\]"):
        carry_out(started(), ThrowByHand(match_id="m", darts=("T20", "T21")))
    with pytest.raises(RulesError, match=r"\$\.label"):
        carry_out(started(), CorrectMatch(match_id="m", operation="change", visit=1, dart=1, label="x"))


def test_darts_by_hand_wait_for_the_takeout() -> None:
    """While the darts of a visit that is over stand in the board, other darts would count for no side."""
    match = started({"start": 41})
    match = after_board_event(match, dart("T20", 1))

    with pytest.raises(ConflictError):
        carry_out(match, ThrowByHand(match_id="m", darts=("S1",)))


def test_legs_are_signed_and_bulls_are_thrown() -> None:
    """A finished leg by its numbers; a leg that was not played is none."""
    match, _ = carry_out(started({"start": 40}, legs=2), ThrowByHand(match_id="m", darts=("D20",)))
    signed, _ = carry_out(match, SignLeg(match_id="m", set=1, leg=1))
    unsigned, _ = carry_out(signed, SignLeg(match_id="m", set=1, leg=1, signed=False))
    bull, _ = carry_out(
        started(bull_off="normal"), ThrowForBull(match_id="m", darts=(BullDart(side=0, bed="25"), BullDart(side=1, bed="BULL")))
    )

    assert (signed.record.legs[0].signed, unsigned.record.legs[0].unsigned) == (True, True)
    assert bull.on() == (1, 0)
    assert find_leg(match, None, None) == 0
    with pytest.raises(RulesError):
        find_leg(match, 2, 1)
