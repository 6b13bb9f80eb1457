"""A visit to the board: three slots, what they score, and how a person corrects them.

A slot is used by a dart that stuck, one that bounced out, one that missed, and one that was seen but not localised.
"""

from typing import Any, Literal

import msgspec

from dartd.errors import CommandRefusedError
from schemas.base import DartId, Value, VisitId
from schemas.board import Bed, parse_bed
from schemas.commands import CorrectDart
from schemas.events import DartCorrected, Score, VisitCompleted, VisitSnapshot, VisitThrow

SLOTS = 3
NO_SLOT = 0  # the dart_number of a dart that takes no slot
UNSCORED_LABEL = "?"
MISS_LABEL = "MISS"

VisitEnd = Literal["three_darts", "takeout", "reset", "correction"]


class Slot(Value, frozen=True, kw_only=True):
    """One throw of a visit. `stuck_unseen`: the dart stands in the board, but where could not be said."""

    dart_number: int
    dart_id: DartId | None
    label: str
    points: int
    stuck_unseen: bool = False
    bounced: bool = False


class Visit(Value, frozen=True, kw_only=True):
    """At most three throws of one player, by rising number. `ended`: why it was completed, None while it was not."""

    visit_id: VisitId
    player_id: str | None = None
    slots: tuple[Slot, ...] = ()
    ended: VisitEnd | None = None

    @property
    def total(self) -> int:
        """Return the sum of the points."""
        return sum(slot.points for slot in self.slots)

    @property
    def free_number(self) -> int | None:
        """Return the first free slot, None when all three are used."""
        used = {slot.dart_number for slot in self.slots}
        return next((number for number in range(1, SLOTS + 1) if number not in used), None)

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was thrown in it yet."""
        return not self.slots and self.ended is None

    @property
    def has_unseen(self) -> bool:
        """Whether a dart of it stands in the board that was not localised."""
        return any(slot.stuck_unseen for slot in self.slots)

    @property
    def throws(self) -> tuple[VisitThrow, ...]:
        """Return the slots as they stand in events."""
        return tuple(
            VisitThrow(dart_number=s.dart_number, dart_id=s.dart_id, label=s.label, points=s.points, bounced=s.bounced) for s in self.slots
        )

    def slot_of(self, dart_id: DartId) -> Slot | None:
        """Return the slot of a dart, None when it has none."""
        return next((slot for slot in self.slots if slot.dart_id == dart_id), None)

    def slot_at(self, dart_number: int) -> Slot | None:
        """Return a slot by its number, None when it is free."""
        return next((slot for slot in self.slots if slot.dart_number == dart_number), None)

    def with_slot(self, slot: Slot) -> "Visit":
        """Return the visit with a throw in its slot, in place of what was there."""
        others = (other for other in self.slots if other.dart_number != slot.dart_number)
        slots = tuple(sorted((*others, slot), key=lambda one: one.dart_number))
        return msgspec.structs.replace(self, slots=slots)

    def without_slot(self, dart_number: int) -> "Visit":
        """Return the visit with a free slot."""
        return msgspec.structs.replace(self, slots=tuple(slot for slot in self.slots if slot.dart_number != dart_number))

    def with_fallen(self, dart_id: DartId) -> "Visit":
        """Return the visit without the points of a dart that fell out: it keeps its slot and scores nothing (rules of steel-tip darts)."""
        slot = self.slot_of(dart_id)
        if slot is None:
            return self
        return self.with_slot(msgspec.structs.replace(slot, label=MISS_LABEL, points=0, bounced=True))

    def with_correction(self, event: DartCorrected) -> "Visit":
        """Return the visit with a person's correction."""
        if event.operation == "delete":
            return self.without_slot(event.dart_number)
        before = self.slot_at(event.dart_number)
        return self.with_slot(
            Slot(
                dart_number=event.dart_number,
                dart_id=event.dart_id,
                label=event.new_label or MISS_LABEL,
                points=event.score.total if event.score else 0,
                stuck_unseen=before is not None and before.stuck_unseen,
            )
        )

    def with_end(self, reason: VisitEnd) -> "Visit":
        """Return the visit as completed; the first reason stays."""
        return msgspec.structs.replace(self, ended=self.ended or reason)

    def completed(self, reason: VisitEnd) -> VisitCompleted:
        """Return the event of the visit's end, `revised` when it was completed before."""
        return VisitCompleted(
            visit_id=self.visit_id,
            throws=self.throws,
            total=self.total,
            reason=reason,
            revised=self.ended is not None,
            player_id=self.player_id,
        )

    def snapshot(self) -> VisitSnapshot:
        """Return the visit as a client shows it."""
        return VisitSnapshot(
            visit_id=self.visit_id,
            throws=self.throws,
            total=self.total,
            completed=self.ended is not None,
            player_id=self.player_id,
        )


