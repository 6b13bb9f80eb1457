"""Stories of a board for property tests: random sequences of what cameras see and people do, and a client that counts along."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import msgspec
from hypothesis import strategies as st

from dartd.board.throws import ThrowTimes
from dartd.errors import CommandRefusedError
from schemas.base import DartId, Value
from schemas.commands import CorrectDart, ResetBoard, SignOnPlayer, StartBoard, StopBoard
from schemas.events import (
    BoardEvent,
    BoardReset,
    BoardStateChanged,
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartRemoved,
    DartUnscored,
    ExtraDart,
    FalseTakeout,
    TakeoutFinished,
    TakeoutStarted,
    ThrowMiss,
    VisitCompleted,
)
from schemas.geometry import Axis3
from tests.support.board import Scene

Action = Callable[[Scene], object]
LABELS = st.sampled_from(["T20", "S5", "BULL", "25", "D16", "M7"])


class Look(Value, frozen=True, kw_only=True):
    """What the cameras might say; `gone` and `moved` pick from the darts that stand."""

    labels: list[str]
    gone: set[int]
    moved: bool
    hand: bool
    unlocalised: bool
    flight: bool
    empty: bool | None
    motion_s: float

    def __call__(self, scene: Scene) -> object:
        """Apply the observation to the scene."""
        standing = scene.standing
        return scene.still(
            *self.labels,
            gone=tuple(standing[k] for k in self.gone if k < len(standing)),
            moved=tuple((dart_id, Axis3(x_mm=1.0, y_mm=2.0, slope_x=0.1)) for dart_id in standing[:1] if self.moved),
            hand=self.hand,
            unlocalised=self.unlocalised,
            flight=self.flight,
            empty=self.empty,
            motion_s=self.motion_s,
        )


def _correct(operation: str, label: str | None, back: int, number: int | None) -> Action:
    """Correct one of the last published darts, or one that never was; a refusal is an answer too."""

    def act(scene: Scene) -> object:
        known = [event.dart_id for event, _ in scene.events if isinstance(event, DartHit | DartUnscored)]
        dart_id = known[-back] if 0 < back <= len(known) else (DartId("d999999") if back else None)
        with suppress(CommandRefusedError):
            command = msgspec.convert({"operation": operation, "label": label, "dart_number": number}, CorrectDart)
            scene.command(msgspec.structs.replace(command, dart_id=dart_id))
        return None

    return act


ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(lambda label: lambda scene: scene.throw(label), LABELS),
    st.builds(lambda label: lambda scene: scene.throw(label), LABELS),
    st.builds(lambda hand: lambda scene: scene.moving(hand=hand), st.booleans()),
    st.builds(
        Look,
        labels=st.lists(LABELS, max_size=2),
        gone=st.sets(st.integers(0, 3), max_size=3),
        moved=st.booleans(),
        hand=st.booleans(),
        unlocalised=st.booleans(),
        flight=st.booleans(),
        empty=st.sampled_from([None, True, False]),
        motion_s=st.sampled_from([0.3, 3.0]),
    ),
    st.just(lambda scene: scene.take_all()),
    st.builds(lambda seconds: lambda scene: scene.wait(seconds), st.sampled_from([0.1, 1.0, 2.5, 5.5, 20.0])),
    st.builds(lambda command: lambda scene: scene.command(command), st.sampled_from([ResetBoard(), ResetBoard(user_id="u"), StartBoard()])),
    st.just(lambda scene: scene.command(StopBoard())),
    st.builds(lambda who: lambda scene: scene.command(SignOnPlayer(player_id=who)), st.sampled_from(["ann", "bob", None])),
    st.just(lambda scene: scene.sequence()),
    st.builds(lambda ready, calibrating: lambda scene: scene.cameras(ready=ready, calibrating=calibrating), st.booleans(), st.booleans()),
    st.builds(
        _correct,
        st.sampled_from(["change", "delete", "insert"]),
        st.sampled_from(["T20", "miss", "nonsense", None]),
        st.integers(0, 5),
        st.sampled_from([None, 1, 2, 3, 7]),
    ),
)
STORIES = st.lists(ACTIONS, max_size=40)


class Follower:
    """A client that receives only the events and counts with them."""

    def __init__(self) -> None:
        self.standing: set[str] = set()
        self.darts: set[str] = set()
        self.visits: Counter[str] = Counter()  # how often each was published as completed for the first time
        self.slots: dict[str, set[int]] = {}
        self.takeout = False

    def receive(self, event: BoardEvent) -> None:
        """Take an event in, and find fault with it."""
        match event:
            case DartHit() | DartUnscored() | ExtraDart() | ThrowMiss():
                self._throw(event)
            case DartRemoved() | DartBounceOut():
                self._go(event)
            case DartCorrected():
                self._correct(event)
            case VisitCompleted():
                assert len(event.throws) <= 3
                assert event.total == sum(throw.points for throw in event.throws)
                assert event.revised == (self.visits[event.visit_id] > 0)
                self.visits[event.visit_id] += not event.revised
            case TakeoutStarted() | FalseTakeout() | TakeoutFinished():
                assert self.takeout == (not isinstance(event, TakeoutStarted))
                self.takeout = isinstance(event, TakeoutStarted)
                if isinstance(event, TakeoutFinished):
                    self._leave(event.visit_id, event.count_remaining)
            case BoardReset():
                self.takeout = False
                self.standing.clear()
            case BoardStateChanged():
                assert (event.state, event.status) != (event.previous_state, event.previous_status)
                assert (event.state == "pull_out_started") == self.takeout
            case _:
                pass

    def _throw(self, event: DartHit | DartUnscored | ExtraDart | ThrowMiss) -> None:
        if not isinstance(event, ThrowMiss):
            assert event.dart_id not in self.darts
            self.darts.add(event.dart_id)
        if isinstance(event, DartHit | ExtraDart):
            self.standing.add(event.dart_id)
        if not isinstance(event, ExtraDart):
            self._use(event.visit_id, event.dart_number or 0)

    def _go(self, event: DartRemoved | DartBounceOut) -> None:
        gone = event.removed_dart_ids if isinstance(event, DartRemoved) else (event.dart_id,)
        assert self.takeout == isinstance(event, DartRemoved)
        assert self.standing.issuperset(gone)
        self.standing.difference_update(gone)
        if isinstance(event, DartRemoved):
            assert len(event.removed_dart_ids) == event.count_removed > 0
            assert event.count_remaining == len(self.standing)

    def _use(self, visit_id: str, number: int) -> None:
        if number:
            slots = self.slots.setdefault(visit_id, set())
            assert number not in slots
            assert 1 <= number <= 3
            slots.add(number)

    def _leave(self, visit_id: str, remaining: int) -> None:
        assert remaining == len(self.standing)
        self.standing.clear()
        if self.slots.get(visit_id):
            assert self.visits[visit_id] == 1

    def _correct(self, event: DartCorrected) -> None:
        slots = self.slots.setdefault(event.visit_id, set())
        if event.operation == "delete":
            slots.remove(event.dart_number)
        elif event.operation == "insert":
            self._use(event.visit_id, event.dart_number)
        assert event.operation == "delete" or event.dart_number in slots
        self.darts.add(event.dart_id)


def play_story(story: list[Action], times: ThrowTimes) -> tuple[Scene, Follower]:
    """Play a story on a fresh board; the follower counts with its events."""
    scene, follower = Scene(times), Follower()
    received = 0
    for action in story:
        action(scene)
        for event, _ in scene.events[received:]:
            follower.receive(event)
        received = len(scene.events)
        assert follower.standing == set(scene.standing)
        assert follower.takeout == scene.machine.takeout == (scene.machine.state == "pull_out_started")
        assert len(scene.machine.memory.visit.slots) <= 3
    return scene, follower
