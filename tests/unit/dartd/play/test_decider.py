"""The decider of matches."""

from collections.abc import Iterable

import pytest

from dartd.errors import CommandRefusedError
from dartd.play import decider as decider_module
from dartd.play.decider import ENDED_MATCHES_KEPT, OPEN_MATCHES, SIGN_AFTER_S, MatchDecider
from schemas.events import (
    EntityAdded,
    EntityDeleted,
    EntityUpdated,
    JournalledEvent,
    LegReopened,
    MatchStateChanged,
    PlayerErased,
    RoundChanged,
    StatisticsUpdated,
    TurnChanged,
)
from schemas.match_commands import DeleteMatch, EndVisit, SignLeg, StepMatch, ThrowByHand, UndoDarts
from tests.support.play import AT, BOARD, Table, create


def kinds(events: list[JournalledEvent]) -> list[str]:
    """Return the types of events about the match; those about statistics are tested with the statistics."""
    return [str(event.__struct_config__.tag) for event in events if not isinstance(event, StatisticsUpdated)]


def test_darts_of_the_board_are_scored() -> None:
    """Each counted dart is a turn_changed, and so is the takeout; what lands behind the end of a visit is none."""
    table = Table()
    begun = table.give(create())
    visit = table.visit("T20 T20 T20 S1")
    turns = [event.turn for event in visit if isinstance(event, TurnChanged)]

    assert kinds(begun) == ["match_command", "ADDED", "match_state_changed", "match_state_changed", "turn_changed"]
    assert kinds(visit) == ["turn_changed", "turn_changed", "visit_scored", "turn_changed", "turn_changed"]
    assert [(turn.side, turn.darts_left) for turn in turns if turn is not None] == [(0, 2), (0, 1), (0, 0), (1, 3)]
    assert table.give(EntityDeleted(entity_type="zone", entity_id="z", user_id="u")) == []
    assert table.decider.deadline() is None


def test_legs_are_signed_some_time_after_the_end() -> None:
    """Not while the match goes on again, and not when an operator opened the leg; after a restart the time begins anew."""
    table = Table()
    table.give(create(start=20, out="straight", board=False))
    table.give(ThrowByHand(match_id="m1", darts=("S20",)))
    due_s = table.decider.deadline()
    table.give(UndoDarts(match_id="m1"))
    undone_s = table.decider.deadline()
    table.give(ThrowByHand(match_id="m1", darts=("S20",)))
    restored = MatchDecider(BOARD)
    restored.restore(table.decider.memory(0.0), (), now=5.0, epoch_s=0.0)
    signed = table.decider.step([], SIGN_AFTER_S).events

    assert (due_s, undone_s, restored.deadline()) == (SIGN_AFTER_S, None, 5.0 + SIGN_AFTER_S)
    assert kinds(list(signed)) == ["match_command", "leg_signed"]
    assert (table.decider.deadline(), table.decider.step([], 2 * SIGN_AFTER_S).events) == (None, ())
    assert table.try_to(UndoDarts(match_id="m1")) is not None
    table.give(SignLeg(match_id="m1", set=1, leg=1, signed=False))
    assert table.decider.deadline() is None


def test_one_match_runs_on_a_board() -> None:
    """A second one waits until the first is paused; the darts are those of the match that was begun last."""
    table = Table()
    table.give(create("m1"))
    refused = table.try_to(create("m2"))
    assert refused is not None
    assert refused.details["match_id"] == "m1"
    table.give(StepMatch(match_id="m1", step="pause", at=AT))
    table.give(create("m2"))
    table.visit("T20")
    assert table.try_to(StepMatch(match_id="m1", step="resume", at=AT)) is not None
    table.give(StepMatch(match_id="m2", step="stop", at=AT))
    table.give(StepMatch(match_id="m1", step="resume", at=AT))
    table.visit("T19", taken=False)
    shown = table.decider.match_on_board()

    assert shown is not None
    assert (shown.match_id, shown.sides[0].score["remaining"], shown.started_at) == ("m1", 501 - 57, AT)
    assert table.decider.match_on_board() is shown


def test_a_refusal_changes_nothing() -> None:
    """A command to no match, and one that the rules do not allow, with the path of what is wrong."""
    table = Table()
    table.give(create())
    before = table.decider.memory(0.0)
    unknown, wrong = table.try_to(EndVisit(match_id="m9")), table.try_to(ThrowByHand(match_id="m1", darts=("T20", "x")))

    assert unknown is not None
    assert wrong is not None
    assert (unknown.code, wrong.code, wrong.details["field"]) == ("STATE_CONFLICT", "VALIDATION_ERROR", "$.darts[1]")
    assert table.try_to(create()) is not None
    assert table.decider.memory(0.0) == before


def test_an_undo_does_not_bring_a_second_match_to_life() -> None:
    """A match that was won stays so while another runs on its board."""
    table = Table()
    table.give(create("m1", start=40))
    table.visit("D20")
    table.give(create("m2"))

    assert table.try_to(UndoDarts(match_id="m1")) is not None
    table.give(StepMatch(match_id="m2", step="stop", at=AT))
    assert any(isinstance(event, LegReopened) for event in table.give(UndoDarts(match_id="m1")))


