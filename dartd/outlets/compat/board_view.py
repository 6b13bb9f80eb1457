"""The board as interfaces of other boards show it: the throws of the visit in the order in which they came, and its status; pure.

Other boards know one visit, which begins with a dart and ends when the board is empty. Throws keep their order: a corrected one is replaced
where it stands, and one that takes a freed slot comes last, since clients read the last one as the newest.
"""

import msgspec

from schemas.base import Value
from schemas.board import Bed, Ring, parse_bed
from schemas.events import (
    BoardReset,
    BoardStateChanged,
    BoardStatus,
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartRemoved,
    DartUnscored,
    FalseTakeout,
    JournalledEvent,
    Snapshot,
    TakeoutFinished,
    TakeoutStarted,
    ThrowMiss,
    ThrowState,
    VisitThrow,
)

SLOTS = 3
UNSCORED_LABEL = "?"

_THROWING = (DartHit, DartUnscored, ThrowMiss)


class ShownThrow(Value, frozen=True, kw_only=True):
    """A throw that takes a slot: its label and ring, and where the dart stuck, if that is known. `at`: the time of the event."""

    slot: int
    dart_id: str | None
    label: str
    points: int
    ring: Ring | None = None
    position_mm: tuple[float, float] | None = None
    bounced: bool = False
    corrected: bool = False
    at: str = ""

    @property
    def bed(self) -> Bed:
        """Return the bed; that of a single is the one that the dart stuck in, if it is known, else the outer one."""
        try:
            bed = parse_bed(self.label)
        except ValueError:  # a throw that was not scored
            return Bed(ring="miss")
        return msgspec.structs.replace(bed, ring=self.ring) if self.ring is not None and bed.sector is not None else bed


class BoardView(Value, frozen=True, kw_only=True):
    """The board. `is_taking`: a hand is at the darts, `is_part_taken` and `is_all_taken`: what it has taken so far."""

    visit_id: str | None = None
    throws: tuple[ShownThrow, ...] = ()
    state: ThrowState = "wait_for_throw"
    status: BoardStatus = "starting"
    is_taking: bool = False
    is_part_taken: bool = False
    is_all_taken: bool = False

    @property
    def total(self) -> int:
        """Return the points of the visit."""
        return sum(throw.points for throw in self.throws)

    @property
    def by_slot(self) -> tuple[ShownThrow, ...]:
        """Return the throws by their slots."""
        return tuple(sorted(self.throws, key=lambda throw: throw.slot))


def view_of(snapshot: Snapshot, at: str = "") -> BoardView:
    """Return the board of a snapshot; a visit that is only shown until the next dart is none."""
    visit, standing = snapshot.visit, {dart.dart_id: dart for dart in snapshot.darts}
    taking = snapshot.state == "pull_out_started"
    is_over = visit.completed and not standing and snapshot.state == "wait_for_throw"
    throws = []
    for each in () if is_over else visit.throws:
        dart = None if each.dart_id is None else standing.get(each.dart_id)
        throws.append(
            ShownThrow(
                slot=each.dart_number,
                dart_id=each.dart_id,
                label=each.label,
                points=each.points,
                ring=dart.score.ring if dart is not None and dart.score.label == each.label else None,
                position_mm=None if dart is None else (dart.board_coordinates.x_mm, dart.board_coordinates.y_mm),
                bounced=each.bounced,
                at=at,
            )
        )
    visit_id = visit.visit_id if throws else None
    return BoardView(visit_id=visit_id, throws=tuple(throws), state=snapshot.state, status=snapshot.status, is_taking=taking)


def takes_slot(event: JournalledEvent) -> bool:
    """Return whether an event is a throw that takes a slot of the visit."""
    return isinstance(event, _THROWING) and bool(event.dart_number)


def begins_visit(view: BoardView, event: JournalledEvent) -> bool:
    """Return whether an event is the first throw of another visit while the last one was never taken out."""
    return isinstance(event, _THROWING) and takes_slot(event) and bool(view.throws) and event.visit_id != view.visit_id


def after(view: BoardView, event: JournalledEvent, at: str = "") -> BoardView:  # noqa: PLR0911 - one case for each kind of event
    """Return the board after an event that was published at a time (ISO 8601)."""
    match event:
        case DartHit() | DartUnscored() | ThrowMiss() if takes_slot(event):
            if event.visit_id != view.visit_id:
                view = msgspec.structs.replace(view, throws=())
            throws = [*(each for each in view.throws if each.slot != event.dart_number), _thrown(event, at)]
            return msgspec.structs.replace(view, visit_id=event.visit_id, throws=tuple(throws))
        case DartBounceOut() | DartCorrected() if event.visit_id == view.visit_id and event.visit is not None:
            return msgspec.structs.replace(view, throws=_revised(view.throws, event.visit.throws, event, at))
        case TakeoutStarted():
            return msgspec.structs.replace(view, is_taking=True, is_part_taken=False, is_all_taken=False)
        case DartRemoved() if view.is_taking:
            return msgspec.structs.replace(view, is_part_taken=True, is_all_taken=event.count_remaining == 0)
        case FalseTakeout():
            return msgspec.structs.replace(view, is_taking=False)
        case TakeoutFinished() | BoardReset():
            return BoardView(state=view.state, status=view.status)
        case BoardStateChanged():
            taking = event.state == "pull_out_started"
            return msgspec.structs.replace(view, state=event.state, status=event.status, is_taking=taking)
        case _:
            return view


def _thrown(event: DartHit | DartUnscored | ThrowMiss, at: str) -> ShownThrow:
    match event:
        case DartHit():
            point, score = event.board_coordinates, event.score
            return ShownThrow(
                slot=event.dart_number,
                dart_id=event.dart_id,
                label=score.label,
                points=score.total,
                ring=score.ring,
                position_mm=(point.x_mm, point.y_mm),
                at=event.timing.settled_at or at,
            )
        case DartUnscored():
            return ShownThrow(slot=event.dart_number, dart_id=event.dart_id, label=UNSCORED_LABEL, points=0, at=at)
        case ThrowMiss():
            return ShownThrow(slot=event.dart_number or 0, dart_id=None, label="MISS", points=0, at=at)


def _revised(
    throws: tuple[ShownThrow, ...], slots: tuple[VisitThrow, ...], event: DartBounceOut | DartCorrected, at: str
) -> tuple[ShownThrow, ...]:
    """Return the throws with a correction or a fall: those of the visit, in the order in which they came."""
    by_slot = {each.dart_number: each for each in slots}
    kept = [(throw, by_slot.pop(throw.slot)) for throw in throws if throw.slot in by_slot]
    added = [(ShownThrow(slot=number, dart_id=each.dart_id, label="", points=0, at=at), each) for number, each in by_slot.items()]
    return tuple(_replaced(throw, slot, event) for throw, slot in (*kept, *added))


def _replaced(throw: ShownThrow, slot: VisitThrow, event: DartBounceOut | DartCorrected) -> ShownThrow:
    is_meant = isinstance(event, DartCorrected) and event.dart_number == throw.slot
    ring = throw.ring if throw.label == slot.label else None
    if is_meant and isinstance(event, DartCorrected) and event.score is not None:
        ring = event.score.ring
    return msgspec.structs.replace(
        throw,
        dart_id=slot.dart_id,
        label=slot.label,
        points=slot.points,
        ring=ring,
        bounced=slot.bounced,
        corrected=throw.corrected or is_meant,
    )
