"""Corrections with a real board and real matches behind them."""

from typing import Any

import msgspec
import pytest

from dartd.board.core import Board
from dartd.board.throws import ThrowTimes
from dartd.errors import CommandRefusedError
from dartd.play.corrections import PENDING, Confirm, CorrectionDecider
from dartd.play.decider import MatchDecider
from dartd.runtime.decider import Decider, Deciders
from schemas.base import DartId, VisitId
from schemas.board import BoardSpec
from schemas.correction import BoardVisit, ChangeCorrection, CorrectionState, DecideCorrection, OrderCorrection
from schemas.events import (
    EntityAdded,
    EntityStatusChanged,
    JournalledEvent,
    PlayerErased,
    PlayerMerged,
    VisitCompleted,
    VisitThrow,
)
from schemas.match import MatchSide
from schemas.match_commands import SignLeg, ThrowByHand
from tests.support.play import AT, BOARD, create, dart, takeout


class CorrectedBoard:
    """A board, the match on it, and corrections; `journal` has every event."""

    def __init__(self, confirm: Confirm = "none") -> None:
        self.board = Board(BOARD, [], BoardSpec(), ThrowTimes())
        self.matches = MatchDecider(BOARD)
        self.corrections = CorrectionDecider(self.matches, self.board.correctable, confirm=confirm)
        self.journal: list[JournalledEvent] = []
        self._visits = 1
        self._darts = 0
        self._asked = 0

    @property
    def deciders(self) -> list[Decider]:
        """Return all, in the order of the daemon."""
        return [self.corrections, self.board, self.matches]

    def throw(self, labels: str) -> None:
        """Throw a visit at the board and take it out."""
        for slot, label in enumerate(labels.split(), 1):
            self._darts += 1
            self._happen(dart(label, self._darts, slot=slot, visit=self._visits))
        self._happen(VisitCompleted(visit_id=VisitId(f"main-v{self._visits:06d}"), throws=(), total=0, reason="takeout"))
        self._visits += 1
        self._happen(takeout(self._visits))

    def _happen(self, event: JournalledEvent) -> None:
        self.journal.append(event)
        self.board._throws.memory.apply(event, 0.0)  # type: ignore[arg-type]  # as if the board had decided it
        self.journal += self.matches.step([event], 0.0).events

    def give(self, command: Any) -> list[JournalledEvent]:
        """Give a command to all; return what is published.

        Raises:
            CommandRefusedError: it was refused.
        """
        step = Deciders(self.deciders).step([command], 0.0)
        for refusal in step.refusals.values():
            assert step.events == ()
            raise refusal
        self.journal += step.events
        return list(step.events)

    def ask(self, kind: Any, label: str | None = None, **given: Any) -> list[JournalledEvent]:
        """Ask for a correction."""
        self._asked += 1
        order = OrderCorrection(
            correction_id=f"c{self._asked}",
            type=kind,
            label=label,
            at=AT,
            **{"user_id": "u", **given},
        )
        return self.give(order)

    def decide(self, decision: Any, number: int = 1, **given: Any) -> CorrectionState:
        """Decide a correction and return it."""
        return state_in(self.give(DecideCorrection(correction_id=f"c{number}", decision=decision, at=AT, **{"user_id": "v", **given})))

    def rests(self) -> list[int]:
        """Return what the sides have left."""
        state = self.matches.match_on_board()
        sides: tuple[MatchSide, ...] = () if state is None else state.sides
        return [side.score["remaining"] for side in sides]

    def restored(self) -> list[bytes]:
        """Return the memory of each decider made from the journal alone."""
        fresh = CorrectedBoard(self.corrections._confirm)
        for each in fresh.deciders:
            each.restore(None, ((event, 0.0) for event in self.journal), now=0.0, epoch_s=0.0)
        return [each.memory(0.0) for each in fresh.deciders]

    def remembered(self) -> list[bytes]:
        """Return the memory of each decider."""
        return [each.memory(0.0) for each in self.deciders]


def state_in(events: list[JournalledEvent]) -> CorrectionState:
    """Return the correction that events are about."""
    event = next(each for each in events if isinstance(each, EntityAdded | EntityStatusChanged))
    return msgspec.convert(event.payload, CorrectionState)


def tags(events: list[JournalledEvent]) -> list[str]:
    """Return the types of events."""
    return [str(each.__struct_config__.tag) for each in events]


def stored(visit: int, *labels: str, first: int) -> BoardVisit:
    """Return a visit as the store has it."""
    throws = tuple(
        VisitThrow(dart_number=slot, dart_id=DartId(f"main-d{first + slot - 1:06d}"), label=label, points=0)
        for slot, label in enumerate(labels, 1)
    )
    return BoardVisit(visit_id=VisitId(f"main-v{visit:06d}"), player_id=None, throws=throws, completed=True)


