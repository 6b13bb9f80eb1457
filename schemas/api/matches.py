"""Matches: what is sent to begin and to score one. The answer is `MatchState`."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from schemas.api.answers import Id, ListQuery, Text
from schemas.base import Value
from schemas.match import OPTIONS, RULES, MatchStatus

_Label = Annotated[str, Meta(min_length=1, max_length=20, description="a bed such as T20, D16, S5, 25, BULL or MISS")]
_Number = Annotated[int, Meta(ge=1, le=999)]
_Slots = Annotated[int, Meta(ge=1, le=3)]


class NewGuest(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A player without a profile."""

    name: Text


class NewBot(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A side that throws by itself: of a level from 1 to 9, or like a player, by the id of the profile."""

    level: Annotated[int, Meta(ge=1, le=9)] | None = None
    like: Id | None = None


class NewSide(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A side: one to four players in throwing order, each the id of a profile or a guest, or a bot. `start_score` is a handicap in X01."""

    players: Annotated[tuple[Id | NewGuest, ...], Meta(max_length=4)] = ()
    bot: NewBot | None = None
    name: Text | None = None
    start_score: Annotated[int, Meta(ge=2, le=10001)] | None = None


class NewMatch(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new match: rules of a game (each option has a default), format (default: one leg) and sides. No board: scored by hand alone.

    `format_id` names a stored format that has the rules, and the format unless that is given.
    """

    rules: Annotated[dict[str, Any], Meta(description='such as {"game": "x01", "start": 501}', extra_json_schema=RULES)] | None = None
    format_id: Id | None = None
    sides: Annotated[tuple[NewSide, ...], Meta(min_length=1, max_length=20)]
    format: Annotated[dict[str, Any], Meta(description='such as {"goal": "first_to", "legs": 3}', extra_json_schema=OPTIONS)] | None = None
    board_id: Id | None = None
    bull_off: Literal["off", "normal", "official"] = "off"
    bull_winner: Annotated[Literal["first", "chooses"], Meta(description="whether who is nearest throws first, or says who does")] = "first"
    start: bool = True


class MatchesQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of matches."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
    status: MatchStatus | None = None
    board_id: Id | None = None
    player_id: Id | None = None
    game: Annotated[str, Meta(max_length=40)] | None = None


class NewThrows(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Darts of the side that is on, or its whole visit as a total with the darts that were used and thrown at a double."""

    darts: Annotated[tuple[_Label, ...], Meta(min_length=1, max_length=3)] | None = None
    points: Annotated[int, Meta(ge=0, le=180)] | None = None
    darts_used: _Slots | None = None
    darts_at_double: Annotated[int, Meta(ge=0, le=3)] | None = None


class DartCount(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How many darts are undone or redone."""

    darts: Annotated[int, Meta(ge=1, le=100)] = 1


class NewBullDart(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A dart at the bull: its bed or its distance from the centre in mm; neither when it did not stay in the board."""

    side: Annotated[int, Meta(ge=0, le=19)]
    bed: _Label | None = None
    mm: Annotated[float, Meta(ge=0, le=1000)] | None = None


class NewBullDarts(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Darts at the bull, in the order in which they were thrown, or `first`: the side that the winner lets begin."""

    darts: Annotated[tuple[NewBullDart, ...], Meta(max_length=20)] = ()
    first: Annotated[int, Meta(ge=0, le=19)] | None = None


class Rematch(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A match of the same sides by the same rules. `first` is the side that begins; without it a bull-off is thrown again.

    `bull_off` null: as in the match before, off when `first` is given.
    """

    first: Annotated[int, Meta(ge=0, le=19)] | None = None
    bull_off: Literal["off", "normal", "official"] | None = None
