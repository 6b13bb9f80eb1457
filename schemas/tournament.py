"""Tournaments, lists and fixtures as they are published and stored."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from schemas.base import Value
from schemas.match import RULES, MatchPlayer
from schemas.match_commands import Bot

TournamentFormat = Literal["round_robin", "knockout", "groups_knockout", "ladder"]
TournamentStatus = Literal["planned", "running", "finished"]
TieBreak = Literal["points", "leg_difference", "head_to_head", "legs_for", "average"]
ListType = Literal["round", "group", "board_queue", "practice_plan"]
FixtureStatus = Literal["scheduled", "called", "playing", "finished"]
ReportedStatus = Literal["playing", "finished", "abandoned"]  # of a match at another board
Stage = Literal["group", "knockout", "third_place", "play_off", "challenge"]

Rules = Annotated[dict[str, Any], Meta(extra_json_schema=RULES)]


class Entrant(Value, frozen=True, kw_only=True):
    """Who plays in a tournament: a profile or a guest."""

    player_id: str | None = None
    name: str | None = None
    seed: int | None = None
    withdrawn: bool = False


class Tournament(Value, frozen=True, kw_only=True):
    """A tournament. A fixture is played by `rules`, or by those of `format_id`, first to `legs_to_win` legs (null: as the format says).

    `advance` is the number of players of each group that go on to the knockout. `void_withdrawn`: the results of a player who withdraws
    before half of the group was played do not count.
    """

    tournament_id: str
    name: str
    description: str | None = None
    starts_at: str | None = None
    format: TournamentFormat = "round_robin"
    rules: Rules | None = None
    format_id: str | None = None
    legs_to_win: int | None = None
    entrants: tuple[Entrant, ...] = ()
    status: TournamentStatus = "planned"
    groups: int = 1
    advance: int = 2
    third_place: bool = False
    double_round: bool = False
    tie_breaks: tuple[TieBreak, ...] = ("points", "leg_difference", "head_to_head", "legs_for", "average")
    void_withdrawn: bool = True
    created_at: str
    updated_at: str


class TournamentList(Value, frozen=True, kw_only=True):
    """A list of fixtures: a round or a group of a tournament, the queue of a board, or what a player plans to practise."""

    list_id: str
    name: str
    type: ListType
    tournament_id: str | None = None
    player_id: str | None = None
    position: int = 0
    created_at: str
    updated_at: str


class SeatSource(Value, frozen=True, kw_only=True):
    """Who gets a seat: the winner or loser of a fixture, or the player of a rank in a group (both counted as they are shown, from 1)."""

    takes: Literal["winner", "loser", "rank"]
    fixture_id: str | None = None
    group: int | None = None
    rank: int | None = None


class FixtureSide(Value, frozen=True, kw_only=True):
    """A side of a fixture; without players it waits for its source. `entrant` is the index in the tournament; `bye`: the seat is empty."""

    side: int
    name: str | None = None
    players: tuple[MatchPlayer, ...] = ()
    bot: Bot | None = None
    entrant: int | None = None
    source: SeatSource | None = None
    bye: bool = False


class FixtureResult(Value, frozen=True, kw_only=True):
    """How a fixture ended: the index of the side that won, and what each side has. A walkover has no darts."""

    winner: int | None = None
    draw: bool = False
    legs: tuple[int, ...] = ()
    sets: tuple[int, ...] = ()
    points: tuple[int, ...] = ()
    darts: tuple[int, ...] = ()
    averages: tuple[str | None, ...] = ()


class Fixture(Value, frozen=True, kw_only=True):
    """A match that is to be played. `round` and `position` order the fixtures of a tournament; `void`: its result does not count.

    A fixture that is called and has a `match_id` waits for its board, another one of the venue, to begin this match.
    """

    fixture_id: str
    list_id: str
    tournament_id: str | None = None
    sides: tuple[FixtureSide, ...]
    status: FixtureStatus = "scheduled"
    board_id: str | None = None
    marker_id: str | None = None
    assigned_by: str | None = None
    assigned_at: str | None = None
    match_id: str | None = None
    result: FixtureResult | None = None
    walkover: bool = False
    void: bool = False
    rules: Rules | None = None
    format_id: str | None = None
    legs_to_win: int | None = None
    stage: Stage | None = None
    round: int = 0
    group: int | None = None
    position: int = 0
    called_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    created_at: str
    updated_at: str


BoardState = Literal["free", "busy", "unready", "offline", "refused"]


class TournamentBoard(Value, frozen=True, kw_only=True):
    """A board at which fixtures can be played: this one (`own`), or another one of the venue.

    `state`: free, or why no match can begin there: another one is running, the board does not detect (`reason` has its status), it is not
    heard, or it refused a fixture a moment ago, with the `reason`. `fixture_id`: the fixture that it has.
    """

    board_id: str
    name: str
    own: bool
    state: BoardState
    reason: str | None = None
    fixture_id: str | None = None


class EntrantSummary(Value, frozen=True, kw_only=True):
    """An entrant, and how many of its fixtures have which status."""

    player_id: str | None = None
    name: str | None = None
    seed: int | None = None
    withdrawn: bool = False
    scheduled: int = 0
    called: int = 0
    playing: int = 0
    finished: int = 0


class StandingRow(Value, frozen=True, kw_only=True):
    """A row of a table; entrants whom nothing separates share a rank. `group`: A, B and so on, null where there are none."""

    rank: int
    player_id: str | None = None
    name: str | None = None
    group: str | None = None
    played: int = 0
    won: int = 0
    drawn: int = 0
    lost: int = 0
    legs_for: int = 0
    legs_against: int = 0
    points: int = 0
    leg_difference: int = 0


class TournamentSummary(Value, frozen=True, kw_only=True):
    """A tournament in figures: fixtures by status of each entrant, and the tables. `places`: the winner and who came next."""

    tournament_id: str
    entrants: tuple[EntrantSummary, ...]
    standings: tuple[StandingRow, ...]
    places: tuple[StandingRow, ...] = ()