def score_of(bed: Bed) -> Score:
    """Return what a bed scores; the sector is None for bulls and misses, the label keeps the sector that a miss lies next to."""
    return Score(
        base=bed.base,
        multiplier=bed.multiplier,
        total=bed.total,
        ring=bed.ring,
        sector=None if bed.ring in {"bull", "single_bull", "miss"} else bed.sector,
        label=bed.label,
    )


def correction(command: CorrectDart, visits: tuple[Visit, ...], fresh_id: DartId) -> DartCorrected:
    """Return what a correction does to one of the visits; without a name in the command it is the first of them.

    `fresh_id` is given to an inserted dart, and to a miss that becomes a dart.

    Raises:
        CommandRefusedError: no such dart or visit (`RESOURCE_NOT_FOUND`), no such bed (`VALIDATION_ERROR`), no free slot
            (`STATE_CONFLICT`), or the visit of another player (`AUTH_INSUFFICIENT_PERMISSIONS`).
    """
    score = None if command.operation == "delete" else _score_named(command)
    visit = _visit_named(command, visits)
    if command.own_player_id is not None and command.own_player_id != visit.player_id:
        raise refused("AUTH_INSUFFICIENT_PERMISSIONS", "this is the visit of another player", visit_id=visit.visit_id)
    if command.operation == "insert":
        old, number = None, _free_slot(command, visit)
    else:
        old = _slot_named(command, visit)
        number = old.dart_number
    return DartCorrected(
        dart_id=(old.dart_id if old else None) or fresh_id,
        visit_id=visit.visit_id,
        dart_number=number,
        operation=command.operation,
        old_label=old.label if old else None,
        new_label=score.label if score else None,
        score=score,
        player_id=visit.player_id,
        user_id=command.user_id,
    )


def refused(code: str, message: str, **details: Any) -> CommandRefusedError:
    """Return the error of a refused command with a code of its own."""
    return CommandRefusedError(message, code=code, **details)


def _score_named(command: CorrectDart) -> Score:
    if not command.label:
        raise refused("VALIDATION_ERROR", f"{command.operation} needs a label: the bed as T20, D16, S5, 25, BULL or MISS", field="label")
    try:
        return score_of(parse_bed(command.label))
    except ValueError as error:
        raise refused("VALIDATION_ERROR", str(error), field="label", label=command.label) from error


def _visit_named(command: CorrectDart, visits: tuple[Visit, ...]) -> Visit:
    """Return the visit of this id, else the dart's, else the first."""
    if command.visit_id is not None:
        found = next((visit for visit in visits if visit.visit_id == command.visit_id), None)
        if found is None:
            raise refused("RESOURCE_NOT_FOUND", f"visit {command.visit_id} is not known or too long ago", visit_id=command.visit_id)
        return found
    if command.dart_id is not None and command.operation != "insert":
        found = next((visit for visit in visits if visit.slot_of(command.dart_id)), None)
        if found is None:
            raise refused("RESOURCE_NOT_FOUND", f"dart {command.dart_id} has no slot in a visit that is kept", dart_id=command.dart_id)
        return found
    return visits[0]


def _slot_named(command: CorrectDart, visit: Visit) -> Slot:
    if command.dart_id is not None:
        slot = visit.slot_of(command.dart_id)
    elif command.dart_number is not None:
        slot = visit.slot_at(command.dart_number)
    else:
        raise refused("VALIDATION_ERROR", f"{command.operation} needs dart_id or dart_number", field="dart_id")
    if slot is None:
        raise refused(
            "RESOURCE_NOT_FOUND",
            f"visit {visit.visit_id} has no such dart",
            visit_id=visit.visit_id,
            dart_id=command.dart_id,
            dart_number=command.dart_number,
        )
    return slot


def _free_slot(command: CorrectDart, visit: Visit) -> int:
    number = visit.free_number if command.dart_number is None else command.dart_number
    if number is None:
        raise refused("STATE_CONFLICT", f"visit {visit.visit_id} has three darts already", visit_id=visit.visit_id)
    if not 1 <= number <= SLOTS:
        raise refused("VALIDATION_ERROR", f"dart_number is 1 to {SLOTS}, not {number}", field="dart_number", dart_number=number)
    if visit.slot_at(number) is not None:
        raise refused("STATE_CONFLICT", f"slot {number} of visit {visit.visit_id} is used", visit_id=visit.visit_id, dart_number=number)
    return number
