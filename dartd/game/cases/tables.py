"""The cases `bull_off`, `standings`, `seats`, `checkouts`, `grouping` and `beds`."""

from fractions import Fraction
from typing import Annotated, Any

import msgspec

from dartd.game.beds import bed_label, read_bed
from dartd.game.bull_off import BullOff, BullOffMode, BullThrow
from dartd.game.cases.legs import check_players, side_of
from dartd.game.checkouts import routes
from dartd.game.draw import knockout_seats
from dartd.game.grouping import group, mean_point, written
from dartd.game.rules import Bull
from dartd.game.standings import DEFAULT_ORDER, Criterion, table
from dartd.game.totals import Condition


class BullOffCase(msgspec.Struct, frozen=True, kw_only=True):
    """Rounds at the bull: distances in millimetres by player, null for a dart that did not stay."""

    mode: BullOffMode = "official"
    players: tuple[str, ...]
    rounds: list[dict[str, float | None]] = []
    tie_mm: float = 0.0


class StandingsCase(msgspec.Struct, frozen=True, kw_only=True):
    """Results of a round robin, and averages by player."""

    players: tuple[str, ...]
    results: list[tuple[str, str, int, int]] = []
    averages: dict[str, float | str | None] | None = None
    order: tuple[Criterion, ...] = DEFAULT_ORDER


class SeatsCase(msgspec.Struct, frozen=True, kw_only=True):
    """The number of entrants of a knockout."""

    entrants: Annotated[int, msgspec.Meta(ge=2, le=1024)]


class CheckoutsCase(msgspec.Struct, frozen=True, kw_only=True):
    """A rest, the darts that are left, and how it must be finished."""

    remaining: int
    darts: Annotated[int, msgspec.Meta(ge=1, le=3)] = 3
    out: Condition = "double"
    bull: Bull = "25/50"


class GroupingCase(msgspec.Struct, frozen=True, kw_only=True):
    """Points of one group of darts, in millimetres."""

    xy: list[tuple[float, float]]


class BedsCase(msgspec.Struct, frozen=True, kw_only=True):
    """Texts that may name beds."""

    labels: list[str]


def bull_off_result(case: BullOffCase) -> dict[str, Any]:
    """Return who is first, whether everything is decided, and who throws next in which order."""
    players = case.players
    check_players(players)
    bull_off = BullOff(case.mode, range(len(players)), case.tie_mm)
    for radii in case.rounds:
        for player in radii:
            side_of(player, players)
        for side in list(bull_off.queue):
            if players[side] in radii and bull_off.queue and bull_off.queue[0] == side:
                bull_off.add(BullThrow(side=side, mm=radii[players[side]]))
    return {
        "first": None if bull_off.first is None else players[bull_off.first],
        "decided": bull_off.decided,
        "next_order": None if bull_off.decided else [players[side] for side in bull_off.queue],
    }


def standings_result(case: StandingsCase) -> list[dict[str, Any]]:
    """Return the rows of the table."""
    check_players(case.players)
    for one, other, _, _ in case.results:
        side_of(one, case.players)
        side_of(other, case.players)
    averages = {player: Fraction(str(average)) for player, average in (case.averages or {}).items() if average is not None}
    rows: list[dict[str, Any]] = msgspec.to_builtins(table(case.players, case.results, averages, case.order))
    return rows


def seats_result(case: SeatsCase) -> list[tuple[int, int | None]]:
    """Return the pairs of the first round."""
    return knockout_seats(case.entrants)


def checkouts_result(case: CheckoutsCase) -> dict[str, Any]:
    """Return all routes, best first."""
    found = routes(case.remaining, case.darts, case.out, case.bull)
    return {"routes": [[bed_label(bed) for bed in route] for route in found], "count": len(found)}


def grouping_result(case: GroupingCase) -> dict[str, Any]:
    """Return mean, mean radius and covariance of the points as one group."""
    return {"mean": mean_point(case.xy) if case.xy else None, **written(group(case.xy))}


def beds_result(case: BedsCase) -> dict[str, Any]:
    """Return the texts that name no bed."""
    return {"refused": [label for label in case.labels if not _names_a_bed(label)]}


def _names_a_bed(label: str) -> bool:
    try:
        read_bed(label)
    except ValueError:
        return False
    return True
