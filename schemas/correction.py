"""A correction of a dart as GET answers it, and the commands that order, change and decide one."""

from typing import Literal

from schemas.base import Command, Value, VisitId
from schemas.events.board import VisitThrow

CorrectionType = Literal["change", "delete", "insert"]
CorrectionStatus = Literal["pending", "applied", "rejected", "canceled"]


class CorrectionState(Value, frozen=True, kw_only=True):
    """A correction as it stands. `set leg visit dart` are its position in the match, `visit_id dart_number` that on the board.

    `visit` counts from 1 within the leg over all sides; `player_id` is the player whose dart it is.
    """

    correction_id: str
    type: CorrectionType
    status: CorrectionStatus
    match_id: str | None = None
    dart_id: str | None = None
    visit_id: str | None = None
    dart_number: int | None = None
    set: int | None = None
    leg: int | None = None
    visit: int | None = None
    dart: int | None = None
    label: str | None = None
    previous_label: str | None = None
    player_id: str | None = None
    requested_by: str
    decided_by: str | None = None
    created_at: str
    decided_at: str | None = None
    reason: str | None = None


class BoardVisit(Value, frozen=True, kw_only=True):
    """A visit of the board as the store has it: the board itself keeps only the last ones."""

    visit_id: VisitId
    player_id: str | None
    throws: tuple[VisitThrow, ...]
    completed: bool


class OrderCorrection(Command, tag="correction_order", frozen=True, kw_only=True):
    """Ask for a correction: of a dart of the board (`dart_id`, or `visit_id` and `dart_number`), or of a position in a match.

    `stored` is the visit of the dart in the store. `own_player_id`: the only player whose darts may be corrected; None: those of all.
    """

    correction_id: str
    type: CorrectionType
    label: str | None = None
    dart_id: str | None = None
    visit_id: VisitId | None = None
    dart_number: int | None = None
    match_id: str | None = None
    set: int | None = None
    leg: int | None = None
    visit: int | None = None
    dart: int | None = None
    stored: BoardVisit | None = None
    at: str
    user_id: str | None = None
    own_player_id: str | None = None


class ChangeCorrection(Command, tag="correction_change", frozen=True, kw_only=True):
    """Change the bed of a correction that is pending. `is_marker`: the caller keeps the score, and may change those of others."""

    correction_id: str
    label: str
    user_id: str | None = None
    is_marker: bool = False


class DecideCorrection(Command, tag="correction_decide", frozen=True, kw_only=True):
    """Confirm, reject or cancel a correction that is pending. `player_id` is the player of the caller."""

    correction_id: str
    decision: Literal["confirm", "reject", "cancel"]
    reason: str | None = None
    stored: BoardVisit | None = None
    at: str
    user_id: str | None = None
    player_id: str | None = None
    is_marker: bool = False


CorrectionCommand = OrderCorrection | ChangeCorrection | DecideCorrection
