"""Matches over any sequence of events of the board and commands of people."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.board.throws import ThrowTimes
from dartd.decision import Input
from dartd.play.decider import MatchDecider
from dartd.play.published import state_of
from dartd.store.projections.matches import PROJECTION, get_match, state_in
from dartd.store.projections.registry import Recorded
from dartd.store.tables import METADATA
from schemas.events import BoardReset, DartHit, JournalledEvent, PlayerErased, PlayerMerged, TakeoutFinished, TurnChanged
from schemas.match_commands import (
    CorrectMatch,
    DeleteMatch,
    EndVisit,
    RedoDarts,
    ScoreTotal,
    SignLeg,
    StepMatch,
    ThrowByHand,
    UndoDarts,
)
from tests.support.play import AT, BOARD, Table, create, dart, takeout
from tests.support.stories import STORIES, Action, play_story

_IDS = st.sampled_from(["m1", "m1", "m2"])
_BEDS = st.sampled_from(["T20", "S5", "S1", "D16", "D20", "25", "MISS"])
_SMALL = st.integers(1, 3)
_BEGIN = st.builds(
    lambda match_id, board, legs, start, players: create(match_id, board=board, legs=legs, start=start, players=players, out="straight"),
    _IDS,
    st.sampled_from([True, True, False]),
    _SMALL,
    st.sampled_from([20, 40, 101]),
    st.sampled_from([("ann", "bob"), ("ann",), ("ann", "bob", "ann")]),
)
_COMMANDS: st.SearchStrategy[Input] = st.one_of(
    _BEGIN,
    st.builds(StepMatch, match_id=_IDS, step=st.sampled_from(["start", "pause", "resume", "resume", "stop"]), at=st.just(AT)),
    st.builds(ThrowByHand, match_id=_IDS, darts=st.lists(_BEDS, min_size=1, max_size=3).map(tuple)),
    st.builds(ScoreTotal, match_id=_IDS, points=st.integers(0, 60)),
    st.builds(EndVisit, match_id=_IDS),
    st.builds(UndoDarts, match_id=_IDS, darts=_SMALL),
    st.builds(UndoDarts, match_id=_IDS, darts=_SMALL),
    st.builds(RedoDarts, match_id=_IDS, darts=_SMALL),
    st.builds(
        CorrectMatch,
        match_id=_IDS,
        operation=st.sampled_from(["change", "delete", "insert"]),
        leg=st.sampled_from([None, 1]),
        visit=_SMALL,
        dart=_SMALL,
        label=_BEDS,
    ),
    st.builds(SignLeg, match_id=_IDS, set=st.just(1), leg=_SMALL, signed=st.booleans()),
    st.builds(DeleteMatch, match_id=_IDS),
    st.just(PlayerMerged(player_id="bob", into_player_id="ann", user_id="u")),
    st.just(PlayerErased(player_id="ann", user_id="u")),
)
_ASKED = st.lists(st.tuples(st.integers(0, 200), _COMMANDS), max_size=25)


def mixed(story: list[Action], asked: list[tuple[int, Input]]) -> list[Input]:
    """Return the events of a board with commands of people among them, and a match at the beginning."""
    inputs: list[Input] = [event for event, _ in play_story(story, ThrowTimes())[0].events]
    for at, command in asked:
        inputs.insert(at % (len(inputs) + 1), command)
    return [create(start=40, legs=2, out="straight"), *inputs]


@settings(max_examples=60, deadline=None)
@given(STORIES, _ASKED, st.integers(0, 200))
def test_live_is_restored_is_folded(story: list[Action], asked: list[tuple[int, Input]], at: int) -> None:
    """The events alone, and a memory of any moment with the events behind it, give what there was, and the same events afterwards."""
    inputs = mixed(story, asked)
    table, restored = Table(), MatchDecider(BOARD)
    for number, item in enumerate(inputs):
        if number == at % len(inputs):
            restored.restore(table.decider.memory(0.0), (), now=0.0, epoch_s=0.0)
            before = len(table.journal)
        table.try_to(item)
    folded = MatchDecider(BOARD)
    folded.restore(None, ((event, 0.0) for event in table.journal), now=0.0, epoch_s=0.0)
    again: list[JournalledEvent] = []
    for item in inputs[at % len(inputs) :]:
        again += [item] if isinstance(item, JournalledEvent) else []
        again += restored.step([item], 0.0).events

    assert folded.memory(0.0) == table.decider.memory(0.0) == restored.memory(0.0)
    assert again == table.journal[before:]


@contextmanager
def store() -> Iterator[sa.Connection]:
    """Open a store in memory."""
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@settings(max_examples=60, deadline=None)
@given(STORIES, _ASKED)
def test_the_table_is_what_the_match_is(story: list[Action], asked: list[tuple[int, Input]]) -> None:
    """A fold of the published events knows of each match what the match itself knows, after every single step."""
    table = Table()
    with store() as connection:
        for item in mixed(story, asked):
            before = len(table.journal)
            table.try_to(item)
            for seq, event in enumerate(table.journal[before:], before + 1):
                if isinstance(event, PROJECTION.follows):
                    PROJECTION.fold(connection, Recorded(event, seq, float(seq), BOARD))
            for match_id, played in table.decider._matches.items():
                stored = state_in(get_match(connection, match_id))

                assert msgspec.structs.replace(stored, finished_at=None) == state_of(played)
                assert (stored.finished_at is None) == (not played.is_ended)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(_BEDS, _BEDS, st.just("/"), st.just("reset")), max_size=60))
def test_turns_pass_by_takeout(actions: list[str]) -> None:
    """Never without a counted dart and never twice; between two takeouts one side is on."""
    table = Table()
    table.give(create(start=101, legs=3))
    on, counted, slot, visit = 0, 0, 0, 1
    for number, action in enumerate(actions, 1):
        if action in {"/", "reset"}:
            visit += 1
            slot = 0
            item: DartHit | TakeoutFinished | BoardReset = takeout(visit) if action == "/" else BoardReset(visit_id=takeout(visit).visit_id)
        else:
            slot += 1
            if slot > 3:
                continue  # an extra dart is another event
            item = dart(action, number, slot=slot, visit=visit)
        turns = [event.turn for event in table.give(item) if isinstance(event, TurnChanged)]
        assert len(turns) <= 1
        if not turns or turns[0] is None:
            continue
        turn = turns[0]
        if isinstance(item, DartHit):
            counted += 1
            assert turn.side == on
        else:
            assert counted > 0, "a takeout without a dart passed the turn"
            on, counted = turn.side, 0
