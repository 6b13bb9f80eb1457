"""What an event of the board does to the match that is played on it."""

from typing import Final

from dartd.errors import DartdError
from dartd.game.beds import MISS, bed_code, read_bed
from dartd.game.bull_off import BullThrow
from dartd.game.changes import Cause
from dartd.game.corrections import Correction, correct, find_dart
from dartd.game.match import Match
from dartd.game.record import Dart
from dartd.game.rules import RulesError
from dartd.game.scoring import end_visit, throw, throw_for_bull
from schemas.board import Bed
from schemas.events import (
    BoardEvent,
    BoardReset,
    DartBounceOut,
    DartCorrected,
    DartHit,
    DartUnscored,
    ExtraDart,
    Score,
    TakeoutFinished,
    ThrowMiss,
)

_PLAYED: Final = {"running", "paused", "finished"}  # a dart that lands after the game shot is kept


def after_board_event(match: Match, event: BoardEvent) -> Match:
    """Return the match after an event of its board, the same object when the event does not concern it."""
    if match.status not in _PLAYED and not isinstance(event, DartCorrected):
        return match
    try:
        return _after(match, event)
    except DartdError:  # the match does not take darts now: they stay darts of the board
        return match


def cause_of(before: Match, after: Match, event: BoardEvent) -> Cause:
    """Return whether an event went on with the match or revised what was scored before: a dart that fell out after the end of its visit."""
    if isinstance(event, DartCorrected):
        return "revision"
    if not isinstance(event, DartBounceOut):
        return "play"
    index = before.counted - 1
    leg = before.folded[index]
    position = len(leg.outcomes) - 1
    was_closed = bool(leg.outcomes) and leg.outcomes[position] is not leg.running
    return "revision" if was_closed and after is not before else "play"


def _after(match: Match, event: BoardEvent) -> Match:  # noqa: PLR0911 - one case for each kind of event
    match event:
        case DartHit():
            bed = _bed_of(event.score)
            if match.current_bull_off is not None:
                return throw_for_bull(match, BullThrow(side=match.on()[0], mm=event.polar_coordinates.radius_mm))
            return throw(match, Dart(bed=bed, dart_id=event.dart_id))
        case ExtraDart():
            return match if match.open_visit is None else throw(match, Dart(bed=_bed_of(event.score), dart_id=event.dart_id))
        case DartUnscored():
            return throw(match, Dart(bed=MISS, dart_id=event.dart_id))
        case ThrowMiss():
            return match if event.dart_number is None else _missed(match, event.visit_id, event.dart_number)
        case DartBounceOut():
            leg, visit, dart = find_dart(match, event.dart_id)
            return correct(match, Correction(operation="change", leg=leg, visit=visit, dart=dart, bed=MISS))
        case DartCorrected():
            return corrected_by(match, event)
        case TakeoutFinished() | BoardReset():
            return end_visit(match)
        case _:
            return match


def _missed(match: Match, visit_id: str, dart_number: int) -> Match:
    if match.current_bull_off is not None:
        return throw_for_bull(match, BullThrow(side=match.on()[0]))
    return throw(match, Dart(bed=MISS, dart_id=_slot_id(visit_id, dart_number)))


def corrected_by(match: Match, event: DartCorrected) -> Match:
    """Return the match after a correction of a dart of its board.

    Raises:
        RulesError: no such dart was thrown in the match.
        ConflictError: its leg is signed.
    """
    bed = None if event.new_label is None else _bed_of(event.score) if event.score is not None else read_bed(event.new_label)
    if event.operation == "insert":
        return _inserted(match, event, bed)
    leg, visit, dart = _find(match, event.dart_id, _slot_id(event.visit_id, event.dart_number))
    return correct(match, Correction(operation=event.operation, leg=leg, visit=visit, dart=dart, bed=bed, dart_id=event.dart_id))


def _inserted(match: Match, event: DartCorrected, bed: int | None) -> Match:
    """Insert a dart where its slot is, next to the other darts of its visit; the first dart of a running visit is thrown."""
    others = () if event.visit is None else tuple(each for each in event.visit.throws if each.dart_number != event.dart_number)
    for other in others:
        try:
            leg, visit, dart = _find(match, other.dart_id, _slot_id(event.visit_id, other.dart_number))
        except RulesError:
            continue
        at = dart if other.dart_number > event.dart_number else dart + 1
        return correct(match, Correction(operation="insert", leg=leg, visit=visit, dart=at, bed=bed, dart_id=event.dart_id))
    if event.visit is not None and not event.visit.completed and match.open_visit is None:
        return throw(match, Dart(bed=bed or MISS, dart_id=event.dart_id))
    return match


def has_dart(match: Match, event: DartCorrected) -> bool:
    """Return whether the corrected dart, or another one of its visit, was thrown in the match."""
    others = () if event.visit is None else event.visit.throws
    ids = {event.dart_id, *(each.dart_id for each in others)} - {None}
    prefix = f"{event.visit_id}/"
    darts = (dart.dart_id for leg in match.record.legs for visit in leg.visits for dart in visit.darts if dart.dart_id is not None)
    return any(dart_id in ids or dart_id.startswith(prefix) for dart_id in darts)


def _find(match: Match, dart_id: str | None, slot_id: str) -> tuple[int, int, int]:
    """Return where a dart stands: a miss, which no camera named, by its slot."""
    if dart_id is not None:
        try:
            return find_dart(match, dart_id)
        except RulesError:
            pass
    return find_dart(match, slot_id)


def _slot_id(visit_id: str, dart_number: int) -> str:
    return f"{visit_id}/{dart_number}"


def _bed_of(score: Score) -> int:
    return bed_code(Bed(ring=score.ring, sector=score.sector))
