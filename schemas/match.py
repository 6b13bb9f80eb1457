"""A match as it is published: its sides, whose turn it is, and the legs that are finished."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from schemas.base import Value

# JSON Schema of what depends on the game: options by name, and the rules, which name the game as well.
OPTIONS: dict[str, Any] = {"additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]}}
RULES: dict[str, Any] = {**OPTIONS, "properties": {"game": {"type": "string", "minLength": 1}}, "required": ["game"]}

MatchStatus = Literal["scheduled", "running", "paused", "stopped", "finished", "error"]


class MatchPlayer(Value, frozen=True, kw_only=True):
    """A player of a side. `name` is that of a guest; that of a profile stands only in answers to callers who may read the player."""

    player_id: str | None = None
    name: str | None = None


class MatchBot(Value, frozen=True, kw_only=True):
    """A side that throws by itself: of a level, or like a player."""

    level: int | None = None
    like: str | None = None


class MatchTurn(Value, frozen=True, kw_only=True):
    """The visit that is open, or the one that begins next; `round` counts the visits of the side in the leg.

    `visit` counts those of all sides, as corrections do; null in events of earlier versions.
    """

    phase: Literal["bull_off", "play"] = "play"
    side: int
    player_id: str | None
    set: int
    leg: int
    round: int
    visit: int | None = None
    darts: tuple[str, ...] = ()
    points: int = 0
    bust: bool = False
    darts_left: int = 3
    checkouts: tuple[tuple[str, ...], ...] = ()


class MatchSide(Value, frozen=True, kw_only=True):
    """A side: its players in throwing order, what it has, and its figures in the whole match. `score` depends on the game."""

    side: int
    name: str | None
    players: tuple[MatchPlayer, ...]
    bot: MatchBot | None = None
    sets: int = 0
    legs: int = 0
    score: Annotated[dict[str, Any], Meta(extra_json_schema={"additionalProperties": True})]
    average: str | None = None
    darts: int = 0
    rank: int | None = None


class MatchLeg(Value, frozen=True, kw_only=True):
    """A finished leg. `darts`: of each side; `checkout`: the rest that was finished, if one was."""

    set: int
    leg: int
    starter: int
    winner: int | None
    end: str
    darts: tuple[int, ...]
    checkout: int | None = None
    signed: bool = False


class MatchState(Value, frozen=True, kw_only=True):
    """A match as GET answers it: rules and format with every default, `winner` is the index of a side."""

    match_id: str
    status: MatchStatus
    board_id: str | None
    rules: Annotated[dict[str, Any], Meta(extra_json_schema=RULES)]
    format: Annotated[dict[str, Any], Meta(extra_json_schema=OPTIONS)]
    bull_off: Literal["off", "normal", "official"] = "off"
    bull_winner: Literal["first", "chooses"] = "first"
    sides: tuple[MatchSide, ...]
    turn: MatchTurn | None = None
    legs: tuple[MatchLeg, ...] = ()
    winner: int | None = None
    draw: bool = False
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    error: str | None = None
