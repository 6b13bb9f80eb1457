"""A referee next to the board: whose turn it is and what is left, by the rules of the sheet alone, whatever happens at the board.

The referee sees what players do (throw, miss, take out, reach in without taking); the match only gets the events of the board. The daemon
may be killed after any of it: the match is read back from its memory, or from the journal alone.
"""

from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from dartd.play.decider import MatchDecider
from dartd.play.published import state_of
from schemas.base import DartId
from schemas.events import TurnChanged
from tests.support.board import Scene
from tests.support.play import BOARD, Table, create

START = 121
LABELS = ["T20", "T20", "S20", "S1", "S5", "S19", "T7", "D20", "D16", "D8", "D1", "BULL", "25", "S4"]
POINTS = {"BULL": 50, "25": 25, "MISS": 0}
SLOTS = 3


def points(label: str) -> int:
    """Return what a bed scores."""
    return POINTS[label] if label in POINTS else int(label[1:]) * "SDT".index(label[0]) + int(label[1:])


class Referee:
    """501 as a person keeps it on a sheet, from 121 down, double out, first to two legs, starting in turn."""

    def __init__(self) -> None:
        self.rests = [START, START]
        self.legs = [0, 0]
        self.leg = 0
        self.side = 0
        self.passed = 0
        self.thrown: list[str] = []

    @property
    def finished(self) -> bool:
        """Return whether a side has two legs, the visit that stands in the board included."""
        return max(self.legs[0] + (self.side == 0 and self._left() == 0), self.legs[1] + (self.side == 1 and self._left() == 0)) == 2

    @property
    def shown(self) -> list[int]:
        """Return what is left with the darts that stand in the board; a bust leaves what was."""
        shown = list(self.rests)
        shown[self.side] = self._left()
        return shown

    @property
    def counted(self) -> int:
        """Return how many darts of the visit count."""
        return self._fold()[1]

    def _left(self) -> int:
        return self._fold()[0]

    def _fold(self) -> tuple[int, int]:
        rest = self.rests[self.side]
        for count, label in enumerate(self.thrown[:SLOTS], 1):
            rest -= points(label)
            if rest < 0 or rest == 1 or (rest == 0 and not (label == "BULL" or label.startswith("D"))):
                return self.rests[self.side], count
            if rest == 0:
                return 0, count
        return rest, min(SLOTS, len(self.thrown))

    def take_out(self) -> None:
        """Pass the turn, if something was thrown."""
        if not self.thrown:
            return
        self.passed += 1
        self.rests[self.side] = self._left()
        self.thrown = []
        if self.rests[self.side] == 0:
            self.legs[self.side] += 1
            self.leg += 1
            self.rests = [START, START]
            self.side = self.leg % 2
        else:
            self.side = 1 - self.side


