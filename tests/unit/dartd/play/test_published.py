"""What is published of a match."""

from typing import Any

from dartd.game.scoring import take_step
from dartd.play.commands import ScoringCommand, carry_out
from dartd.play.published import events_of, state_of
from schemas.events import LegSigned, MatchStateChanged, TurnRevised, VisitScored
from schemas.match_commands import SignLeg, ThrowByHand, UndoDarts
from tests.support.play import create, played


def changed_by(*commands: ScoringCommand, game: str = "x01", legs: int = 1, start: int = 501) -> list[object]:
    """Return the events of the last of some commands to a match that runs."""
    rules: dict[str, Any] = {"start": start} if game == "x01" else {}
    match = played(create(legs=legs, game=game, **rules))
    before = after = match.with_match(take_step(match.match, "start"))
    cause = "play"
    for command in commands:
        before = after
        changed, cause = carry_out(before.match, command)
        after = before.with_match(changed)
    return list(events_of(before, after, cause, "asked"))  # type: ignore[arg-type]  # one of the two


def test_a_match_as_get_answers_it() -> None:
    """Rules and format have every default; names of profiles are not in it."""
    state = state_of(played(create(start=301)))

    assert (state.rules["game"], state.rules["start"], state.rules["out"]) == ("x01", 301, "double")
    assert state.format["legs"] == 1
    assert [(side.name, side.players[0].player_id, side.score) for side in state.sides] == [
        (None, "ann", {"remaining": 301, "in": True}),
        (None, "bob", {"remaining": 301, "in": True}),
    ]
    assert (state.turn, state.status) == (None, "scheduled")


def test_a_visit_that_was_scored() -> None:
    """It names its player and beds; Cricket says marks and what was closed."""
    (scored, turn) = changed_by(ThrowByHand(match_id="m", darts=("T20", "T19", "S20")), game="cricket")

    assert isinstance(scored, VisitScored)
    assert (scored.player_id, scored.darts, scored.marks_scored, scored.closed) == ("ann", ("T20", "T19", "S20"), 7, (20, 19))
    assert turn is not None


def test_a_match_that_ends() -> None:
    """The reason stands with the status."""
    events = changed_by(ThrowByHand(match_id="m", darts=("D20",)), start=40)

    assert [type(event).__name__ for event in events] == ["VisitScored", "LegFinished", "MatchFinished", "MatchStateChanged", "TurnChanged"]
    assert isinstance(events[3], MatchStateChanged)
    assert (events[3].previous_status, events[3].reason) == ("running", "asked")


def test_what_an_undo_changed() -> None:
    """The visits that are others now, in numbers of set, leg and visit; legs and turn as they are."""
    revised, *others = changed_by(ThrowByHand(match_id="m", darts=("D20",)), UndoDarts(match_id="m"), start=40, legs=2)

    assert isinstance(revised, TurnRevised)
    assert [(each.set, each.leg, each.visit, each.points) for each in revised.changed] == [(1, 1, 1, None)]
    assert revised.legs == ()
    assert [type(event).__name__ for event in others] == ["LegReopened"]


def test_signatures_are_published() -> None:
    """On a command, and with the first visit of the next leg."""
    win = ThrowByHand(match_id="m", darts=("D20",))
    asked = changed_by(win, SignLeg(match_id="m", set=1, leg=1), start=40, legs=3)
    passed = changed_by(win, ThrowByHand(match_id="m", darts=("S1", "S1", "S1")), start=40, legs=3)

    assert asked == [LegSigned(match_id="m1", set=1, leg=1, signed=True)]
    assert passed[-1] == asked[0]
