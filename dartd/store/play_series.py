"""The play of a player over time: visits, legs, matches, days, weeks or months."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import add
from typing import Any, Final, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.game.beds import INNER, SCORING, bed_label, read_bed
from dartd.game.statistics import Figures
from dartd.game.summary import OF_EVERY_GAME, SCORING_GAMES
from dartd.store.days import Days, Numbered
from dartd.store.leg_tables import SHOWN_FIGURES
from dartd.store.listing import Span, within
from dartd.store.projections.leg_beds import LEG_KEY, hit
from dartd.store.projections.player_legs import LegSelection, VisitRow, conditions_of, select_visits
from dartd.store.tables import free_visits, leg_beds, player_legs, visits
from schemas.events import VisitThrow

Resolution = Literal["visit", "leg", "match", "day", "week", "month"]

_CHUNK: Final = 200  # visits or periods read at once: some pages

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


class Series(NamedTuple):
    """Play, the latest first, read from the store as far as it is iterated; `size` returns how much there is."""

    size: Callable[[], int]
    played: Iterator[Played]


_OF_EVERY_GAME: Final = [name in OF_EVERY_GAME for name in SHOWN_FIGURES]
_KEY: Final = tuple(player_legs.c[name] for name in LEG_KEY)
_COUNTS: Final = tuple(player_legs.c[name] for name in SHOWN_FIGURES)


def series(connection: sa.Connection, selection: LegSelection, resolution: Resolution, days: Days, bed: int | None = None) -> Series:
    """Return the play of a selection; with `bed` only that in which the bed was hit.

    Visits at the board that belong to no match are among the visits and periods, unless a game, an opponent or a match is chosen.
    """
    if resolution == "visit":
        return _visits(connection, selection, bed)
    if resolution == "leg":
        return _legs(connection, selection, bed)
    if resolution == "match":
        return _matches(connection, selection, bed)
    return _periods(connection, selection, resolution, days, bed)


def _matches(connection: sa.Connection, selection: LegSelection, bed: int | None) -> Series:
    match_id, at_s = player_legs.c.match_id, sa.func.max(player_legs.c.at_s)  # a match is of the time of its last leg
    hits = _hits_of_legs(connection, selection, bed, match_id)
    chosen = sa.select(match_id, at_s).where(*_legs_of(selection)).group_by(match_id).order_by(at_s.desc(), match_id.desc())
    found = [(match_id, at_s) for match_id, at_s in connection.execute(chosen) if bed is None or hits[match_id]]

    def played() -> Iterator[Played]:
        for first in range(0, len(found), _CHUNK):
            chunk = dict(found[first : first + _CHUNK])
            counts = _sums_of_legs(connection, selection, match_id, match_id.in_(chunk))
            for each, at_s in chunk.items():
                yield Played(at_s, each, each, None, None, _shown(counts[each]), hits=hits[each])

    return Series(found.__len__, played())


def _periods(connection: sa.Connection, selection: LegSelection, period: Numbered, days: Days, bed: int | None) -> Series:
    """Return the play of days, weeks or months, added up by the database as far as it is iterated."""
    number_of = days.numbering(_first_and_last(connection, selection.player_id), period)
    of_leg, of_visit = number_of(player_legs.c.at_s), number_of(free_visits.c.at_s)
    hits = _hits_of_legs(connection, selection, bed, of_leg)
    found = set(hits) if bed is not None else set(connection.scalars(sa.select(of_leg).where(*_legs_of(selection)).distinct()))
    if _has_free_visits(selection):
        hits.update(_hits_of_visits(connection, selection, bed, of_visit))
        found.update(hits)
        if bed is None:
            found.update(connection.scalars(sa.select(of_visit).where(*_free(selection)).distinct()))
    numbers = sorted(found, reverse=True)

    def played() -> Iterator[Played]:
        for first in range(0, len(numbers), _CHUNK):
            chunk = numbers[first : first + _CHUNK]
            began_s, ends_s = days.begin_of(chunk[-1], period), days.ends(days.begin_of(chunk[0], period), period)
            within_chunk = selection._replace(span=_overlap(selection.span, Span(after_s=began_s, before_s=ends_s)))
            # Within a chunk the clock is changed seldom, so that its numbers are cheaper than those of a career.
            counts = _sums_by_number(connection, within_chunk, days.numbering((began_s, ends_s), period))
            for each in chunk:
                yield Played(days.begin_of(each, period), "", None, None, None, _shown(counts[each]), hits=hits[each])

    return Series(numbers.__len__, played())


def _overlap(span: Span, other: Span) -> Span:
    after_s = [each for each in (span.after_s, other.after_s) if each is not None]
    before_s = [each for each in (span.before_s, other.before_s) if each is not None]
    return Span(after_s=max(after_s, default=None), before_s=min(before_s, default=None))


def _sums_by_number(
    connection: sa.Connection, selection: LegSelection, number_of: Callable[[sa.ColumnElement[float]], sa.ColumnElement[int]]
) -> dict[int, list[int]]:
    """Return the sums of the figures in the order of `SHOWN_FIGURES` by the number of the period."""
    counts = _sums_of_legs(connection, selection, number_of(player_legs.c.at_s))
    of_visit = number_of(free_visits.c.at_s)
    if _has_free_visits(selection):
        for number, *sums in connection.execute(sa.select(of_visit, *_sums_of_visits()).where(*_free(selection)).group_by(of_visit)):
            _add(counts, number, sums)
    return counts


def _add(counts: dict[Any, list[int]], key: object, sums: list[int]) -> None:
    counts[key] = list(map(add, counts[key], sums)) if key in counts else sums


def _first_and_last(connection: sa.Connection, player_id: str) -> tuple[float, float]:
    """Return between which moments a player played."""
    found = []
    for table in (player_legs, free_visits):
        by_time = sa.select(table.c.at_s).where(table.c.player_id == player_id).limit(1)
        found += [connection.scalar(by_time.order_by(table.c.at_s)), connection.scalar(by_time.order_by(table.c.at_s.desc()))]
    moments = [at_s for at_s in found if at_s is not None]
    return (min(moments), max(moments)) if moments else (0.0, 0.0)


def _legs_of(selection: LegSelection) -> list[sa.ColumnElement[bool]]:
    return [*conditions_of(selection), player_legs.c.leg_number > 0]


def _sums_of_legs(
    connection: sa.Connection, selection: LegSelection, key: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]
) -> dict[Any, list[int]]:
    """Return the sums of the figures of legs in the order of `SHOWN_FIGURES` by `key`."""
    game = player_legs.c.game
    chosen = sa.select(key, game, *(sa.func.sum(column) for column in _COUNTS)).where(*_legs_of(selection), *conditions).group_by(key, game)
    counts: dict[Any, list[int]] = {}
    for number, of_game, *sums in connection.execute(chosen):
        _add(counts, number, _chosen(selection, of_game, sums))
    return counts


def _chosen(selection: LegSelection, game: str, counts: Sequence[int]) -> list[int]:
    """Return what legs of a game add to a selection: over all games, points count in some of them alone."""
    if selection.game is not None or game in SCORING_GAMES:
        return list(counts)
    return [number * is_chosen for number, is_chosen in zip(counts, _OF_EVERY_GAME, strict=True)]


def _sums_of_visits() -> list[sa.ColumnElement[int]]:
    sums = {"points": sa.func.sum(free_visits.c.total), "darts": 3 * sa.func.count(), "visits": sa.func.count()}
    return [sums.get(name, sa.literal(0)) for name in SHOWN_FIGURES]


def _hits_of_legs(connection: sa.Connection, selection: LegSelection, bed: int | None, key: sa.ColumnElement[Any]) -> Counter[Any]:
    """Return the hits of a bed in the legs of a selection by `key`; none without a bed."""
    if bed is None:
        return Counter()
    chosen = sa.select(key, sa.func.sum(leg_beds.c.hits)).where(*_legs_of(selection), *hit(bed)).group_by(key)
    return Counter({group: int(hits) for group, hits in connection.execute(chosen)})


def _hits_of_visits(connection: sa.Connection, selection: LegSelection, bed: int | None, key: sa.ColumnElement[Any]) -> Counter[Any]:
    """Return the hits of a bed in the visits that belong to no match by `key`; none without a bed."""
    found = Counter[Any]()
    if bed is not None:
        for group, body in connection.execute(sa.select(key, visits.c.throws).where(*_free(selection, bed))):
            if hits := sum(_code_of(each.label) == bed for each in _throws.decode(body)):
                found[group] += hits
    return found


def _count_visits(connection: sa.Connection, selection: LegSelection, bed: int | None) -> int:
    """Return how many visits the legs of a selection have; with `bed` only those that hit it."""
    number = player_legs.c.visits + player_legs.c.marks_visits if bed is None else leg_beds.c.visits
    chosen = sa.select(sa.func.coalesce(sa.func.sum(number), 0)).where(*_legs_of(selection), *([] if bed is None else hit(bed)))
    return int(connection.execute(chosen).scalar_one())


def _shown(counts: Iterable[int]) -> Figures:
    return Figures(**dict(zip(SHOWN_FIGURES, counts, strict=True)), best_legs={})


def _legs(connection: sa.Connection, selection: LegSelection, bed: int | None) -> Series:
    conditions = [*_legs_of(selection), *([] if bed is None else hit(bed))]
    chosen = sa.select(player_legs.c.at_s, *_KEY, player_legs.c.game, sa.literal(0) if bed is None else leg_beds.c.hits, *_COUNTS)

    def count() -> int:
        return connection.execute(sa.select(sa.func.count()).select_from(player_legs).where(*conditions)).scalar_one()

    rows = connection.execute(chosen.where(*conditions).order_by(player_legs.c.at_s.desc()))
    return Series(count, _latest_first((row.at_s, [_leg(selection, row)]) for row in rows))


def _leg(selection: LegSelection, row: Any) -> Played:
    at_s, match_id, set_number, leg_number, side, thrower, game, hits, *counts = row
    key = f"{match_id}/{set_number:03d}/{leg_number:03d}/{side:02d}/{thrower}"
    return Played(at_s, key, match_id, set_number, leg_number, _shown(_chosen(selection, game, counts)), hits=hits)


def _time(played: Played) -> tuple[float, str]:
    return played.at_s, played.key


def _visits(connection: sa.Connection, selection: LegSelection, bed: int | None) -> Series:
    conditions = [] if bed is None else [sa.exists().where(*hit(bed))]
    of_legs = ((row.at_s, list(_of_leg(row, of_leg, bed))) for row, of_leg in select_visits(connection, selection, *conditions))
    free = ((visit.at_s, [visit]) for visit in _free_visits(connection, selection, bed))
    played = _latest_first(heapq.merge(of_legs, free, key=lambda row: -row[0]))
    return Series(lambda: _count_visits(connection, selection, bed) + _count_free_visits(connection, selection, bed), played)


def _latest_first(rows: Iterable[tuple[float, list[Played]]]) -> Iterator[Played]:
    """Yield visits by time: `rows` come by the time after which they have no visit, the latest first."""
    waiting: list[Played] = []  # in order; an earlier row may have visits between them
    for at_s, played in rows:
        later = next((number for number, each in enumerate(waiting) if each.at_s <= at_s), len(waiting))
        yield from waiting[:later]
        waiting = sorted([*waiting[later:], *played], key=_time, reverse=True)
    yield from waiting


def _of_leg(row: Any, of_leg: Iterable[VisitRow], bed: int | None) -> Iterator[Played]:
    before, after = f"{row.match_id}/{row.set_number:03d}/{row.leg_number:03d}", f"{row.side:02d}/{row.thrower}"
    for number, visit in enumerate(of_leg):
        hits = 0 if bed is None else visit.beds.count(bed)
        if bed is not None and not hits:
            continue
        yield Played(
            min(visit.at_s, row.at_s),  # one that a correction added afterwards is of the time of its leg
            f"{before}/{number:04d}/{after}",
            row.match_id,
            row.set_number,
            row.leg_number,
            _one_visit(visit.points, visit.darts),
            tuple(map(bed_label, visit.beds)),
            hits,
        )


def _free(selection: LegSelection, bed: int | None = None) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of a player's visits of no match; with `bed` those, of `visits` too, that their darts may have hit it."""
    found = [free_visits.c.player_id == selection.player_id, *within(free_visits.c.at_s, selection.span)]
    if bed is not None:
        found.append(visits.c.visit_id == free_visits.c.visit_id)
        if bed in SCORING:  # it has one label, and a miss has many
            found.append(visits.c.throws.contains(f'"label":"{bed_label(bed)}"'))
    return found


