"""What a command of a person does to a match."""

from collections.abc import Sequence
from typing import assert_never

from dartd.errors import ConflictError
from dartd.game.beds import read_bed
from dartd.game.bull_off import BullThrow
from dartd.game.changes import Cause
from dartd.game.corrections import Correction, correct, sign, unsign
from dartd.game.match import Match
from dartd.game.rules import RulesError, Total
from dartd.game.scoring import choose_first, end_visit, redo, score_total, take_step, throw_by_hand, throw_for_bull, undo
from dartd.play.setup import located
from schemas.match_commands import (
    CorrectMatch,
    EndVisit,
    RedoDarts,
    ScoreTotal,
    SignLeg,
    StepMatch,
    ThrowByHand,
    ThrowForBull,
    UndoDarts,
)

ScoringCommand = StepMatch | ThrowByHand | ScoreTotal | EndVisit | UndoDarts | RedoDarts | ThrowForBull | CorrectMatch | SignLeg


def carry_out(match: Match, command: ScoringCommand) -> tuple[Match, Cause]:  # noqa: C901, PLR0911, PLR0912 - one case for each command
    """Return the match after a command, and whether the command went on with it or revised it.

    Raises:
        ConflictError: not in this status of the match.
        RulesError: the rules do not allow it.
    """
    match command:
        case StepMatch():
            return take_step(match, command.step), "play"
        case ThrowByHand():
            _check_visit_is_open(match)
            return throw_by_hand(match, [_bed(label, f"$.darts[{k}]") for k, label in enumerate(command.darts)]), "play"
        case ScoreTotal():
            total = Total(points=command.points, darts_used=command.darts_used, darts_at_double=command.darts_at_double)
            try:
                return score_total(match, total), "play"
            except RulesError as error:
                raise located(error, unless="$.points") from error
        case EndVisit():
            return end_visit(match, by_hand=True), "play"
        case UndoDarts():
            for _ in range(command.darts):
                match = undo(match)
            return match, "revision"
        case RedoDarts():
            for _ in range(command.darts):
                match = redo(match)
            return match, "revision"
        case ThrowForBull():
            for k, dart in enumerate(command.darts):
                bed = None if dart.bed is None else _bed(dart.bed, f"$.darts[{k}].bed")
                match = throw_for_bull(match, BullThrow(side=dart.side, bed=bed, mm=dart.mm))
            return match if command.first is None else choose_first(match, command.first), "play"
        case CorrectMatch():
            return correct(match, correction_of(match, command)), "revision"
        case SignLeg():
            leg = find_leg(match, command.set, command.leg)
            return (sign if command.signed else unsign)(match, leg), "play"
        case _:
            assert_never(command)


def find_leg(match: Match, set_number: int | None, leg_number: int | None) -> int:
    """Return the index of a leg; without numbers the last one that was begun.

    Raises:
        RulesError: no such leg was played.
    """
    legs = match.record.legs[: match.counted]
    found: Sequence[int] = [
        index for index, leg in enumerate(legs) if set_number in {None, leg.set_number} and leg_number in {None, leg.leg_number}
    ]
    if not found:
        raise RulesError("$.leg: no such leg was played in this match")
    return found[-1]


def correction_of(match: Match, command: CorrectMatch) -> Correction:
    """Return what a command corrects.

    Raises:
        RulesError: no such leg or bed.
    """
    bed = None if command.label is None or command.operation == "delete" else _bed(command.label, "$.label")
    leg = find_leg(match, command.set, command.leg)
    return Correction(operation=command.operation, leg=leg, visit=command.visit, dart=command.dart, bed=bed)


def _check_visit_is_open(match: Match) -> None:
    """Refuse darts by hand while the darts of a visit that is over stand in the board: they would count for no side."""
    visit = match.open_visit
    if visit is not None and match.folded[visit[0]].running is not match.outcome(*visit):
        raise ConflictError("the visit is over: take the darts out, or end it with next", status=match.status)


def _bed(label: str, path: str) -> int:
    try:
        return read_bed(label)
    except ValueError as error:
        raise RulesError(f"{path}: {error}") from error
