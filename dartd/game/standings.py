"""The table of a round robin: points, leg difference, head-to-head, legs won, average, else a shared rank."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Final, Literal

import msgspec

Criterion = Literal["points", "leg_difference", "head_to_head", "legs_for", "average"]

# The order of the PDC's Grand Slam.
DEFAULT_ORDER: Final[tuple[Criterion, ...]] = ("points", "leg_difference", "head_to_head", "legs_for", "average")
_WIN: Final = 2
_DRAW: Final = 1

Result = tuple[str, str, int, int]  # two players and the legs of each


class Row(msgspec.Struct, kw_only=True):
    """A row of the table; players that nothing separates share a rank, and a play-off decides."""

    player: str
    rank: int = 0
    played: int = 0
    won: int = 0
    drawn: int = 0
    lost: int = 0
    legs_for: int = 0
    legs_against: int = 0
    points: int = 0
    leg_difference: int = 0


def table(
    players: Sequence[str],
    results: Sequence[Result],
    averages: Mapping[str, Fraction],
    order: Sequence[Criterion] = DEFAULT_ORDER,
    *,
    ranked_players: Sequence[str] | None = None,
) -> list[Row]:
    """Return the rows, the best first; players with the same rank stand in the order in which they were given.

    `ranked_players`: those who are ranked, among themselves (None: all); results against the others count.
    """
    rows = {row.player: row for row in _rows(players, results)}
    ranked: list[Row] = []
    for group in _split(list(players if ranked_players is None else ranked_players), rows, results, averages, order):
        rank = len(ranked) + 1
        for player in group:
            rows[player].rank = rank
            ranked.append(rows[player])
    return ranked


def _rows(players: Sequence[str], results: Sequence[Result]) -> list[Row]:
    rows = {player: Row(player=player) for player in players}
    for one, other, legs, other_legs in results:
        for player, won, lost in ((one, legs, other_legs), (other, other_legs, legs)):
            row = rows[player]
            row.played += 1
            row.legs_for += won
            row.legs_against += lost
            row.leg_difference += won - lost
            row.won += won > lost
            row.drawn += won == lost
            row.lost += won < lost
            row.points += _WIN if won > lost else _DRAW if won == lost else 0
    return list(rows.values())


def _split(
    group: list[str], rows: Mapping[str, Row], results: Sequence[Result], averages: Mapping[str, Fraction], order: Sequence[Criterion]
) -> list[list[str]]:
    """Return the group in groups that the remaining criteria do not separate."""
    if len(group) == 1 or not order:
        return [group]
    first, rest = order[0], order[1:]
    keys = _keys(group, first, rows, results, averages)
    ranked = sorted(group, key=lambda player: keys[player], reverse=True)
    return [
        part for _, level in groupby(ranked, key=lambda player: keys[player]) for part in _split(list(level), rows, results, averages, rest)
    ]


def _keys(
    group: list[str], criterion: Criterion, rows: Mapping[str, Row], results: Sequence[Result], averages: Mapping[str, Fraction]
) -> dict[str, tuple[Fraction | int, ...]]:
    if criterion == "head_to_head":
        among = [result for result in results if result[0] in group and result[1] in group]
        return {row.player: (row.points, row.leg_difference) for row in _rows(group, among)}
    if criterion == "average":
        return {player: (averages.get(player, Fraction(0)),) for player in group}
    return {player: (getattr(rows[player], criterion),) for player in group}