def test_a_match_is_deleted() -> None:
    """It is stopped first; deleted again it is gone already, and that is no error here."""
    table = Table()
    table.give(create())
    deleted = table.give(DeleteMatch(match_id="m1", user_id="olga"))

    assert kinds(deleted) == ["match_command", "match_state_changed", "turn_changed", "DELETED"]
    assert table.decider.match_on_board() is None
    assert kinds(table.give(DeleteMatch(match_id="m1"))) == ["match_command", "DELETED"]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many matches are open at a time; of those that have ended the last ones can still be changed."""
    monkeypatch.setattr(decider_module, "OPEN_MATCHES", 2)
    table = Table()
    for number in range(2):
        table.give(create(f"open{number}", board=False))
    refused = table.try_to(create("more", board=False))
    assert refused is not None
    table.give(StepMatch(match_id="open0", step="stop", at=AT))
    for number in range(ENDED_MATCHES_KEPT):
        table.give(create(f"m{number}", board=False, start=40))
        table.give(ThrowByHand(match_id=f"m{number}", darts=("D20",)))

    assert OPEN_MATCHES >= 100
    assert table.try_to(UndoDarts(match_id="open0")) is not None
    assert table.try_to(UndoDarts(match_id="m0")) is None


def test_it_comes_back_from_memory_and_from_the_journal() -> None:
    """In the middle of a visit: from the memory, from the events alone, and with players who were erased."""
    table = Table()
    table.give(create())
    table.visit("T20 T20 T20")
    table.visit("S5 S5", taken=False)
    table.give(PlayerErased(player_id="bob", user_id="u"))
    memory = table.decider.memory(0.0)
    kept, folded = MatchDecider(BOARD), MatchDecider(BOARD)
    kept.restore(memory, (), now=0.0, epoch_s=0.0)
    folded.restore(None, ((event, 0.0) for event in table.journal), now=0.0, epoch_s=0.0)

    assert kept.memory(0.0) == folded.memory(0.0) == memory
    assert b"bob" not in memory
    shown = kept.match_on_board()
    assert shown is not None
    assert shown.turn is not None
    assert (shown.turn.player_id, shown.turn.darts) == (None, ("S5", "S5"))


def test_refusals_are_of_the_command() -> None:
    """The index of the input is that of the refused command."""
    step = MatchDecider(BOARD).step([create(), EndVisit(match_id="m9")], 0.0)

    assert list(step.refusals) == [1]
    assert isinstance(step.refusals[1], CommandRefusedError)


def test_a_match_that_cannot_be_computed_is_in_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a fault of the rules, or read back by another version: the board is free again, and nothing else is held up."""
    table = Table()
    table.give(create("m1"))
    table.give(create("m2", board=False))

    def fail(*_: object) -> None:
        raise ZeroDivisionError("rules")

    with monkeypatch.context() as patch:
        patch.setattr(decider_module, "after_board_event", fail)
        live = [each for each in table.visit("T20") if isinstance(each, MatchStateChanged)]
    table.give(create("m3"))
    memory = table.decider.memory(0.0).replace(b'"start":501', b'"start":-1')
    restored = MatchDecider(BOARD)
    restored.restore(memory, (), now=0.0, epoch_s=0.0)
    read_back = restored.step([], 0.0).events

    assert [(each.match_id, each.status, each.reason) for each in live] == [("m1", "error", "ZeroDivisionError: rules")]
    assert [(each.match_id, each.status) for each in read_back if isinstance(each, MatchStateChanged)] == [("m2", "error"), ("m3", "error")]
    assert (restored.match_on_board(), restored.step([], 0.0).events) == (None, ())
    assert restored.step([create("m4")], 0.0).refusals == {}


def test_rounds_move_on() -> None:
    """When every side has had its visit, within a leg; with the rounds that are left where there is a limit."""
    table = Table()
    table.give(create(game="count_up", players=("ann", "bob", "eve"), rounds=3))
    found = [each for _ in range(7) for each in table.visit("S1 S1 S1") if isinstance(each, RoundChanged)]

    assert [(each.old_round, each.new_round, each.data.rounds_remaining) for each in found] == [(1, 2, 1), (2, 3, 0)]


def test_hints_follow_the_preferences_of_the_thrower() -> None:
    """Those of the profile, also when it changes within the match; after a restart they are known."""
    table = Table()
    payload = {"preferences": {"preferred_doubles": ["D16"], "avoid_bull": False}}
    table.give(EntityAdded(entity_type="player", entity_id="ann", payload=payload, user_id="u"))
    begun = table.give(create(start=52))
    restored = MatchDecider(BOARD)
    restored.restore(table.decider.memory(0.0), (), now=0.0, epoch_s=0.0)
    table.give(EntityUpdated(entity_type="player", entity_id="ann", payload={"preferences": {}}, user_id="u"))
    changed = table.give(ThrowByHand(match_id="m1", darts=("S1",)))

    def first(events: Iterable[JournalledEvent]) -> tuple[str, ...]:
        return next(event.turn.checkouts[0] for event in events if isinstance(event, TurnChanged) and event.turn is not None)

    state = restored.match_on_board()
    assert first(begun)[-1] == "D16"
    assert state is not None
    assert state.turn is not None
    assert state.turn.checkouts[0][-1] == "D16"
    assert first(changed)[-1] != "D16"