def _has_free_visits(selection: LegSelection) -> bool:
    return selection.game is None and selection.opponent is None and selection.match_id is None


def _count_free_visits(connection: sa.Connection, selection: LegSelection, bed: int | None) -> int:
    if not _has_free_visits(selection):
        return 0
    if bed is not None:
        return sum(1 for _ in _free_visits(connection, selection, bed))
    return connection.execute(sa.select(sa.func.count()).select_from(free_visits).where(*_free(selection))).scalar_one()


def _free_visits(connection: sa.Connection, selection: LegSelection, bed: int | None) -> Iterator[Played]:
    """Yield the visits at the board that belong to no match, the latest first."""
    if not _has_free_visits(selection):
        return
    in_order = (
        sa.select(free_visits.c.visit_id).where(*_free(selection, bed)).order_by(free_visits.c.at_s.desc(), free_visits.c.visit_id.desc())
    )
    visit_ids = connection.execute(in_order).scalars().all()
    for first in range(0, len(visit_ids), _CHUNK):
        chunk = visit_ids[first : first + _CHUNK]
        rows = {row.visit_id: row for row in connection.execute(sa.select(visits).where(visits.c.visit_id.in_(chunk)))}
        yield from (visit for visit_id in chunk if (visit := _free_visit(rows[visit_id], bed)) is not None)


def _free_visit(row: Any, bed: int | None) -> Played | None:
    labels = tuple(each.label for each in _throws.decode(row.throws))
    hits = 0 if bed is None else sum(_code_of(each) == bed for each in labels)
    if bed is not None and not hits:
        return None
    return Played(row.at_s, f"/{row.visit_id}", None, None, None, _one_visit(row.total, 3), labels, hits)


def _code_of(label: str) -> int | None:
    """Return the bed of a label, inner and outer single as one; None for a dart that was not scored."""
    try:
        return read_bed(label) & ~INNER
    except ValueError:
        return None


def _one_visit(points: int, darts: int) -> Figures:
    return Figures(points=points, darts=darts, visits=1, highest_visit=points)
