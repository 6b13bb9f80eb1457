"""The deciders of the pipeline: stepped in order, each with the events of those before it."""

from collections.abc import Sequence

from dartd.decision import Input, Step
from dartd.errors import CommandRefusedError
from dartd.runtime.decider import Deciders
from schemas.base import DartId, VisitId
from schemas.commands import ResetBoard, StartBoard
from schemas.events import BoardReset, DartHit, EntityDeleted, TakeoutOverdue
from tests.support.deciders import Forgetful
from tests.support.throws import hit

RESET = BoardReset(visit_id=VisitId("v1"))


class Board(Forgetful):
    """A decider of commands: it resets, and refuses to start."""

    def step(self, inputs: Sequence[Input], _now: float) -> Step:
        """Decide."""
        events = tuple(RESET for item in inputs if isinstance(item, ResetBoard))
        refused = {k: CommandRefusedError("it runs") for k, item in enumerate(inputs) if isinstance(item, StartBoard)}
        return Step(events=events, refusals=refused)

    def deadline(self) -> float | None:
        """Wait for nothing."""
        return None


class Match(Forgetful):
    """A decider that follows the board's events."""

    name = "match"

    def __init__(self) -> None:
        self.inputs: list[Input] = []

    def step(self, inputs: Sequence[Input], _now: float) -> Step:
        """Answer each reset with an event of its own."""
        self.inputs += inputs
        events = tuple(TakeoutOverdue(visit_id=item.visit_id, count_remaining=1) for item in inputs if isinstance(item, BoardReset))
        return Step(events=events)

    def deadline(self) -> float | None:
        """Return a time."""
        return 7.0


def test_a_later_decider_gets_the_events_of_the_earlier() -> None:
    """The events of a step are the board's and then the match's; the memory of both is to be stored."""
    match = Match()
    deciders = Deciders([Board(), match])
    step = deciders.step([ResetBoard()], 1.0)

    assert match.inputs == [ResetBoard(), RESET]
    assert step.events == (RESET, TakeoutOverdue(visit_id=VisitId("v1"), count_remaining=1))
    assert deciders.memories(0.0) == {"board": b"{}", "match": b"{}"}
    assert deciders.deadline() == 7.0


class Before(Forgetful):
    """A decider that makes a reset of each start."""

    name = "before"

    def step(self, inputs: Sequence[Input], _now: float) -> Step:
        """Replace."""
        return Step(replaced={k: ResetBoard() for k, item in enumerate(inputs) if isinstance(item, StartBoard)})

    def deadline(self) -> float | None:
        """Wait for nothing."""
        return None


def test_a_command_is_replaced_for_later_deciders() -> None:
    """They get the other one in its position."""
    step = Deciders([Before(), Board()]).step([ResetBoard(), StartBoard()], 1.0)

    assert (step.events, step.refusals) == ((RESET, RESET), {})


def test_a_refusal_is_kept_and_changes_no_memory() -> None:
    """A refused command is refused by its index, and nothing is to be stored."""
    deciders = Deciders([Board(), Match()])
    step = deciders.step([StartBoard()], 1.0)

    assert (step.events, list(step.refusals)) == ((), [0])
    assert deciders.memories(0.0) == {}


def test_an_event_of_a_write_may_change_memories() -> None:
    """What people wrote reaches every decider, whose memory may be another then."""
    deciders = Deciders([Board(), Match()])
    deciders.step([EntityDeleted(entity_type="player", entity_id="ann", user_id="u")], 1.0)

    assert deciders.changed == {"board", "match"}


def test_a_refused_command_reaches_no_later_decider() -> None:
    """Its position is kept, so that refusals of others name the right one."""
    step = Deciders([Match(), Board(), Match()]).step([StartBoard(), ResetBoard()], 1.0)

    assert sorted(step.refusals) == [0]


class Eye(Forgetful):
    """A decider whose dart was seen at 10 s."""

    def step(self, _inputs: Sequence[Input], _now: float) -> Step:
        """Publish the dart."""
        return Step(events=(hit("d1"),), settled_s={DartId("d1"): 10.0})

    def deadline(self) -> float | None:
        """Wait for nothing."""
        return None


def test_a_later_decider_gets_how_late_a_dart_is() -> None:
    """The alert about late darts judges it before the event is stamped and written."""
    match = Match()
    Deciders([Eye(), match]).step([], 10.25)
    dart = match.inputs[0]

    assert isinstance(dart, DartHit)
    assert dart.timing.latency_ms == 250.0