@pytest.fixture
def evening() -> CorrectedBoard:
    """Return two players after a visit of each."""
    found = CorrectedBoard()
    found.give(create())
    found.throw("T20 S5 S1")
    found.throw("S20 S20 S20")
    return found


def test_one_commit_has_the_correction_and_all_that_follows(evening: CorrectedBoard) -> None:
    """The correction, the dart, its visit again, and the match; the journal alone gives the same memories."""
    events = evening.ask("change", "T5", dart_id="main-d000002")
    state = state_in(events)

    assert tags(events) == ["ADDED", "dart_corrected", "visit_completed", "turn_revised", "statistics_updated"]
    assert (state.status, state.match_id, state.visit, state.dart, state.previous_label, state.player_id) == (
        "applied", "m1", 1, 2, "S5", "ann",
    )  # fmt: skip
    assert evening.rests() == [501 - 76, 441]
    assert evening.restored() == evening.remembered()


def test_a_position_is_the_dart_of_the_board(evening: CorrectedBoard) -> None:
    """So that throws and match never differ; an inserted dart that has no slot at its position is the match's alone."""
    changed = evening.ask("change", "D1", match_id="m1", visit=2, dart=3)
    evening.ask("delete", match_id="m1", visit=1, dart=2)
    slot = evening.ask("insert", "S7", match_id="m1", visit=1, dart=2)
    evening.ask("delete", match_id="m1", visit=1, dart=3)
    before_all = evening.ask("insert", "S3", match_id="m1", visit=1, dart=1)

    assert state_in(changed).dart_id == "main-d000006"
    assert (tags(slot)[:2], state_in(slot).dart_id) == (["ADDED", "dart_corrected"], "main-d000007")
    assert tags(before_all) == ["ADDED", "match_command", "turn_revised", "statistics_updated"]
    assert evening.rests() == [501 - 60 - 7 - 3, 501 - 42]
    assert evening.restored() == evening.remembered()


def test_a_visit_that_the_board_has_forgotten(evening: CorrectedBoard) -> None:
    """The store has it: the dart, its visit and the match are corrected all the same, and no id is given twice."""
    for _ in range(6):
        evening.throw("S1 S1")
        evening.throw("S1 S1")
    was = evening.rests()
    events = evening.ask("change", "T5", dart_id="main-d000002", stored=stored(1, "T20", "S5", "S1", first=1))
    completed = next(each for each in events if isinstance(each, VisitCompleted))
    by_position = evening.ask("change", "S5", match_id="m1", visit=1, dart=2, stored=stored(1, "T20", "T5", "S1", first=1))
    with pytest.raises(CommandRefusedError) as unknown:
        evening.ask("change", "T5", dart_id="main-d000001")

    assert tags(events) == ["ADDED", "dart_corrected", "visit_completed", "turn_revised", "statistics_updated"]
    assert ([each.label for each in completed.throws], completed.revised) == (["T20", "T5", "S1"], True)
    assert state_in(by_position).dart_id == "main-d000002"
    assert evening.rests() == was
    assert unknown.value.code == "RESOURCE_NOT_FOUND"
    assert evening.restored() == evening.remembered()


def test_an_inserted_dart_of_a_forgotten_visit_takes_an_id_of_its_own(evening: CorrectedBoard) -> None:
    """The board counts it, so that the next dart has another one."""
    old = BoardVisit(visit_id=VisitId("old-1"), player_id=None, throws=stored(0, "T20", first=900).throws, completed=True)
    events = evening.ask("insert", "T5", visit_id="old-1", stored=old)
    _, fresh_id = evening.board.correctable()

    assert state_in(events).dart_id == "main-d000007"
    assert fresh_id == "main-d000008"
    assert evening.restored() == evening.remembered()


def test_darts_by_hand(evening: CorrectedBoard) -> None:
    """They have no id: the match alone is corrected."""
    evening.give(create("m2", board=False))
    evening.give(ThrowByHand(match_id="m2", darts=("T20", "T20", "T20")))
    events = evening.ask("change", "S20", match_id="m2", visit=1, dart=1)

    assert tags(events) == ["ADDED", "match_command", "turn_revised", "statistics_updated"]
    assert (state_in(events).dart_id, state_in(events).previous_label, state_in(events).label) == (None, "T20", "S20")
    assert evening.matches.find("m2").match.folded[0].game.score(0).remaining == 501 - 140  # type: ignore[attr-defined]  # X01


