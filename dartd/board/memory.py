"""What the board remembers: a fold of its events, kept as one row of the store.

The throw machine has no other memory of darts, visits, state and ids than this one: an event is emitted and applied here, live and when
it is read back from the journal alike. `dump` writes the whole memory, so that a restart needs one row and the events behind it.
"""

import re
from collections.abc import Callable, Iterable
from typing import assert_never

import msgspec

from dartd.board.standing import StandingDart, axis_of, from_extra, from_hit
from dartd.board.visit import MISS_LABEL, NO_SLOT, UNSCORED_LABEL, Slot, Visit
from schemas.base import BoardId, CameraId, DartId, Value, VisitId
from schemas.events import (
    BoardEvent,
    BoardReset,
    BoardStateChanged,
    BoardStatus,
    CalibrationChanged,
    CameraStateChanged,
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartMoved,
    DartRemoved,
    DartUnscored,
    ExtraDart,
    FalseTakeout,
    PlayerErased,
    PlayerMerged,
    PlayerSignedOn,
    TakeoutFinished,
    TakeoutOverdue,
    TakeoutStarted,
    ThrowMiss,
    ThrowState,
    VisitCompleted,
)

VISITS_KEPT = 10  # past visits that can be corrected at the board; older ones are in the store alone

RememberedEvent = BoardEvent | PlayerMerged | PlayerErased

_NUMBER = re.compile(r"(?:^|-)[dv](\d+)\Z")  # ids of stores before revision 5 have no board before the letter


class _Row(Value, frozen=True, kw_only=True):
    """The memory as it is stored; times are wall time, in seconds since 1970."""

    state: ThrowState
    status: BoardStatus
    darts: tuple[StandingDart, ...]
    visit: Visit
    past: tuple[Visit, ...]
    player_id: str | None
    takeout: bool
    part_taken: bool
    overdue: bool
    cleared: bool
    last_dart: int
    last_visit: int


