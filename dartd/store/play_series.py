"""The play of a player over time: visits, legs, matches, days, weeks or months."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.game.beds import INNER, bed_label, read_bed
from dartd.game.statistics import Figures, add_up
from dartd.game.summary import SummarisedLeg, chosen_figures
from dartd.store.days import Days
from dartd.store.listing import within
from dartd.store.projections.player_legs import LegSelection, select_legs, select_visits
from dartd.store.tables import match_visits, visits
from schemas.events import VisitThrow

Resolution = Literal["visit", "leg", "match", "day", "week", "month"]

_throws: msgspec.json.Decoder[tuple[VisitThrow, ...]] = msgspec.json.Decoder(tuple[VisitThrow, ...])


class Played(NamedTuple):
    """A visit, a leg, or all that was played in a match or a period. `key` orders what is of the same time; `hits` of the chosen bed."""

    at_s: float
    key: str
    match_id: str | None
    set_number: int | None
    leg_number: int | None
    figures: Figures
    labels: tuple[str, ...] = ()
    hits: int = 0


def series(connection: sa.Connection, selection: LegSelection, resolution: Resolution, days: Days, bed: int | None = None) -> list[Played]:
    """Return the play of a selection, the oldest first; with `bed` only that in which the bed was hit.

    Visits at the board that belong to no match are among the visits and periods, unless a game, an opponent or a match is chosen.
    """
    if resolution == "visit":
        found = _visits(connection, selection, bed)
    else:
        legs = [leg for leg in select_legs(connection, selection, with_sums=bed is not None) if leg.is_leg]
        played = [_leg(leg, selection.game, bed) for leg in legs]
        if resolution not in {"leg", "match"}:
            played += _free_visits(connection, selection, bed)
            played.sort(key=lambda each: each.at_s)
        found = played if resolution == "leg" else _grouped(played, _group_of(played, resolution, days))
    return found if bed is None else [each for each in found if each.hits]


def _leg(leg: SummarisedLeg, game: str | None, bed: int | None) -> Played:
    key = f"{leg.match_id}/{leg.set_number:03d}/{leg.leg_number:03d}"
    hits = 0 if bed is None else leg.sums.beds.get(bed, 0)
    return Played(leg.at_s, key, leg.match_id, leg.set_number, leg.leg_number, chosen_figures(leg, game), hits=hits)


def _visits(connection: sa.Connection, selection: LegSelection, bed: int | None) -> list[Played]:
    found = _free_visits(connection, selection, bed)
    for row, of_leg in select_visits(connection, selection):
        for number, visit in enumerate(of_leg):
            found.append(
                Played(
                    visit.at_s,
                    f"{row.match_id}/{row.set_number:03d}/{row.leg_number:03d}/{number:04d}/{row.side:02d}/{row.thrower}",
                    row.match_id,
                    row.set_number,
                    row.leg_number,
                    _one_visit(visit.points, visit.darts),
                    tuple(map(bed_label, visit.beds)),
                    0 if bed is None else visit.beds.count(bed),
                )
            )
    return sorted(found, key=lambda each: (each.at_s, each.key))


def _free_visits(connection: sa.Connection, selection: LegSelection, bed: int | None) -> list[Played]:
    """Return the visits at the board that belong to no match."""
    if selection.game is not None or selection.opponent is not None or selection.match_id is not None:
        return []
    of_match = sa.exists().where(match_visits.c.visit_id == visits.c.visit_id)
    chosen = sa.select(visits).where(visits.c.player_id == selection.player_id, ~of_match, *within(visits.c.at_s, selection.span))
    found = []
    for row in connection.execute(chosen.order_by(visits.c.seq)).all():
        labels = tuple(each.label for each in _throws.decode(row.throws))
        hits = 0 if bed is None else sum(_code_of(each) == bed for each in labels)
        found.append(Played(row.at_s, f"/{row.visit_id}", None, None, None, _one_visit(row.total, 3), labels, hits))
    return found


def _code_of(label: str) -> int | None:
    """Return the bed of a label, inner and outer single as one; None for a dart that was not scored."""
    try:
        return read_bed(label) & ~INNER
    except ValueError:
        return None


def _one_visit(points: int, darts: int) -> Figures:
    return Figures(points=points, darts=darts, visits=1, highest_visit=points)


def _group_of(played: Iterable[Played], resolution: Resolution, days: Days) -> Callable[[int, Played], tuple[float, str]]:
    if resolution == "match":
        last: dict[str, float] = {each.match_id or "": each.at_s for each in played}  # a match is of the time of its last leg
        return lambda _, each: (last[each.match_id or ""], each.match_id or "")
    moments = [each.at_s for each in played]
    begins = days.begins(moments, "month" if resolution == "month" else "week" if resolution == "week" else "day")
    return lambda number, _: (begins[number], "")


def _grouped(played: list[Played], group_of: Callable[[int, Played], tuple[float, str]]) -> list[Played]:
    groups: dict[tuple[float, str], list[Played]] = {}
    for number, each in enumerate(played):
        groups.setdefault(group_of(number, each), []).append(each)
    return [
        Played(at_s, key, key or None, None, None, add_up(each.figures for each in group), hits=sum(each.hits for each in group))
        for (at_s, key), group in sorted(groups.items())
    ]
