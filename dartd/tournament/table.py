"""The tables of a tournament, from the results of its fixtures."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

import msgspec

from dartd.game.standings import Criterion, Row, table
from schemas.tournament import Fixture, Tournament

MOST_SEED: Final = 1 << 20  # behind every seed that is given

_NO_AVERAGES: Final[Mapping[str, Fraction]] = {}


class RankedEntrant(msgspec.Struct, frozen=True, kw_only=True):
    """An entrant in a table; `group` is None where there are no groups. A rank is shared by those whom nothing separates."""

    entrant: int
    group: int | None
    row: Row


def standings(tournament: Tournament, fixtures: Sequence[Fixture]) -> list[RankedEntrant]:
    """Return the table of a tournament: group by group, or all entrants as the knockout or the ladder has them."""
    if tournament.format == "ladder":
        return _ladder(tournament, fixtures)
    if tournament.format == "knockout":
        return knockout_table(tournament, fixtures)
    groups = sorted({each.group for each in fixtures if each.stage == "group" and each.group is not None})
    return [standing for group in groups for standing in group_table(tournament, fixtures, group)]


def group_table(tournament: Tournament, fixtures: Sequence[Fixture], group: int) -> list[RankedEntrant]:
    """Return the table of a group, the best first; who withdrew is last. Play-offs separate those whom nothing else does."""
    of_group = [each for each in fixtures if each.stage == "group" and each.group == group]
    members = sorted({side.entrant for each in of_group for side in each.sides if side.entrant is not None})
    gone = [entrant for entrant in members if tournament.entrants[entrant].withdrawn]
    here = [entrant for entrant in members if entrant not in gone]
    seeds = {entrant: tournament.entrants[entrant].seed or MOST_SEED for entrant in members}
    here.sort(key=lambda entrant: (seeds[entrant], entrant))
    ranked = _rows(here, of_group, tournament.tie_breaks, [*here, *gone])
    play_offs = [each for each in fixtures if each.stage == "play_off"]
    ranked = _separated(ranked, play_offs)
    last = _rows(gone, of_group, (), [*here, *gone])
    for row in last:
        row.rank = len(ranked) + 1
    shown = None if tournament.format == "round_robin" else group
    return [RankedEntrant(entrant=int(row.player), group=shown, row=row) for row in [*ranked, *last]]


def _rows(members: Sequence[int], fixtures: Sequence[Fixture], order: Sequence[Criterion], everybody: Sequence[int]) -> list[Row]:
    """Return the ranked rows of members; results against others of the table count as well."""
    names = [str(each) for each in everybody]
    return table(names, results_of(fixtures), averages_of(fixtures), order, ranked_players=[str(each) for each in members])


def _separated(rows: list[Row], play_offs: Sequence[Fixture]) -> list[Row]:
    """Return the rows with those of one rank in the order of the play-offs among them."""
    ranked: list[Row] = []
    for rank in sorted({row.rank for row in rows}):
        level = [row for row in rows if row.rank == rank]
        names = {row.player for row in level}
        results = [each for each in results_of(play_offs) if each[0] in names and each[1] in names]
        if len(level) > 1 and results:
            order = table([row.player for row in level], results, _NO_AVERAGES, ("points", "leg_difference"))
            place = {row.player: row.rank for row in order}
            level.sort(key=lambda row: place[row.player])
            for row in level:
                row.rank = rank + place[row.player] - 1
        ranked += level
    return ranked


def results_of(fixtures: Sequence[Fixture]) -> list[tuple[str, str, int, int]]:
    """Return the results that count, as a table takes them; a walkover is won by the legs that are needed."""
    found = []
    for each in fixtures:
        one, other = (side.entrant for side in each.sides)
        if each.status == "finished" and not each.void and each.result is not None and one is not None and other is not None:
            legs = each.result.legs or (0, 0)
            if each.result.winner is not None or each.result.draw:
                found.append((str(one), str(other), legs[0], legs[1]))
    return found


def averages_of(fixtures: Sequence[Fixture]) -> dict[str, Fraction]:
    """Return the three-dart average of each entrant over all fixtures that count."""
    points: dict[str, int] = {}
    darts: dict[str, int] = {}
    for each in fixtures:
        if each.status != "finished" or each.void or each.result is None or not each.result.darts:
            continue
        for side, scored, thrown in zip(each.sides, each.result.points, each.result.darts, strict=True):
            points[str(side.entrant)] = points.get(str(side.entrant), 0) + scored
            darts[str(side.entrant)] = darts.get(str(side.entrant), 0) + thrown
    return {entrant: Fraction(3 * points[entrant], thrown) for entrant, thrown in darts.items() if thrown}


def _plain_rows(tournament: Tournament, fixtures: Sequence[Fixture]) -> dict[int, Row]:
    found = table([str(each) for each in range(len(tournament.entrants))], results_of(fixtures), _NO_AVERAGES, ())
    return {int(row.player): row for row in found}


def knockout_table(tournament: Tournament, fixtures: Sequence[Fixture]) -> list[RankedEntrant]:
    """Return the entrants by the round in which they lost; the winners of final and third place before its losers."""
    lost_in: dict[int, float] = {}
    bracket = [each for each in fixtures if each.stage in {"knockout", "third_place"}]
    entered = {side.entrant for each in bracket for side in each.sides}
    for each in bracket:
        if each.status != "finished" or each.result is None:
            continue
        for side in each.sides:
            if side.entrant is not None and side.side != each.result.winner:
                lost_in[side.entrant] = each.round - (0.5 if each.stage == "third_place" else 0)
            elif side.entrant is not None and each.stage == "third_place":
                lost_in[side.entrant] = each.round - 0.25
    rows = _plain_rows(tournament, fixtures)
    reached = {entrant: lost_in.get(entrant, float("inf") if entrant in entered else 0.0) for entrant in rows}
    for entrant, row in rows.items():
        row.rank = 1 + sum(other > reached[entrant] for other in reached.values())
    return [RankedEntrant(entrant=each, group=None, row=rows[each]) for each in sorted(rows, key=lambda each: (rows[each].rank, each))]


def ladder_order(tournament: Tournament, fixtures: Sequence[Fixture]) -> list[int]:
    """Return the entrants of a ladder from the top: a challenger (side 0) who wins takes the place of who was challenged."""
    order = sorted(range(len(tournament.entrants)), key=lambda entrant: (tournament.entrants[entrant].seed or MOST_SEED, entrant))
    played = [each for each in fixtures if each.stage == "challenge" and each.status == "finished" and each.result is not None]
    for each in sorted(played, key=lambda each: (each.finished_at or "", each.position)):
        challenger, holder = (side.entrant for side in each.sides)
        if challenger is None or holder is None or each.result is None or each.result.winner != 0:
            continue
        if order.index(challenger) > order.index(holder):
            order.remove(challenger)
            order.insert(order.index(holder), challenger)
    return [
        *(each for each in order if not tournament.entrants[each].withdrawn),
        *(each for each in order if tournament.entrants[each].withdrawn),
    ]


def _ladder(tournament: Tournament, fixtures: Sequence[Fixture]) -> list[RankedEntrant]:
    rows = _plain_rows(tournament, fixtures)
    order = ladder_order(tournament, fixtures)
    for rank, entrant in enumerate(order, 1):
        rows[entrant].rank = rank
    return [RankedEntrant(entrant=entrant, group=None, row=rows[entrant]) for entrant in order]