def test_refusals(evening: CorrectedBoard) -> None:
    """A foreign dart, a dart of another match, and a signed leg; nothing is published."""
    evening.give(create("m2", board=False, start=20, out="straight"))
    evening.give(ThrowByHand(match_id="m2", darts=("S20",)))
    evening.give(SignLeg(match_id="m2", set=1, leg=1))
    codes = []
    wrong: tuple[dict[str, Any], ...] = (
        {"dart_id": "main-d000001", "own_player_id": "bob"},
        {"dart_id": "main-d000001", "match_id": "m2"},
        {"match_id": "m2", "visit": 1, "dart": 1},
        {"match_id": "m9", "visit": 1, "dart": 1},
        {"dart_id": "main-d000001", "label": "T21"},
        {"dart_id": "main-d000001", "label": None},
    )
    for given in wrong:
        with pytest.raises(CommandRefusedError) as refusal:
            evening.ask("change", **{"label": "T5", **given})
        codes.append((refusal.value.code, refusal.value.details.get("field")))

    assert codes == [
        ("AUTH_INSUFFICIENT_PERMISSIONS", None), ("RESOURCE_NOT_FOUND", None), ("STATE_CONFLICT", None), ("STATE_CONFLICT", None),
        ("VALIDATION_ERROR", "$.label"), ("VALIDATION_ERROR", "$.label"),
    ]  # fmt: skip
    assert evening.ask("change", "T5", dart_id="main-d000001", own_player_id="ann")


def test_what_waits_is_decided_by_others() -> None:
    """By a player of another side, or by who keeps the score; it is carried out as it was asked for, also after a restart."""
    evening = CorrectedBoard("opponent")
    evening.give(create(players=("ann", "bob")))
    evening.throw("T20 S5 S1")
    evening.ask("change", "T5", dart_id="main-d000002")
    for given in ({"player_id": "ann"}, {}, {"user_id": "u", "is_marker": True}):
        with pytest.raises(CommandRefusedError, match="only the opponent"):
            evening.decide("confirm", **given)
    assert evening.rests() == [435, 501]
    assert evening.restored() == evening.remembered()

    applied = evening.decide("confirm", player_id="bob", reason="seen")

    assert (applied.status, applied.requested_by, applied.decided_by, applied.reason) == ("applied", "u", "v", "seen")
    assert evening.rests() == [425, 501]
    assert evening.restored() == evening.remembered()
    with pytest.raises(CommandRefusedError, match="not pending"):
        evening.decide("cancel", is_marker=True)


def test_what_waits_can_be_changed_and_canceled() -> None:
    """By who asked for it, or by who keeps the score."""
    evening = CorrectedBoard("marker")
    evening.give(create())
    evening.throw("T20 S5 S1")
    evening.ask("change", "T5", dart_id="main-d000002")
    evening.ask("insert", "T5", match_id="m1", visit=1, dart=4)
    evening.ask("delete", dart_id="main-d000003")
    with pytest.raises(CommandRefusedError, match="another user"):
        evening.give(ChangeCorrection(correction_id="c1", label="T1", user_id="v"))
    with pytest.raises(CommandRefusedError, match="has no bed"):
        evening.give(ChangeCorrection(correction_id="c3", label="T1", user_id="u"))
    with pytest.raises(CommandRefusedError, match="only who asked"):
        evening.decide("cancel", 2)
    changed = state_in(evening.give(ChangeCorrection(correction_id="c1", label="T1", user_id="u")))
    rejected, canceled = evening.decide("reject", 2, is_marker=True), evening.decide("cancel", 3, user_id="u")

    assert (changed.label, changed.status, rejected.status, canceled.status) == ("T1", "pending", "rejected", "canceled")
    assert evening.decide("confirm", is_marker=True).label == "T1"
    assert evening.rests() == [501 - 60 - 3 - 1, 501]


def test_a_dart_that_was_corrected_in_the_meantime() -> None:
    """The order was about another bed: it is not confirmed blindly."""
    evening = CorrectedBoard("marker")
    evening.throw("T20 S5 S1")
    evening.ask("change", "T5", dart_id="main-d000002")
    evening.ask("change", "T1", dart_id="main-d000002")
    evening.decide("confirm", 1, is_marker=True)
    with pytest.raises(CommandRefusedError, match="has changed since"):
        evening.decide("confirm", 2, is_marker=True)


def test_players_are_merged_and_erased() -> None:
    """What waits names the player as others do."""
    evening = CorrectedBoard("opponent")
    evening.give(create(players=("ann", "bob")))
    evening.throw("T20 S5 S1")
    evening.ask("change", "T5", dart_id="main-d000002")
    players = []
    for event in (PlayerMerged(player_id="ann", into_player_id="eve", user_id="u"), PlayerErased(player_id="eve", user_id="u")):
        evening.corrections.step([event], 0.0)
        players.append(next(iter(evening.corrections._pending.values())).player_id)

    assert players == ["eve", None]


def test_so_many_wait_at_most() -> None:
    """The memory is bounded."""
    evening = CorrectedBoard("marker")
    evening.throw("T20 S5 S1")
    for _ in range(PENDING):
        evening.ask("change", "T5", dart_id="main-d000002")
    with pytest.raises(CommandRefusedError, match="wait to be confirmed"):
        evening.ask("change", "T5", dart_id="main-d000002")
