"""Commands of people to a match. A command enters the same inbox as the cameras' messages."""

from typing import Any, Literal

from schemas.base import Command, Value
from schemas.match import MatchBot, MatchPlayer

MatchStep = Literal["start", "pause", "resume", "stop"]


class Bot(MatchBot, frozen=True, kw_only=True):
    """A bot as it enters a match. `spread`: how the darts of the player it is like scatter (`dartd.game.bot.Spread`), in millimetres."""

    spread: tuple[float, float, float, float, float] | None = None


class EnteredSide(Value, frozen=True, kw_only=True):
    """A side as it enters a match: its players in throwing order."""

    players: tuple[MatchPlayer, ...]
    name: str | None = None
    bot: Bot | None = None


class CreateMatch(Command, tag="match_create", frozen=True, kw_only=True):
    """Add a match, and with `start` begin it. `rules` and `format` have every default, and what was drawn by lot.

    `fixture_id`: the fixture that is played by it, of this board, or of the board `host_id` of the venue.
    """

    match_id: str
    rules: dict[str, Any]
    format: dict[str, Any]
    sides: tuple[EnteredSide, ...]
    board_id: str | None = None
    bull_off: Literal["off", "normal", "official"] = "off"
    bull_winner: Literal["first", "chooses"] = "first"
    first: int = 0
    start: bool = True
    sign_by_next_leg: bool = True
    fixture_id: str | None = None
    host_id: str | None = None
    at: str
    user_id: str | None = None


class StepMatch(Command, tag="match_step", frozen=True, kw_only=True):
    """Start, pause, resume or stop a match."""

    match_id: str
    step: MatchStep
    at: str
    user_id: str | None = None


class DeleteMatch(Command, tag="match_delete", frozen=True, kw_only=True):
    """Stop a match and hide it; its throws stay."""

    match_id: str
    user_id: str | None = None


class ThrowByHand(Command, tag="match_throw", frozen=True, kw_only=True):
    """Add one to three darts of the side that is on."""

    match_id: str
    darts: tuple[str, ...]
    user_id: str | None = None


class ScoreTotal(Command, tag="match_total", frozen=True, kw_only=True):
    """Add a whole visit of the side that is on by its total."""

    match_id: str
    points: int
    darts_used: int = 3
    darts_at_double: int | None = None
    user_id: str | None = None


class EndVisit(Command, tag="match_next", frozen=True, kw_only=True):
    """End the visit of the side that is on with the darts it has."""

    match_id: str
    user_id: str | None = None


class UndoDarts(Command, tag="match_undo", frozen=True, kw_only=True):
    """Take back the last counted darts, or totals."""

    match_id: str
    darts: int = 1
    user_id: str | None = None


class RedoDarts(Command, tag="match_redo", frozen=True, kw_only=True):
    """Bring back what was undone last."""

    match_id: str
    darts: int = 1
    user_id: str | None = None


class BullDart(Value, frozen=True, kw_only=True):
    """A dart at the bull: its bed, or its distance from the centre."""

    side: int
    bed: str | None = None
    mm: float | None = None


class ThrowForBull(Command, tag="match_bull_off", frozen=True, kw_only=True):
    """Add darts at the bull, each of the side that throws next; `first` is the side that the winner lets begin."""

    match_id: str
    darts: tuple[BullDart, ...] = ()
    first: int | None = None
    user_id: str | None = None


class CorrectMatch(Command, tag="match_correct", frozen=True, kw_only=True):
    """Change, delete or insert a dart; `visit` counts from 1 within the leg over all sides. Without set and leg: the last leg."""

    match_id: str
    operation: Literal["change", "delete", "insert"]
    set: int | None = None
    leg: int | None = None
    visit: int
    dart: int
    label: str | None = None
    user_id: str | None = None


class SignLeg(Command, tag="match_sign", frozen=True, kw_only=True):
    """Sign a leg and all before it, or take the signature of a leg back."""

    match_id: str
    set: int
    leg: int
    signed: bool = True
    user_id: str | None = None


MatchCommand = (
    CreateMatch
    | StepMatch
    | DeleteMatch
    | ThrowByHand
    | ScoreTotal
    | EndVisit
    | UndoDarts
    | RedoDarts
    | ThrowForBull
    | CorrectMatch
    | SignLeg
)
