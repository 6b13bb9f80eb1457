"""Statistics of players: what can be asked, and the answers. Decimals are strings with two places, null where the denominator is 0."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.api.answers import AnyObject, Id, ListQuery, Pagination
from schemas.base import Value

_DAY = r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
When = Annotated[
    str,
    Meta(pattern=rf"^{_DAY}(T{_TIME}(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?\Z", description="ISO 8601: a day, or a time with its UTC offset"),
]
Game = Annotated[str, Meta(min_length=1, max_length=40, description="such as x01 or cricket")]
Bed = Annotated[str, Meta(min_length=1, max_length=20, description="a bed such as T20, D16, S5, 25 or BULL")]
Benchmark = Annotated[
    str,
    Meta(
        max_length=100,
        pattern=r"^(player|level|period):.+\Z",
        description="player:ID, level:NAME (beginner, pub, league, county, tour, world) or period:SINCE/UNTIL",
    ),
]


class PlayQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which legs: of a game, from `since` until just before `until` (a day is included), against an opponent."""

    game: Game | None = None
    since: When | None = None
    until: When | None = None
    opponent: Id | None = None


class StatisticsQuery(PlayQuery, frozen=True, kw_only=True):
    """Which legs, and in which steps the series is given. A match has its running leg as well, else only finished legs are counted."""

    match_id: Id | None = None
    resolution: Literal["visit", "leg", "match", "day", "week", "month"] | None = None


class PlayHistoryQuery(ListQuery, frozen=True, kw_only=True):
    """Which play: of a game, of a time, against an opponent, with a hit in a bed; by visits, legs, matches or periods."""

    game: Game | None = None
    since: When | None = None
    until: When | None = None
    opponent: Id | None = None
    bed: Bed | None = None
    resolution: Literal["visit", "leg", "match", "day", "week", "month"] = "visit"


class PerformanceQuery(PlayQuery, frozen=True, kw_only=True):
    """Legs of a player (default: the caller's own), and what they are compared with."""

    player_id: Id | None = None
    benchmark: Benchmark | None = None


class MetricsOfPlayQuery(PlayQuery, frozen=True, kw_only=True):
    """The player and the legs whose values are given; without a player there are only definitions."""

    player_id: Id | None = None


RankedFigure = Literal[
    "average",
    "first9",
    "checkout_pct",
    "checkouts",
    "highest_checkout",
    "best_leg",
    "highest_visit",
    "n60",
    "n100",
    "n140",
    "n180",
    "visits",
    "points",
    "darts",
    "thrown",
    "visit_mean",
    "visit_sd",
    "visit_mean_over_sd",
    "mpr",
    "first9_mpr",
    "legs",
    "legs_won",
    "breaks",
    "sets",
    "sets_won",
    "matches",
    "matches_won",
    "win_rate",
]  # figures of /performance/metrics that players are ordered by


class LeaderboardQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The figure that players are ordered by, the period and the game."""

    figure: RankedFigure = "average"
    period: Literal["today", "week", "month", "year", "all"] = "all"
    game: Game = "x01"
    limit: Annotated[int, Meta(ge=1, le=100, description="maximum number of entries")] = 20


class GroupingFigures(Value, frozen=True, kw_only=True):
    """How closely the measured darts of visits lie together: mean distance from their mean (mm), covariance (mm²)."""

    darts: int
    mean_radius: float | None
    covariance: tuple[tuple[float, float], tuple[float, float]] | None


class BedFigures(Value, frozen=True, kw_only=True):
    """Counted darts in a bed, and their share in all counted darts, in percent."""

    hits: int
    share: str | None


class TargetFigures(Value, frozen=True, kw_only=True):
    """Darts at a known target: hits, and where the others went; `rate` is in percent."""

    darts: int
    hits: int
    single: int
    outside: int
    other: int
    rate: str | None


class BedsFigures(Value, frozen=True, kw_only=True):
    """Where counted darts hit; visits that were written down as totals have no beds."""

    darts: int
    beds: dict[str, BedFigures]
    targets: dict[str, TargetFigures]


class Consistency(Value, frozen=True, kw_only=True):
    """The spread of visits, and the longest slump."""

    visit_mean: str | None
    visit_sd: str | None
    visit_mean_over_sd: str | None
    longest_slump: int


class Form(Value, frozen=True, kw_only=True):
    """The average of the last ten finished legs, and how much higher it is than that of the ten before."""

    average: str | None
    difference: str | None


class PlayedPart(Value, frozen=True, kw_only=True):
    """A visit, a leg, or all that was played in a match or a period. `hits`: darts in the bed that was asked for."""

    at: str
    match_id: str | None
    set: int | None = None
    leg: int | None = None
    points: int
    darts: int
    average: str | None
    first9: str | None = None
    checkout_pct: str | None = None
    visits: int = 0
    legs: int = 0
    legs_won: int = 0
    labels: tuple[str, ...] = ()
    hits: int | None = None


class SummaryFigures(Value, frozen=True, kw_only=True):
    """All statistics of a player over the legs that were asked for."""

    points: int
    darts: int
    thrown: int
    first9_points: int
    first9_darts: int
    checkout_attempts: int
    checkouts: int
    legs: int
    legs_won: int
    highest_checkout: int | None
    best_leg: int | None
    best_legs: dict[str, int]
    highest_visit: int | None
    n60: int
    n100: int
    n140: int
    n180: int
    busts: int
    visits: int
    average: str | None
    first9: str | None
    checkout_pct: str | None
    visit_mean: str | None
    visit_sd: str | None
    visit_mean_over_sd: str | None
    breaks: int
    sets: int
    sets_won: int
    matches: int
    matches_won: int
    mpr: str | None
    first9_mpr: str | None
    grouping: GroupingFigures
    beds: BedsFigures
    consistency: Consistency
    form: Form


class PlayerStatistics(SummaryFigures, frozen=True, kw_only=True):
    """All statistics of a player; `series` has the latest 1000 steps of the resolution, the oldest first."""

    player_id: str
    series: tuple[PlayedPart, ...] = ()


class PlayHistory(Value, frozen=True, kw_only=True):
    """A page of what a player has played, the latest first."""

    data: tuple[PlayedPart, ...]
    pagination: Pagination


class LastVisit(Value, frozen=True, kw_only=True):
    """The visit that a player closed last in a match."""

    points: int
    labels: tuple[str, ...]


class Position(Value, frozen=True, kw_only=True):
    """Where a player stands in an open match; average and darts are those of the player."""

    match_id: str
    status: str
    score: AnyObject
    legs: int
    sets: int
    average: str | None
    darts: int
    last_visit: LastVisit | None


class Standing(Value, frozen=True, kw_only=True):
    """Where a player stands now: open matches, average with the legs that run, form, percent of matches won."""

    player_id: str
    open_matches: int
    average: str | None
    form: Form
    win_rate: str | None
    positions: tuple[Position, ...]


class HeatCell(Value, frozen=True, kw_only=True):
    """A square of the board by its centre, and the darts in it."""

    x_mm: float
    y_mm: float
    count: int


class HeatMap(Value, frozen=True, kw_only=True):
    """Where a player's measured darts hit, in squares of `cell_mm`; squares without a dart are left out."""

    player_id: str
    cell_mm: float
    darts: int
    cells: tuple[HeatCell, ...]


class Performance(Value, frozen=True, kw_only=True):
    """The figures of a player, those of the benchmark, and how much higher the own ones are (numbers of both only)."""

    player_id: str | None
    figures: SummaryFigures
    benchmark: AnyObject | None
    difference: dict[str, str | int | None] | None


class Metric(Value, frozen=True, kw_only=True):
    """A figure: what it is called, its unit and definition, and its value for the player that was asked for."""

    name: str
    label: str
    unit: str
    value: int | float | str | None
    definition: str


class StatisticsMetrics(Value, frozen=True, kw_only=True):
    """Every figure that is published of a player."""

    data: tuple[Metric, ...]


class Leader(Value, frozen=True, kw_only=True):
    """A place in the leaderboard; equal values share a rank."""

    rank: int
    player_id: str
    name: str
    value: int | str


class Leaderboard(Value, frozen=True, kw_only=True):
    """The players by a figure, the best first."""

    figure: str
    period: str
    data: tuple[Leader, ...]
