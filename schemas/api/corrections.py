"""Corrections: what is sent to ask for one, to change and to decide one. The answer is `CorrectionState`."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.api.answers import Id, ListQuery, Text
from schemas.base import Value
from schemas.correction import CorrectionStatus

_Label = Annotated[str, Meta(min_length=1, max_length=20, description="a bed such as T20, D16, S5, 25, BULL or MISS")]
_Position = Annotated[int, Meta(ge=1, le=9999)]


class NewCorrection(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A correction: of the dart `dart_id`, or of `visit` (from 1 within the leg over all sides) and `dart` of a match.

    `set` and `leg`: the running or the last one when absent. `label` is the right bed; `delete` needs none.
    """

    type: Literal["change", "delete", "insert"]
    dart_id: Id | None = None
    match_id: Id | None = None
    set: _Position | None = None
    leg: _Position | None = None
    visit: _Position | None = None
    dart: _Position | None = None
    label: _Label | None = None


class CorrectionChange(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Another bed for a correction that is pending."""

    label: _Label


class CorrectionDecision(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Why a correction is confirmed or rejected."""

    reason: Text | None = None


class CorrectionsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of corrections."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
    status: CorrectionStatus | None = None
    match_id: Id | None = None
    dart_id: Id | None = None
    player_id: Id | None = None
