"""Corrections of a match: any dart of an unsigned leg is changed, deleted or inserted, and the leg is folded again from there."""

from typing import Annotated, Literal

import msgspec

from dartd.errors import ConflictError
from dartd.game.match import Match
from dartd.game.record import Dart, LegRecord, Legs, LegVisit, MatchRecord
from dartd.game.rules import RulesError
from schemas.base import Value

Position = Annotated[int, msgspec.Meta(ge=1)]


class Correction(Value, frozen=True, kw_only=True):
    """An order: `leg` is the index of the leg in the match, `visit` and `dart` count from 1; `bed` is None when a dart is deleted."""

    operation: Literal["change", "delete", "insert"]
    leg: int
    visit: Position
    dart: Position
    bed: int | None = None
    dart_id: str | None = None


def correct(match: Match, correction: Correction) -> Match:
    """Return the match with a dart corrected and everything after it in the leg worked out again.

    Raises:
        RulesError: no such leg, visit or dart, or no bed where one is needed.
        ConflictError: the leg is signed, or later legs were played on its winner.
    """
    leg = _leg_to_correct(match, correction)
    visits = list(leg.visits)
    at = correction.visit - 1
    visits[at] = _corrected(visits[at], correction)
    changed = msgspec.structs.replace(leg, visits=tuple(visits))
    after = match.then(_with_leg(match, correction.leg, changed))
    after = _reopened(match, after, correction.leg, at)
    if leg.unsigned and _winner(after, correction.leg) != _winner(match, correction.leg) and correction.leg + 1 < match.counted:
        raise ConflictError("later legs were played on the winner of this leg: it cannot change", leg=correction.leg)
    return after


def find_dart(match: Match, dart_id: str) -> tuple[int, int, int]:
    """Return where a dart stands: the index of its leg, and visit and dart from 1.

    Raises:
        RulesError: no dart of this match has the id.
    """
    for index, leg in enumerate(match.record.legs):
        for visit_number, visit in enumerate(leg.visits, 1):
            for number, dart in enumerate(visit.darts, 1):
                if dart.dart_id == dart_id:
                    return index, visit_number, number
    raise RulesError(f"no dart {dart_id} was thrown in this match", dart_id=dart_id)


def sign(match: Match, leg: int) -> Match:
    """Return the match with this leg and all before it signed.

    Raises:
        RulesError: no such leg.
        ConflictError: the leg is not finished.
    """
    _check_leg(match, leg)
    if leg >= match.counted or not match.folded[leg].finished:
        raise ConflictError("only a finished leg can be signed", leg=leg)
    legs = tuple(
        msgspec.structs.replace(record, signed=True, unsigned=False) if index <= leg else record
        for index, record in enumerate(match.record.legs)
    )
    return match.then(msgspec.structs.replace(match.record, legs=legs, undone=()))


def unsign(match: Match, leg: int) -> Match:
    """Return the match with the signature of a leg taken back by an operator.

    Raises:
        RulesError: no such leg.
        ConflictError: the leg is not signed.
    """
    _check_leg(match, leg)
    record = match.record.legs[leg]
    if not record.signed:
        raise ConflictError("the leg is not signed", leg=leg)
    return match.then(_with_leg(match, leg, msgspec.structs.replace(record, signed=False, unsigned=True)))


def _leg_to_correct(match: Match, correction: Correction) -> LegRecord:
    _check_leg(match, correction.leg)
    leg = match.record.legs[correction.leg]
    if leg.signed:
        raise ConflictError(f"leg {leg.leg_number} of set {leg.set_number} is signed", leg=correction.leg)
    if not 1 <= correction.visit <= len(leg.visits):
        raise RulesError(f"$.visit: the leg has no visit {correction.visit}")
    visit = leg.visits[correction.visit - 1]
    if visit.total is not None:
        raise RulesError("$.visit: the visit was written down as a total and has no darts: undo it instead")
    last = len(visit.darts) + (correction.operation == "insert")
    if not 1 <= correction.dart <= last:
        raise RulesError(f"$.dart: the visit has no dart {correction.dart} to {correction.operation}")
    if correction.operation != "delete" and correction.bed is None:
        raise RulesError(f"$.label: {correction.operation} needs a bed")
    return leg


def _check_leg(match: Match, leg: int) -> None:
    if not 0 <= leg < len(match.record.legs):
        raise RulesError("$.leg: no such leg was played in this match")


def _corrected(visit: LegVisit, correction: Correction) -> LegVisit:
    darts = list(visit.darts)
    at = correction.dart - 1
    if correction.operation == "delete":
        del darts[at]
    elif correction.operation == "insert":
        darts.insert(at, Dart(bed=correction.bed or 0, dart_id=correction.dart_id))
    else:
        darts[at] = msgspec.structs.replace(darts[at], bed=correction.bed or 0, dart_id=darts[at].dart_id or correction.dart_id)
    return msgspec.structs.replace(visit, darts=tuple(darts))


def _with_leg(match: Match, index: int, leg: LegRecord) -> MatchRecord:
    legs: Legs = (*match.record.legs[:index], leg, *match.record.legs[index + 1 :])
    return match.record.with_legs(legs)


def _reopened(before: Match, after: Match, index: int, at: int) -> Match:
    """Return the match with the corrected visit open again, if it was over, is not any more, and no other side has thrown since."""
    visits = after.record.legs[index].visits
    was_over = before.outcome(index, at).over or before.outcome(index, at).used == 3
    outcome = after.outcome(index, at)
    if not was_over or outcome.void or outcome.over or outcome.used == 3 or not visits[at].passed:
        return after
    later = [*visits[at + 1 :], *(visit for leg in after.record.legs[index + 1 :] for visit in leg.visits)]
    if any(visit.is_thrown or visit.darts for visit in later):
        return after
    reopened = msgspec.structs.replace(visits[at], passed=False)
    leg = msgspec.structs.replace(after.record.legs[index], visits=(*visits[:at], reopened))
    return after.then(_with_leg(after, index, leg))


def _winner(match: Match, index: int) -> int | None:
    return match.folded[index].winner if index < match.counted else None