class WatchedBoard:
    """Players at a board, a match that gets the events of it, and the referee."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.table = Table()
        self.table.give(create(start=START, legs=2, out="double"))
        self.referee = Referee()
        self._given = 0
        self._standing: dict[DartId, int] = {}  # darts in the board, and which throw of the visit each was

    def do(self, action: str, detail: Any) -> None:
        """Do something at the board, and keep the sheet."""
        before = len(self.table.journal)
        getattr(self, f"_{action}")(detail)
        events = [each for each, _ in self.scene.events]
        for each in events[self._given :]:
            self.table.give(each)
        self._given = len(events)
        self._check([each for each in self.table.journal[before:] if isinstance(each, TurnChanged)], action)

    def _throw(self, labels: list[str]) -> None:
        for label in labels:
            self._note(label)
        known = set(self.scene.standing)
        self.scene.throw(*labels)
        new = [dart_id for dart_id in self.scene.standing if dart_id not in known]
        first = len(self.referee.thrown) - len(labels)
        self._standing |= {dart_id: first + k for k, dart_id in enumerate(new)}

    def _miss(self, _: Any) -> None:
        if len(self.referee.thrown) < SLOTS:  # the board counts no miss beyond its three slots
            self._note("MISS")
        self.scene.throw()

    def _note(self, label: str) -> None:
        self.referee.thrown.append(label)

    def _fall(self, which: int) -> None:
        if not self.scene.standing:
            return
        dart_id = self.scene.standing[which % len(self.scene.standing)]
        self.referee.thrown[self._standing.pop(dart_id)] = "MISS"
        self.scene.now += 5.0  # darts that go within a second of each other were taken out
        self.scene.fall(dart_id)

    def _reach(self, _: Any) -> None:
        self.scene.now += 1.0
        self.scene.moving(hand=True)
        self.scene.now += 1.0
        self.scene.still(hand=False, empty=not self.scene.standing)
        if not self.scene.standing:  # who goes to an empty board has thrown all they throw
            self.referee.take_out()

    def _take(self, _: Any) -> None:
        self.scene.take_all()
        self._standing = {}
        self.referee.take_out()

    def _take_one(self, _: Any) -> None:
        """Take one dart out, wait, and then the others: one takeout."""
        if not self.scene.standing:
            return
        self.scene.now += 1.0
        self.scene.moving(hand=True)
        self.scene.now += 1.0
        self.scene.still(gone=self.scene.standing[:1], empty=len(self.scene.standing) == 1)
        if self.scene.standing:
            self.scene.take_all()
        self._standing = {}
        self.referee.take_out()

    def _kill(self, from_memory: bool) -> None:  # noqa: FBT001 - drawn
        restored, memory = MatchDecider(BOARD), self.table.decider.memory(0.0) if from_memory else None
        restored.restore(memory, () if from_memory else [(each, 0.0) for each in self.table.journal], now=0.0, epoch_s=0.0)
        self.table.decider = restored

    def _check(self, turns: list[TurnChanged], action: str) -> None:
        """Compare the match with the sheet, and what was published with what happened."""
        state = state_of(self.table.decider.find("m1"))
        referee = self.referee
        if referee.finished:
            event("finished")
            assert (state.status, state.winner, state.turn) == ("finished", referee.side, None)
            return
        assert state.turn is not None
        taken = action in {"take", "take_one", "reach"}
        on = [each.turn.side for each in turns if each.turn is not None]
        assert (state.status, state.turn.side) == ("running", referee.side)
        assert len(state.turn.darts) == referee.counted
        won_leg = referee.shown[referee.side] == 0
        if not won_leg:
            assert [side.score["remaining"] for side in state.sides] == referee.shown
        assert [side.legs - (won_leg and side.side == referee.side) for side in state.sides] == referee.legs
        assert len(on) <= (1 if taken else SLOTS)
        assert set(on) <= {referee.side}


ACTIONS = st.one_of(
    st.tuples(st.just("throw"), st.lists(st.sampled_from(LABELS), min_size=1, max_size=1)),
    st.tuples(st.just("throw"), st.lists(st.sampled_from(LABELS), min_size=1, max_size=1)),
    st.tuples(st.just("throw"), st.lists(st.sampled_from(LABELS), min_size=2, max_size=2)),
    st.tuples(st.just("miss"), st.none()),
    st.tuples(st.just("fall"), st.integers(0, 3)),
    st.tuples(st.just("reach"), st.none()),
    st.tuples(st.just("take"), st.none()),
    st.tuples(st.just("take_one"), st.none()),
    st.tuples(st.just("kill"), st.booleans()),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTIONS, max_size=60))
def test_the_turn_passes_exactly_when_a_referee_passes_it(actions: list[tuple[str, Any]]) -> None:
    """After early and false takeouts, bounce-outs, misses, fourth darts, busts, game shots, and kill -9 at any moment."""
    oche = WatchedBoard()
    for action, detail in actions:
        oche.do(action, detail)
        if oche.referee.finished:
            break
    event(f"turns passed: {min(oche.referee.passed, 5)}")