class BoardMemory:
    """State, darts, visits, ids and player of one board. `part_taken`: a dart went since the takeout began."""

    def __init__(self, board_id: BoardId) -> None:
        self.board_id = board_id
        self.state: ThrowState = "wait_for_throw"
        self.status: BoardStatus = "starting"
        self.darts: tuple[StandingDart, ...] = ()
        self.visit = Visit(visit_id=self._visit_id(1))
        self.past: tuple[Visit, ...] = ()  # newest first
        self.player_id: str | None = None  # who is signed on; visits that begin are theirs
        self.takeout = False
        self.part_taken = False
        self.overdue = False
        self._cleared = True  # the last visit is not shown any more
        self._last_dart = 0
        self._last_visit = 1

    # Storing.

    def dump(self, epoch_s: float) -> bytes:
        """Return the memory as JSON; `epoch_s` is the wall time of media time 0."""
        row = _Row(
            state=self.state,
            status=self.status,
            darts=tuple(_replace(dart, episodes={}, landed_at_s=dart.landed_at_s + epoch_s) for dart in self.darts),
            visit=self.visit,
            past=self.past,
            player_id=self.player_id,
            takeout=self.takeout,
            part_taken=self.part_taken,
            overdue=self.overdue,
            cleared=self._cleared,
            last_dart=self._last_dart,
            last_visit=self._last_visit,
        )
        return msgspec.json.encode(row)

    def load(self, body: bytes, epoch_s: float) -> None:
        """Take over a memory that `dump` wrote.

        Raises:
            msgspec.DecodeError: it is none; nothing was taken over.
        """
        row = msgspec.json.decode(body, type=_Row)
        self.state, self.status = row.state, row.status
        self.darts = tuple(_replace(dart, landed_at_s=dart.landed_at_s - epoch_s) for dart in row.darts)
        self.visit, self.past, self.player_id = row.visit, row.past, row.player_id
        self.takeout, self.part_taken, self.overdue = row.takeout, row.part_taken, row.overdue
        self._cleared, self._last_dart, self._last_visit = row.cleared, row.last_dart, row.last_visit

    # Reading.

    @property
    def shown_visit(self) -> Visit:
        """Return the running visit, or the last one until the next dart."""
        if self.visit.is_fresh and self.past and not self._cleared:
            return self.past[0]
        return self.visit

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Return the visits that can be corrected, the shown one first."""
        shown = self.shown_visit
        return (shown, *(visit for visit in (self.visit, *self.past) if visit.visit_id != shown.visit_id))

    @property
    def next_dart_id(self) -> DartId:
        """Return the id of the next dart: no other dart of any board has it."""
        return DartId(f"{self.board_id}-d{self._last_dart + 1:06d}")

    @property
    def next_visit_id(self) -> VisitId:
        """Return the id of the visit after the running one."""
        return self._visit_id(self._last_visit + 1)

    def dart(self, dart_id: DartId) -> StandingDart | None:
        """Return a dart that stands in the board, None when it does not."""
        return next((dart for dart in self.darts if dart.dart_id == dart_id), None)

    def find_visit(self, visit_id: VisitId) -> Visit | None:
        """Return the running visit or one of the kept past ones by its id."""
        return next((visit for visit in (self.visit, *self.past) if visit.visit_id == visit_id), None)

    # Changing.

    def begin_visit(self, visit_id: VisitId) -> None:
        """Set the running visit aside and begin another; does nothing when it runs already."""
        if visit_id == self.visit.visit_id:
            return
        if not self.visit.is_fresh:
            self.past = (self.visit, *self.past)[:VISITS_KEPT]
        self.visit = Visit(visit_id=visit_id, player_id=self.player_id)
        self._last_visit = max(self._last_visit, _number(visit_id))

    def note_episodes(self, dart_id: DartId, episodes: dict[CameraId, int]) -> None:
        """Keep the cameras' episodes of a dart; they mean nothing to processes started later, so they are in no event and no row."""
        self._replace_dart(dart_id, episodes=episodes)

    def fold(self, events: Iterable[tuple[RememberedEvent, float]]) -> None:
        """Apply events with their media times, oldest first; the first need not be the board's first."""
        for event, at_s in events:
            self.apply(event, at_s)

    def apply(self, event: RememberedEvent, at_s: float) -> None:  # noqa: C901, PLR0912 - one case for each kind of event
        """Apply an event that happened at media time `at_s`."""
        visit_id: VisitId | None = getattr(event, "visit_id", None)
        if visit_id is not None:  # also of a visit that began before the first event: its number is used
            self._last_visit = max(self._last_visit, _number(visit_id))
        match event:
            case DartHit() | DartUnscored() | ThrowMiss() | ExtraDart():
                self._apply_throw(event, at_s)
            case DartRemoved() | DartBounceOut() | DartMoved():
                self._apply_dart(event)
            case TakeoutStarted() | FalseTakeout() | TakeoutOverdue() | TakeoutFinished():
                self._apply_takeout(event)
            case VisitCompleted():
                self._revise(event.visit_id, lambda visit: visit.with_end(event.reason))
            case DartCorrected():
                self._apply_correction(event)
            case BoardReset():
                self._clear(event.visit_id)
                self._cleared = True
            case BoardStateChanged():
                self.state, self.status = event.state, event.status
                self.takeout = event.state == "pull_out_started"  # it may have begun before the first event
            case PlayerSignedOn():
                self._sign_on(event.player_id)
            case PlayerMerged():
                self._rename_player(event.player_id, event.into_player_id)
            case PlayerErased():
                self._rename_player(event.player_id, None)
            case CameraStateChanged() | CalibrationChanged():
                pass
            case _:
                assert_never(event)

    def _apply_throw(self, event: DartHit | DartUnscored | ThrowMiss | ExtraDart, at_s: float) -> None:
        self.begin_visit(event.visit_id)
        match event:
            case DartHit():
                self._count_dart(event.dart_id)
                self.darts = (*self.darts, from_hit(event, at_s))
                slot = Slot(dart_number=event.dart_number, dart_id=event.dart_id, label=event.score.label, points=event.score.total)
            case ExtraDart():
                self._count_dart(event.dart_id)
                self.darts = (*self.darts, from_extra(event, at_s))
                return
            case DartUnscored():
                self._count_dart(event.dart_id)
                slot = Slot(dart_number=event.dart_number, dart_id=event.dart_id, label=UNSCORED_LABEL, points=0, stuck_unseen=True)
            case ThrowMiss():
                slot = Slot(dart_number=event.dart_number or NO_SLOT, dart_id=None, label=MISS_LABEL, points=0)
            case _:
                assert_never(event)
        if event.player_id is not None:
            self.visit = _replace(self.visit, player_id=event.player_id)
        if slot.dart_number != NO_SLOT:
            self.visit = self.visit.with_slot(slot)

    def _apply_dart(self, event: DartRemoved | DartBounceOut | DartMoved) -> None:
        match event:
            case DartRemoved():
                self.darts = tuple(dart for dart in self.darts if dart.dart_id not in event.removed_dart_ids)
                self.part_taken = True
            case DartBounceOut():
                self.darts = tuple(dart for dart in self.darts if dart.dart_id != event.dart_id)
                self._revise(event.visit_id, lambda visit: visit.with_fallen(event.dart_id))
            case DartMoved():
                self._replace_dart(event.dart_id, axis=axis_of(event.new_position, event.slope))
            case _:
                assert_never(event)

    def _apply_takeout(self, event: TakeoutStarted | FalseTakeout | TakeoutOverdue | TakeoutFinished) -> None:
        match event:
            case TakeoutStarted():
                self.takeout, self.part_taken, self.overdue = True, False, False
            case FalseTakeout():
                self.takeout = False
            case TakeoutOverdue():
                self.overdue = True
            case TakeoutFinished():
                self._clear(self.next_visit_id)
                self._cleared = False
            case _:
                assert_never(event)

    def _apply_correction(self, event: DartCorrected) -> None:
        self._count_dart(event.dart_id)
        self._revise(event.visit_id, lambda visit: visit.with_correction(event))
        if event.operation == "delete":
            self._replace_dart(event.dart_id, dart_number=NO_SLOT)
        elif event.score is not None:
            self._replace_dart(event.dart_id, score=event.score)

    def _sign_on(self, player_id: str | None) -> None:
        """A visit that has begun stays with the player who began it."""
        self.player_id = player_id
        if self.visit.is_fresh:
            self.visit = _replace(self.visit, player_id=player_id)

    def _rename_player(self, player_id: str, into: str | None) -> None:
        def renamed(visit: Visit) -> Visit:
            return _replace(visit, player_id=into) if visit.player_id == player_id else visit

        self.visit, self.past = renamed(self.visit), tuple(map(renamed, self.past))

    def _clear(self, visit_id: VisitId) -> None:
        self.darts = ()
        self.takeout = self.part_taken = self.overdue = False
        self.begin_visit(visit_id)

    def _revise(self, visit_id: VisitId, change: Callable[[Visit], Visit]) -> None:
        if visit_id == self.visit.visit_id:
            self.visit = change(self.visit)
        else:
            self.past = tuple(change(visit) if visit.visit_id == visit_id else visit for visit in self.past)

    def _replace_dart(self, dart_id: DartId, **fields: object) -> None:
        self.darts = tuple(_replace(d, **fields) if d.dart_id == dart_id else d for d in self.darts)

    def _count_dart(self, dart_id: DartId) -> None:
        self._last_dart = max(self._last_dart, _number(dart_id))

    def _visit_id(self, number: int) -> VisitId:
        return VisitId(f"{self.board_id}-v{number:06d}")


_replace = msgspec.structs.replace


def _number(name: DartId | VisitId) -> int:
    """Return the number in an id; 0 for one that was not given here."""
    found = _NUMBER.search(name)
    return int(found[1]) if found else 0
