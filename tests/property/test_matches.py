"""Whatever is done to a match, in whatever order: it stays legal, goes on, and is the one that its record gives."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.errors import DartdError
from dartd.game.beds import bed_label, read_bed
from dartd.game.catalog import NAMES, read_options
from dartd.game.changes import LegEnded, LegResumed, MatchEnded, TurnUpdated, VisitAdded, changes
from dartd.game.corrections import Correction, correct, sign, unsign
from dartd.game.flow import Format
from dartd.game.leg import Leg
from dartd.game.match import Match
from dartd.game.match_figures import match_figures
from dartd.game.record import Dart, MatchRecord, MatchSetup
from dartd.game.rules import Total
from dartd.game.scoring import end_visit, redo, score_total, take_step, throw, throw_by_hand, undo
from dartd.game.view import legs_of, sides_of, turn_of
from tests.support import plain_fold

Action = Callable[[Match], Match]
BEDS = st.sampled_from([read_bed(label) for label in ["T20", "20", "D20", "D10", "D5", "5", "1", "MISS", "BULL", "25", "D1", "19"] * 2])
POSITION = st.integers(1, 4)


def _correction(operation: Any, leg: int, visit: int, dart: int, bed: int) -> Action:
    order = Correction(operation=operation, leg=leg, visit=visit, dart=dart, bed=bed)
    return lambda match: correct(match, order)


def _aimed(match: Match) -> Match:
    """Throw the best way to finish by hand, or a triple."""
    turn = turn_of(match)
    routes = turn.checkouts if turn else ()
    return throw_by_hand(match, [read_bed(label) for label in routes[0]] if routes else [read_bed("T20")])


def _game_shot_was_none(match: Match) -> Match:
    """Correct the dart that won the last leg that was won to a single 5."""
    for leg in reversed(range(match.counted)):
        for visit, outcome in enumerate(match.folded[leg].outcomes):
            if outcome.won and match.record.legs[leg].visits[visit].darts:
                order = Correction(operation="change", leg=leg, visit=visit + 1, dart=outcome.used, bed=read_bed("5"))
                return correct(match, order)
    return match


PLAY: st.SearchStrategy[Action] = st.one_of(
    *[BEDS.map(lambda bed: lambda match: throw(match, Dart(bed=bed)))] * 8,
    *[st.just(end_visit)] * 4,
    *[st.just(_aimed)] * 4,
    st.lists(BEDS, min_size=1, max_size=3).map(lambda beds: lambda match: throw_by_hand(match, beds)),
    st.integers(0, 180).map(lambda points: lambda match: score_total(match, Total(points=points))),
    st.just(lambda match: end_visit(match, by_hand=True)),
    st.sampled_from(["pause", "resume", "resume", "resume"]).map(lambda step: lambda match: take_step(match, step)),
)
CORRECTIONS = st.builds(_correction, st.sampled_from(["change", "change", "delete", "insert"]), st.integers(0, 2), POSITION, POSITION, BEDS)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    *[PLAY] * 8,
    st.just(_game_shot_was_none),
    st.sampled_from([undo, undo, redo]),
    CORRECTIONS,
    st.integers(0, 2).map(lambda leg: lambda match: sign(match, leg)),
    st.integers(0, 2).map(lambda leg: lambda match: unsign(match, leg)),
)
RULES = st.fixed_dictionaries(
    {"game": st.just("x01"), "start": st.sampled_from([20, 40, 40, 60, 101])},
    optional={
        "in": st.sampled_from(["straight", "double"]),
        "out": st.sampled_from(["straight", "double", "master"]),
        "max_rounds": st.integers(1, 5),
        "equal_turns": st.booleans(),
    },
)
OTHER_RULES = st.sampled_from([name for name in NAMES if name not in {"x01", "random_checkout"}]).map(lambda name: {"game": name})
SETUPS = st.builds(
    lambda rules, form, sides, by_next: MatchSetup(options=read_options(rules), format=form, sides=sides, sign_by_next_leg=by_next),
    st.one_of(RULES, RULES, OTHER_RULES),
    st.sampled_from([Format(), Format(legs=3), Format(goal="best_of", legs=4), Format(legs=1, sets=2), Format(goal="fixed", legs=3)]),
    st.sampled_from([(1, 1), (2, 1), (1, 1, 1)]),
    st.booleans(),
)


def played(setup: MatchSetup, actions: list[Action]) -> list[Match]:
    """Return the match after each action that was not refused."""
    states = [take_step(Match(setup, MatchRecord()), "start")]
    for action in actions:
        try:
            states.append(action(states[-1]))
        except DartdError:
            continue
    return states


def public(match: Match) -> tuple[Any, ...]:
    """Return everything that is published of a match."""
    outcomes = [leg.outcomes for leg in match.folded]
    return match.status, match.counted, outcomes, turn_of(match), sides_of(match), legs_of(match), match_figures(match)


@settings(max_examples=250, deadline=None)
@given(SETUPS, st.lists(ACTIONS, min_size=15, max_size=60))
def test_a_match_is_what_its_record_gives(setup: MatchSetup, actions: list[Action]) -> None:
    """Live, read back from storage, and folded from the beginning it is the same."""
    match = played(setup, actions)[-1]
    stored = msgspec.json.decode(msgspec.json.encode(match.record), type=MatchRecord)
    again = msgspec.json.decode(msgspec.json.encode(setup), type=MatchSetup)

    assert public(Match(again, stored)) == public(match)


@settings(max_examples=250, deadline=None)
@given(SETUPS, st.lists(ACTIONS, min_size=15, max_size=60))
def test_undo_then_redo_is_identity(setup: MatchSetup, actions: list[Action]) -> None:
    """As many times as there is something to undo."""
    match = played(setup, actions)[-1]
    undone = match
    for count in range(1, 200):
        try:
            undone = undo(undone)
        except DartdError:
            break
        back = undone
        for _ in range(count):
            back = redo(back)

        assert back.record.legs == match.record.legs
        assert public(back) == public(match)


def _check_leg(leg: Leg) -> None:
    for outcome in leg.outcomes:
        assert 0 <= outcome.used <= 3
        assert not (outcome.bust and outcome.points)
        assert not (outcome.void and outcome.used)
    assert leg.winner is None or leg.finished


@settings(max_examples=250, deadline=None)
@given(SETUPS, st.lists(ACTIONS, min_size=15, max_size=60))
def test_a_match_stays_legal_and_goes_on(setup: MatchSetup, actions: list[Action]) -> None:
    """Every state is legal, and unless the match is over a side is on whose next dart counts."""
    match = played(setup, actions)[-1]
    for leg in match.folded:
        _check_leg(leg)
    if match.status == "finished":
        return
    if match.status == "paused":
        match = take_step(match, "resume")
    match = end_visit(match, by_hand=True) if match.open_visit is not None else match

    if match.status == "running" and match.phase == "play":
        before = match_darts(match)
        assert match_darts(throw(match, Dart(bed=read_bed("MISS")))) == before + 1


def match_darts(match: Match) -> int:
    """Return how many darts count."""
    return sum(outcome.used for leg in match.folded[: match.counted] for outcome in leg.outcomes)


@settings(max_examples=250, deadline=None)
@given(RULES, st.lists(ACTIONS, min_size=15, max_size=60))
def test_every_leg_agrees_with_the_second_fold(rules: dict[str, Any], actions: list[Action]) -> None:
    """What is recorded of a leg, given to the second fold, has the same rests, busts and winner."""
    plain_rules = {name: value for name, value in rules.items() if name in {"start", "in", "out"}}
    setup = MatchSetup(options=read_options({"game": "x01", **plain_rules}), format=Format(legs=3), sides=(1, 1))
    match = played(setup, actions)[-1]
    for record, leg in zip(match.record.legs[: match.counted], match.folded, strict=False):
        if leg.running is not None or any(visit.total is not None for visit in record.visits):
            continue
        visits = [{"player": "AB"[visit.side], "darts": [bed_label(bed) for bed in visit.beds]} for visit in record.visits]
        expected = plain_fold.x01_leg(["A", "B"], plain_rules, visits)
        rows = [(row["used"], row["ignored"], row["points"], row["bust"], row["won"], row["attempts"]) for row in expected["after"]]

        assert [(o.used, o.ignored, o.points, o.bust, o.won, o.attempts) for o in leg.outcomes] == rows
        assert (None if leg.winner is None else "AB"[leg.winner]) == expected["winner"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(BEDS, BEDS), min_size=1, max_size=24), st.randoms(use_true_random=False))
def test_corrections_in_any_order_are_the_darts_thrown_right(darts: list[tuple[int, int]], order: Any) -> None:
    """Where nothing ends early, wrong darts corrected at any time, in any order, give the record of the right darts."""
    setup = MatchSetup(options=read_options({"game": "x01", "start": 10001}), sides=(1, 1))

    def thrown(beds: list[int]) -> Match:
        match = take_step(Match(setup, MatchRecord()), "start")
        for number, bed in enumerate(beds):
            match = throw(match, Dart(bed=bed))
            match = end_visit(match) if number % 3 == 2 else match
        return match

    match = thrown([wrong for wrong, _ in darts])
    positions = list(range(len(darts)))
    order.shuffle(positions)
    for at in positions:
        match = correct(match, Correction(operation="change", leg=0, visit=at // 3 + 1, dart=at % 3 + 1, bed=darts[at][1]))

    right = thrown([right for _, right in darts])
    assert match.record == right.record
    assert public(match) == public(right)


@settings(max_examples=200, deadline=None)
@given(SETUPS, st.lists(PLAY, min_size=15, max_size=60))
def test_everything_is_published_once(setup: MatchSetup, actions: list[Action]) -> None:
    """Of play without corrections each closed visit, each finished leg and the end are published once, and nothing is reopened."""
    states = played(setup, actions)
    published = [change for before, after in pairwise(states) for change in changes(before, after)]
    match = states[-1]
    closed = [
        (leg, visit)
        for leg in range(match.counted)
        for visit, outcome in enumerate(match.folded[leg].outcomes)
        if outcome is not match.folded[leg].running and not outcome.void
    ]

    assert [(change.leg, change.visit) for change in published if isinstance(change, VisitAdded)] == closed
    finished = [leg for leg in range(match.counted) if match.folded[leg].finished]
    assert [change.leg for change in published if isinstance(change, LegEnded)] == finished
    assert sum(isinstance(change, MatchEnded) for change in published) == (match.status == "finished")
    assert not any(isinstance(change, LegResumed | TurnUpdated) for change in published)
