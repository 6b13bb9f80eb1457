"""Scoring a match: by darts, by totals, with undo, redo and pauses."""

import pytest

from dartd.errors import ConflictError
from dartd.game.beds import read_beds
from dartd.game.bull_off import BullThrow
from dartd.game.flow import Format
from dartd.game.match import Match
from dartd.game.record import Dart
from dartd.game.rules import RulesError, Total
from dartd.game.scoring import choose_first, end_visit, redo, score_total, take_step, throw, throw_by_hand, throw_for_bull, undo
from tests.support.matches import by_hand, on_board, rests, started


@pytest.mark.parametrize(("steps", "status"), [
    (["pause"], "paused"), (["pause", "resume"], "running"), (["stop"], "stopped"), (["pause", "stop"], "stopped"),
])  # fmt: skip
def test_a_match_goes_through_its_statuses(steps: list[str], status: str) -> None:
    """Start, pause, resume and stop lead where they should."""
    match = started()
    for step in steps:
        match = take_step(match, step)

    assert match.status == status


@pytest.mark.parametrize("step", ["start", "resume", "fly"])
def test_a_wrong_step_is_refused(step: str) -> None:
    """A step that the status does not allow raises with the status."""
    with pytest.raises(ConflictError) as refused:
        take_step(started(), step)

    assert refused.value.details == {"status": "running"}


def test_a_finished_match_takes_no_more_darts() -> None:
    """By hand, from the board and by total it is refused; until the darts are taken the board's darts are kept."""
    match = by_hand(started({"start": 40}), "D20")

    with pytest.raises(ConflictError, match="finished"):
        throw_by_hand(match, [1])
    with pytest.raises(ConflictError, match="finished"):
        throw(match, Dart(bed=1))
    with pytest.raises(ConflictError, match="finished"):
        score_total(match, Total(points=1))
    with pytest.raises(ConflictError, match="finished"):
        take_step(match, "pause")
    late = on_board(started({"start": 40}), "D20 20")
    assert (late.status, late.reasons(0, 0)) == ("finished", [None, "after_game_shot"])


def test_darts_after_the_end_of_a_visit_are_refused_by_hand() -> None:
    """The message names the first dart that was too many, and nothing is counted."""
    match = started({"start": 40})

    with pytest.raises(RulesError, match=r"\$.darts\[2\]") as refused:
        throw_by_hand(match, read_beds(["20", "T20", "5"]))
    assert refused.value.details == {"dart": 3}
    assert rests(by_hand(match, "20")) == [20, 40]


def test_totals_pass_the_turn() -> None:
    """A total is a whole visit; it cannot follow darts of the same visit."""
    match = score_total(score_total(started(), Total(points=60)), Total(points=100))

    assert (rests(match), match.on()) == ([441, 401], (0, 0))
    with pytest.raises(ConflictError, match="has darts"):
        score_total(on_board(match, "20"), Total(points=60))


def test_by_hand_no_takeout_is_waited_for() -> None:
    """A visit of the board that is over passes when the next one is entered by hand."""
    match = on_board(started(), "20 20 20")

    assert rests(throw_by_hand(match, read_beds(["5"]))) == [441, 496]
    assert rests(score_total(match, Total(points=100))) == [441, 401]


def test_a_takeout_without_a_dart_passes_no_turn() -> None:
    """Only a hand passes an empty turn."""
    match = started()

    assert end_visit(match) is match
    assert end_visit(match, by_hand=True).on() == (1, 0)


def test_darts_while_paused_are_kept_and_take_no_slot() -> None:
    """Paused darts, and their takeout, leave the visit as it was."""
    paused = on_board(take_step(on_board(started(), "20"), "pause"), "T20 /")
    resumed = on_board(take_step(paused, "resume"), "5 1")

    assert paused.reasons(0, 0) == [None, "paused"]
    assert resumed.reasons(0, 0) == [None, "paused", None, None]
    assert on_board(resumed, "/").on() == (1, 0)
    assert rests(resumed) == [475, 501]
    with pytest.raises(ConflictError, match="paused"):
        throw_by_hand(paused, [1])


