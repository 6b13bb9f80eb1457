"""What a correction is about: the dart on the board and its position in a match, and what carries the correction out."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from dartd.board.visit import Slot, Visit, correction
from dartd.errors import CommandRefusedError, ConflictError, ForbiddenError
from dartd.game.beds import bed_label
from dartd.game.corrections import correct, find_dart
from dartd.game.match import Match
from dartd.game.rules import RulesError
from dartd.play.board_events import corrected_by
from dartd.play.commands import correction_of, find_leg
from dartd.play.played_match import PlayedMatch
from schemas.base import DartId, Value
from schemas.commands import CorrectDart
from schemas.correction import BoardVisit, OrderCorrection
from schemas.events import DartCorrected, VisitCompleted
from schemas.match_commands import CorrectMatch

_replace = msgspec.structs.replace


class Matches(Protocol):
    """The matches that can still change."""

    def find(self, match_id: str) -> PlayedMatch:
        """Return a match.

        Raises:
            ConflictError: it cannot be changed any more.
        """

    def of_correction(self, event: DartCorrected) -> PlayedMatch | None:
        """Return the match in which the corrected dart, or one next to it, was thrown."""

    def check_board_is_free(self, before: PlayedMatch, after: PlayedMatch) -> None:
        """Refuse a change that makes a match run while another one runs on its board.

        Raises:
            ConflictError: as said.
        """


class DartPosition(Value, frozen=True, kw_only=True):
    """Where a dart stands in a match; `player_id` is who threw it."""

    match_id: str
    set: int
    leg: int
    visit: int
    dart: int
    player_id: str | None


class CorrectionTarget(Value, frozen=True, kw_only=True):
    """A correction that can be carried out: by a command of the board or of the match, or by events when the board has forgotten the visit.

    `corrected` is what happens to the visit of the board; None when the dart was scored by hand.
    """

    position: DartPosition | None
    previous_label: str | None
    player_id: str | None
    command: CorrectDart | CorrectMatch | None = None
    events: tuple[DartCorrected | VisitCompleted, ...] = ()
    corrected: DartCorrected | None = None


def target_of(order: OrderCorrection, visits: Sequence[Visit], fresh_id: DartId, matches: Matches) -> CorrectionTarget:
    """Return what an order is about; `visits` are those that the board keeps, `fresh_id` the id that an inserted dart gets.

    Raises:
        CommandRefusedError: no such dart, visit or bed, or no free slot.
        RulesError: no such position in the match.
        ConflictError: the leg is signed, or the match cannot be changed any more.
        ForbiddenError: it is the dart of another player.
    """
    if order.dart_id is None and order.match_id is not None:
        target = _in_match(order, visits, fresh_id, matches)
    else:
        asked = CorrectDart(
            operation=order.type,
            label=order.label,
            dart_id=None if order.dart_id is None else DartId(order.dart_id),
            visit_id=order.visit_id,
            dart_number=order.dart_number,
            user_id=order.user_id,
        )
        target = _on_board(asked, order, visits, fresh_id, matches)
    if order.match_id is not None and (target.position is None or target.position.match_id != order.match_id):
        raise CommandRefusedError(
            f"dart {order.dart_id} was not thrown in this match", code="RESOURCE_NOT_FOUND", dart_id=order.dart_id, match_id=order.match_id
        )
    if order.own_player_id is not None and order.own_player_id != target.player_id:
        raise ForbiddenError("this is the dart of another player", permission="corrections:write")
    return target


def _in_match(order: OrderCorrection, visits: Sequence[Visit], fresh_id: DartId, matches: Matches) -> CorrectionTarget:
    played = matches.find(order.match_id or "")
    match = played.match
    for name in ("visit", "dart"):
        if getattr(order, name) is None:
            raise RulesError(f"$.{name}: name the dart by dart_id, or by match_id, visit and dart")
    command = CorrectMatch(
        match_id=played.info.match_id,
        operation=order.type,
        set=order.set,
        leg=order.leg,
        visit=order.visit or 0,
        dart=order.dart or 0,
        label=order.label,
        user_id=order.user_id,
    )
    matches.check_board_is_free(played, played.with_match(correct(match, correction_of(match, command))))
    leg = find_leg(match, order.set, order.leg)
    on_board = _board_command(match, leg, command, (*visits, *_stored(order.stored)))
    if on_board is not None:
        return _on_board(on_board, order, visits, fresh_id, matches)
    position = _position(played, leg, command.visit, command.dart)
    previous = None
    if order.type != "insert":
        previous = bed_label(match.record.legs[leg].visits[command.visit - 1].darts[command.dart - 1].bed)
    return CorrectionTarget(position=position, previous_label=previous, player_id=position.player_id, command=command)


def _board_command(match: Match, leg: int, command: CorrectMatch, visits: Sequence[Visit]) -> CorrectDart | None:
    """Return the command to the board that does the same to a dart of its own; None for one that was scored by hand."""
    darts = match.record.legs[leg].visits[command.visit - 1].darts
    plain = CorrectDart(operation=command.operation, label=command.label, user_id=command.user_id)
    if command.operation == "insert":
        found = next((visit for visit in visits if any(visit.slot_of(DartId(dart.dart_id or "")) for dart in darts)), None)
        number = None if found is None else _free_slot_at(found, command.dart)
        return None if found is None or number is None else _replace(plain, visit_id=found.visit_id, dart_number=number)
    dart_id = darts[command.dart - 1].dart_id
    if dart_id is None:
        return None
    visit_id, _, number_text = dart_id.partition("/")
    if number_text:  # a miss, which has no id
        found = next((visit for visit in visits if visit.visit_id == visit_id), None)
        return None if found is None else _replace(plain, visit_id=found.visit_id, dart_number=int(number_text))
    known = any(visit.slot_of(DartId(dart_id)) for visit in visits)
    return _replace(plain, dart_id=DartId(dart_id)) if known else None


def _free_slot_at(visit: Visit, position: int) -> int | None:
    """Return the free slot that makes a dart the one at this position of its visit."""
    used = {slot.dart_number for slot in visit.slots}
    free = (number for number in range(1, 4) if number not in used)
    return next((number for number in free if sum(other < number for other in used) == position - 1), None)


def _on_board(asked: CorrectDart, order: OrderCorrection, visits: Sequence[Visit], fresh_id: DartId, matches: Matches) -> CorrectionTarget:
    stored = [visit for visit in _stored(order.stored) if all(visit.visit_id != kept.visit_id for kept in visits)]
    if not visits and not stored:
        raise CommandRefusedError(f"dart {asked.dart_id} is not known", code="RESOURCE_NOT_FOUND", dart_id=asked.dart_id)
    event = correction(asked, (*visits, *stored), fresh_id)
    visit = next(each for each in (*visits, *stored) if each.visit_id == event.visit_id)
    after = visit.with_correction(event)
    event = _replace(event, visit=after.snapshot())
    slot = None if event.operation == "insert" else visit.slot_at(event.dart_number)
    position = _position_of(event, matches)
    found = CorrectionTarget(
        position=position,
        previous_label=event.old_label,
        player_id=event.player_id if position is None else position.player_id,
        corrected=event,
    )
    if visit in stored:
        revised = (after.completed("correction"),) if visit.ended else ()
        return _replace(found, events=(event, *revised))
    dart_id = slot.dart_id if slot is not None else None
    command = _replace(asked, dart_id=dart_id, visit_id=event.visit_id, dart_number=event.dart_number, own_player_id=None)
    return _replace(found, command=command)


def _position_of(event: DartCorrected, matches: Matches) -> DartPosition | None:
    """Return where the dart stands in its match, which must allow the correction."""
    played = matches.of_correction(event)
    if played is None:
        return None
    after = corrected_by(played.match, event)
    matches.check_board_is_free(played, played.with_match(after))
    found = after if event.operation == "insert" else played.match
    for dart_id in (event.dart_id, f"{event.visit_id}/{event.dart_number}"):
        try:
            return _position(played.with_match(found), *find_dart(found, dart_id))
        except RulesError:
            continue
    return None


def _position(played: PlayedMatch, leg: int, visit: int, dart: int) -> DartPosition:
    record = played.match.record.legs[leg]
    thrown = record.visits[visit - 1]
    return DartPosition(
        match_id=played.info.match_id,
        set=record.set_number,
        leg=record.leg_number,
        visit=visit,
        dart=dart,
        player_id=played.info.player_id(thrown.side, thrown.thrower),
    )


def _stored(stored: BoardVisit | None) -> list[Visit]:
    """Return a visit of the store as the board would have it."""
    if stored is None:
        return []
    slots = (
        Slot(dart_number=each.dart_number, dart_id=each.dart_id, label=each.label, points=each.points, bounced=each.bounced)
        for each in stored.throws
    )
    return [
        Visit(visit_id=stored.visit_id, player_id=stored.player_id, slots=tuple(slots), ended="three_darts" if stored.completed else None)
    ]


def is_opponent(own_side: int | None, played: PlayedMatch, player_id: str) -> bool:
    """Return whether a player is one of the other sides of the match."""
    opponents = (side for number, side in enumerate(played.info.sides) if number != own_side)
    return any(player.player_id == player_id for side in opponents for player in side.players)


def check_label(previous: str | None, now: str | None) -> None:
    """Refuse a correction whose dart was corrected in the meantime.

    Raises:
        ConflictError: as said.
    """
    if previous != now:
        raise ConflictError("the dart has changed since the correction was asked for", previous_label=now)
