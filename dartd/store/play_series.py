"""The play of a player over time: visits, legs, matches, days, weeks or months."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import add
from typing import Any, Final, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.game.beds import INNER, bed_label, read_bed
from dartd.game.statistics import Figures
from dartd.game.summary import OF_EVERY_GAME, SCORING_GAMES
from dartd.store.days import Days, Numbered
from dartd.store.listing import Span, within
from dartd.store.projections.player_legs import LegSelection, VisitRow, conditions_of, select_visits
from dartd.store.tables import match_visits, player_legs, visits
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
    """Play, the latest first, read from the store as far as it is iterated; `total` is how much there is."""

    total: int
    played: Iterator[Played]


class _Beds(msgspec.Struct):
    """The hits of a leg alone, which are read faster than all its sums."""

    beds: dict[int, int] = msgspec.field(default_factory=dict)


class _LegFigures(NamedTuple):
    """A leg with the figures that series show, in the order of `_SHOWN`; `hits` of a bed."""

    at_s: float
    match_id: str
    set_number: int
    leg_number: int
    side: int
    thrower: int
    counts: Sequence[int]
    hits: int = 0


_SHOWN: Final = (
    "points", "darts", "first9_points", "first9_darts", "checkouts", "checkout_attempts", "visits", "legs", "legs_won",
)  # fmt: skip
_WHICH: Final = ("at_s", "match_id", "set_number", "leg_number", "side", "thrower")
_OF_EVERY_GAME = [name in OF_EVERY_GAME for name in _SHOWN]
_SHOWN_COLUMNS = tuple(player_legs.c[name] for name in (*_WHICH, "game", *_SHOWN))

_beds: msgspec.json.Decoder[_Beds] = msgspec.json.Decoder(_Beds)


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
    sums = sa.select(match_id, *_sums_of_legs(selection)).where(*_legs_of(selection)).group_by(match_id)

    def played() -> Iterator[Played]:
        for first in range(0, len(found), _CHUNK):
            chunk = dict(found[first : first + _CHUNK])
            counts = {row[0]: row[1:] for row in connection.execute(sums.where(match_id.in_(chunk)))}
            for each, at_s in chunk.items():
                yield Played(at_s, each, each, None, None, _shown(counts[each]), hits=hits[each])

    return Series(len(found), played())


def _periods(connection: sa.Connection, selection: LegSelection, period: Numbered, days: Days, bed: int | None) -> Series:
    """Return the play of days, weeks or months, added up by the database as far as it is iterated."""
    number_of = days.numbering(_first_and_last(connection, selection.player_id), period)
    of_leg, of_visit = number_of(player_legs.c.at_s), number_of(visits.c.at_s)
    found = set(connection.scalars(sa.select(of_leg).where(*_legs_of(selection)).distinct()))
    hits = _hits_of_legs(connection, selection, bed, of_leg)
    if _has_free_visits(selection):
        found.update(connection.scalars(sa.select(of_visit).where(*_free(selection)).distinct()))
        hits.update(_hits_of_visits(connection, selection, bed, of_visit))
    numbers = sorted((number for number in found if bed is None or hits[number]), reverse=True)

    def played() -> Iterator[Played]:
        for first in range(0, len(numbers), _CHUNK):
            chunk = numbers[first : first + _CHUNK]
            span = Span(after_s=days.begin_of(chunk[-1], period), before_s=days.ends(days.begin_of(chunk[0], period), period))
            counts = _sums_by_number(connection, selection._replace(span=_overlap(selection.span, span)), of_leg, of_visit)
            for each in chunk:
                yield Played(days.begin_of(each, period), "", None, None, None, _shown(counts[each]), hits=hits[each])

    return Series(len(numbers), played())


def _overlap(span: Span, other: Span) -> Span:
    after_s = [each for each in (span.after_s, other.after_s) if each is not None]
    before_s = [each for each in (span.before_s, other.before_s) if each is not None]
    return Span(after_s=max(after_s, default=None), before_s=min(before_s, default=None))


def _sums_by_number(
    connection: sa.Connection, selection: LegSelection, of_leg: sa.ColumnElement[int], of_visit: sa.ColumnElement[int]
) -> dict[int, list[int]]:
    """Return the sums of the figures in the order of `_SHOWN` by the number of the period."""
    rows = list(connection.execute(sa.select(of_leg, *_sums_of_legs(selection)).where(*_legs_of(selection)).group_by(of_leg)))
    if _has_free_visits(selection):
        rows += connection.execute(sa.select(of_visit, *_sums_of_visits()).where(*_free(selection)).group_by(of_visit))
    counts: dict[int, list[int]] = {}
    for number, *numbers in rows:
        counts[number] = list(map(add, counts[number], numbers)) if number in counts else numbers
    return counts


def _first_and_last(connection: sa.Connection, player_id: str) -> tuple[float, float]:
    """Return between which moments a player played."""
    found = []
    for table in (player_legs, visits):
        by_time = sa.select(table.c.at_s).where(table.c.player_id == player_id).limit(1)
        found += [connection.scalar(by_time.order_by(table.c.at_s)), connection.scalar(by_time.order_by(table.c.at_s.desc()))]
    moments = [at_s for at_s in found if at_s is not None]
    return (min(moments), max(moments)) if moments else (0.0, 0.0)


def _legs_of(selection: LegSelection) -> list[sa.ColumnElement[bool]]:
    return [*conditions_of(selection), player_legs.c.leg_number > 0]


def _sums_of_legs(selection: LegSelection) -> list[sa.ColumnElement[int]]:
    """Return the sums of the figures in the order of `_SHOWN`: over all games, points count in some of them alone."""
    is_whole = player_legs.c.game.in_(sorted(SCORING_GAMES))
    return [
        sa.func.sum(column if is_chosen or selection.game is not None else sa.case((is_whole, column), else_=0))
        for column, is_chosen in zip(_SHOWN_COLUMNS[-len(_SHOWN) :], _OF_EVERY_GAME, strict=True)
    ]


def _sums_of_visits() -> list[sa.ColumnElement[int]]:
    sums = {"points": sa.func.sum(visits.c.total), "darts": 3 * sa.func.count(), "visits": sa.func.count()}
    return [sums.get(name, sa.literal(0)) for name in _SHOWN]


def _hits_of_legs(connection: sa.Connection, selection: LegSelection, bed: int | None, key: sa.ColumnElement[Any]) -> Counter[Any]:
    """Return the hits of a bed in the legs of a selection by `key`; none without a bed."""
    found = Counter[Any]()
    if bed is not None:
        for group, sums in connection.execute(sa.select(key, player_legs.c.sums_body).where(*_legs_of(selection))):
            found[group] += _beds.decode(sums).beds.get(bed, 0)
    return found


def _hits_of_visits(connection: sa.Connection, selection: LegSelection, bed: int | None, key: sa.ColumnElement[Any]) -> Counter[Any]:
    """Return the hits of a bed in the visits that belong to no match by `key`; none without a bed."""
    found = Counter[Any]()
    if bed is not None:
        for group, body in connection.execute(sa.select(key, visits.c.throws).where(*_free(selection))):
            found[group] += sum(_code_of(each.label) == bed for each in _throws.decode(body))
    return found


def _figures(connection: sa.Connection, selection: LegSelection, bed: int | None) -> Iterator[_LegFigures]:
    """Yield the legs of a selection with the figures that series show, and the hits of a bed, the latest first."""
    chosen = sa.select(*_SHOWN_COLUMNS, sa.null() if bed is None else player_legs.c.sums_body)
    chosen = chosen.where(*_legs_of(selection)).order_by(player_legs.c.at_s.desc())
    for at_s, match_id, set_number, leg_number, side, thrower, game, *numbers, sums in connection.execute(chosen):
        is_whole = selection.game is not None or game in SCORING_GAMES
        counts = numbers if is_whole else [number * is_chosen for number, is_chosen in zip(numbers, _OF_EVERY_GAME, strict=True)]
        hits = 0 if bed is None else _beds.decode(sums).beds.get(bed, 0)
        yield _LegFigures(at_s, match_id, set_number, leg_number, side, thrower, counts, hits)


def _count_visits(connection: sa.Connection, selection: LegSelection) -> int:
    """Return how many visits the legs of a selection have."""
    number = sa.func.coalesce(sa.func.sum(player_legs.c.visits + player_legs.c.marks_visits), 0)
    return int(connection.execute(sa.select(number).where(*_legs_of(selection))).scalar_one())


def _shown(counts: Iterable[int]) -> Figures:
    return Figures(**dict(zip(_SHOWN, counts, strict=True)), best_legs={})


def _legs(connection: sa.Connection, selection: LegSelection, bed: int | None) -> Series:
    played = _latest_first((leg.at_s, [_leg(leg)]) for leg in _figures(connection, selection, bed))
    if bed is None:
        number = sa.select(sa.func.count()).select_from(player_legs).where(*_legs_of(selection))
        return Series(connection.execute(number).scalar_one(), played)
    found = [each for each in played if each.hits]
    return Series(len(found), iter(found))


def _leg(leg: _LegFigures) -> Played:
    key = f"{leg.match_id}/{leg.set_number:03d}/{leg.leg_number:03d}/{leg.side:02d}/{leg.thrower}"
    return Played(leg.at_s, key, leg.match_id, leg.set_number, leg.leg_number, _shown(leg.counts), hits=leg.hits)


def _time(played: Played) -> tuple[float, str]:
    return played.at_s, played.key


def _visits(connection: sa.Connection, selection: LegSelection, bed: int | None) -> Series:
    of_legs = ((row.at_s, list(_of_leg(row, of_leg, bed))) for row, of_leg in select_visits(connection, selection))
    free = ((visit.at_s, [visit]) for visit in _free_visits(connection, selection, bed))
    played = _latest_first(heapq.merge(of_legs, free, key=lambda row: -row[0]))
    if bed is None:
        return Series(_count_visits(connection, selection) + _count_free_visits(connection, selection), played)
    found = list(played)
    return Series(len(found), iter(found))


def _latest_first(rows: Iterable[tuple[float, list[Played]]]) -> Iterator[Played]:
    """Yield visits by time: `rows` come by the time after which they have no visit, the latest first."""
    waiting: list[Played] = []  # in order; an earlier row may have visits between them
    for at_s, played in rows:
        later = next((number for number, each in enumerate(waiting) if each.at_s <= at_s), len(waiting))
        yield from waiting[:later]
        waiting = sorted([*waiting[later:], *played], key=_time, reverse=True)
    yield from waiting


def _of_leg(row: Any, of_leg: Iterable[VisitRow], bed: int | None) -> Iterator[Played]:
    for number, visit in enumerate(of_leg):
        hits = 0 if bed is None else visit.beds.count(bed)
        if bed is not None and not hits:
            continue
        yield Played(
            min(visit.at_s, row.at_s),  # one that a correction added afterwards is of the time of its leg
            f"{row.match_id}/{row.set_number:03d}/{row.leg_number:03d}/{number:04d}/{row.side:02d}/{row.thrower}",
            row.match_id,
            row.set_number,
            row.leg_number,
            _one_visit(visit.points, visit.darts),
            tuple(map(bed_label, visit.beds)),
            hits,
        )


def _free(selection: LegSelection) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a visit at the board belongs to no match."""
    of_match = sa.exists().where(match_visits.c.visit_id == visits.c.visit_id)
    return [visits.c.player_id == selection.player_id, ~of_match, *within(visits.c.at_s, selection.span)]


def _has_free_visits(selection: LegSelection) -> bool:
    return selection.game is None and selection.opponent is None and selection.match_id is None


def _count_free_visits(connection: sa.Connection, selection: LegSelection) -> int:
    if not _has_free_visits(selection):
        return 0
    return connection.execute(sa.select(sa.func.count()).select_from(visits).where(*_free(selection))).scalar_one()


def _free_visits(connection: sa.Connection, selection: LegSelection, bed: int | None) -> Iterator[Played]:
    """Yield the visits at the board that belong to no match, the latest first."""
    if not _has_free_visits(selection):
        return
    in_order = sa.select(visits.c.visit_id).where(*_free(selection)).order_by(visits.c.at_s.desc(), visits.c.visit_id.desc())
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