def test_undo_and_redo_cross_visits_and_legs() -> None:
    """Each undo takes one counted dart; each redo brings the same state back."""
    match = by_hand(started({"start": 41}, legs=2, sign_by_next_leg=False), "1 D20", "20 1")
    states = [match]
    for _ in range(4):
        states.append(undo(states[-1]))

    assert [one.record.legs for one in states[-1:]] == [()]
    assert [one.on() for one in states] == [(0, 0), (1, 0), (1, 0), (0, 0), (0, 0)]
    for expected in reversed(states[:-1]):
        states.append(redo(states[-1]))
        assert states[-1].record == expected.record


def test_undo_takes_back_the_end_of_the_match() -> None:
    """A wrong game shot is undone, and the side goes on with the visit."""
    match = undo(by_hand(started({"start": 60}), "20 D20"))

    assert (match.status, match.on(), rests(match)) == ("running", (0, 0), [40, 60])
    assert by_hand(match, "20 5").on() == (1, 0)


def test_something_new_ends_redo() -> None:
    """After a new dart there is nothing to redo, and without a dart nothing to undo."""
    match = undo(on_board(started(), "20 5"))

    with pytest.raises(ConflictError, match="redo"):
        redo(on_board(match, "1"))
    with pytest.raises(ConflictError, match="undo"):
        undo(started())


def test_undo_takes_a_total_as_a_whole() -> None:
    """A visit by its total has no darts to take one by one."""
    assert undo(score_total(started(), Total(points=60))).record.legs == ()


def test_signed_legs_are_not_undone() -> None:
    """When the first visit of the next leg has passed, the leg before it is signed."""
    match = by_hand(started({"start": 40}, legs=3), "D20", "20")

    assert [leg.signed for leg in match.record.legs] == [True, False]
    with pytest.raises(ConflictError, match="undo"):
        undo(undo(match))


def test_the_bull_off_decides_who_begins() -> None:
    """The nearest side begins; then the bull is no more to be thrown at."""
    match = started(bull_off="normal", tie_mm=1.0)
    with pytest.raises(ConflictError, match="bull"):
        on_board(match, "20")
    match = throw_for_bull(throw_for_bull(match, BullThrow(side=0, mm=30.0)), BullThrow(side=1, mm=3.0))

    assert (match.phase, match.on()) == ("play", (1, 0))
    with pytest.raises(ConflictError, match="no bull-off"):
        throw_for_bull(match, BullThrow(side=0, mm=3.0))


def bulls(match: Match, *radii: float) -> Match:
    """Return the match after darts at the bull, each by the side that is on."""
    for mm in radii:
        match = throw_for_bull(match, BullThrow(side=match.on()[0], mm=mm))
    return match


def test_a_level_leg_is_decided_by_the_bull() -> None:
    """Equal rests after the last round throw for the bull when the rules have one."""
    match = by_hand(bulls(started({"max_rounds": 1}, bull_off="normal"), 3.0, 9.0), "20", "20")

    assert (match.phase, match.on()) == ("bull_off", (0, 0))
    assert (bulls(match, 9.0, 3.0).status, bulls(match, 9.0, 3.0).flow.winner) == ("finished", 1)


def test_a_level_match_is_decided_by_the_bull() -> None:
    """With `tie` bull a drawn match goes to the bull."""
    match = by_hand(started({"start": 40}, format=Format(goal="best_of", legs=2, tie="bull")), "D20", "D20")

    assert (match.status, match.phase) == ("running", "bull_off")
    assert bulls(match, 9.0, 3.0).flow.winner == 1


def test_the_winner_of_the_bull_off_may_choose() -> None:
    """Who begins: themselves by throwing, or another side by saying so; nothing is to choose before or after."""
    match = started(bull_off="normal", bull_winner="chooses")
    with pytest.raises(ConflictError):
        choose_first(match, 0)
    match = throw_for_bull(throw_for_bull(match, BullThrow(side=0, mm=30.0)), BullThrow(side=1, mm=10.0))
    chosen = choose_first(match, 0)
    begun, by_hand_begun = on_board(match, "T20"), by_hand(match, "T20 T20 T20")

    assert (match.awaits_choice, match.phase, match.on()) == (True, "bull_off", (1, 0))
    assert (chosen.phase, chosen.on(), chosen.awaits_choice) == ("play", (0, 0), False)
    assert (begun.on(), begun.record.chosen, by_hand_begun.on()) == ((1, 0), 1, (0, 0))
    with pytest.raises(RulesError, match="no side 2"):
        choose_first(match, 2)
    with pytest.raises(ConflictError):
        choose_first(chosen, 1)
