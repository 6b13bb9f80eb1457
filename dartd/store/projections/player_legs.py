"""What each player did in each leg, as integers: every statistic is added up from these rows.

Where the darts hit is taken from the table of throws, which must be folded first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.game.beds import read_bed
from dartd.game.grouping import Grouping, Point, group_visits
from dartd.game.statistics import Figures, add_up
from dartd.game.summary import SCORING_GAMES, LegSums, SummarisedLeg, chosen_figures, summary_of
from dartd.store.listing import ALWAYS, Span, within
from dartd.store.projections.free_visits import drop_visits, note_completed, note_visits, rename_player, settle_visits
from dartd.store.projections.leg_beds import LEG_KEY, beds_of, drop_beds, store_beds
from dartd.store.projections.player_periods import (
    BLOCK_WEEKS,
    Cut,
    PeriodLeg,
    PeriodSums,
    cells_of,
    cut,
    drop_periods,
    period_of,
    select_cells,
    select_periods,
    span_of,
    store_block,
    store_period,
    sums_of,
)
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import FIGURES, free_visits, leg_beds, match_visits, player_legs, player_periods, throws
from dartd.store.timestamps import seconds_of_timestamp
from schemas.codec import encode_json
from schemas.events import EntityDeleted, PlayedLeg, PlayedVisit, PlayerErased, PlayerMerged, StatisticsUpdated, VisitCompleted

FORM_LEGS = 20  # that the form is computed from
_CHANGED = "player_legs.changed"  # key of what is noted with a connection
_DIGITS = 3  # of millimetres in stored points
_STEP = 2.0**-20  # of the sums of a grouping, a millionth of a mm or mm²


class VisitRow(NamedTuple):
    """A visit of a leg; `beds` are codes, empty when it was written down as a total."""

    points: int
    darts: int
    beds: list[int]
    at_s: float


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of the legs of players."""
    event = recorded.event
    match event:
        case StatisticsUpdated():
            _store(connection, recorded, event)
        case VisitCompleted():
            note_completed(connection, event, recorded.seq)
        case PlayerMerged():
            mine = player_legs.c.player_id == event.player_id
            changed = _finished(connection, player_legs.c.match_id.in_(sa.select(player_legs.c.match_id).where(mine)))
            connection.execute(sa.update(player_legs).where(mine).values(player_id=event.into_player_id))
            drop_periods(connection, event.player_id)
            rename_player(connection, event.player_id, event.into_player_id)
            _note(connection, {(event.into_player_id if who == event.player_id else who, period) for who, period in changed})
        case PlayerErased():
            mine = player_legs.c.player_id == event.player_id
            changed = _finished(connection, player_legs.c.match_id.in_(sa.select(player_legs.c.match_id).where(mine)))
            drop_beds(connection, event.player_id)
            connection.execute(sa.delete(player_legs).where(mine))
            drop_periods(connection, event.player_id)
            drop_visits(connection, event.player_id)
            _note(connection, {each for each in changed if each[0] != event.player_id})
        case EntityDeleted():
            if event.entity_type == "match":
                of_match = player_legs.c.match_id == event.entity_id
                changed = _finished(connection, of_match)
                connection.execute(sa.delete(player_legs).where(of_match))
                connection.execute(sa.delete(leg_beds).where(leg_beds.c.match_id == event.entity_id))
                _note(connection, changed)
        case _:
            raise TypeError(f"{type(event).__name__} is not followed by this projection")


def _note(connection: sa.Connection, changed: Iterable[tuple[str, int]]) -> None:
    """Note the players and periods that are to be added up again."""
    connection.info.setdefault(_CHANGED, set()).update(changed)


def settle(connection: sa.Connection) -> None:
    """Store the visits of no match, and add up the weeks and blocks that changed.

    An import adds thousands of legs of a week, which must not be added up after each of them.
    """
    settle_visits(connection)
    changed: set[tuple[str, int]] = connection.info.pop(_CHANGED, set())
    for player_id, period in sorted(changed):
        store_period(connection, player_id, period, legs_of_period(connection, player_id, period))
    for player_id, block in sorted({(player_id, period // BLOCK_WEEKS) for player_id, period in changed}):
        store_block(connection, player_id, block)


PROJECTION = Projection(
    name="player_legs",
    version=5,
    tables=(player_legs, leg_beds, player_periods, match_visits, free_visits),
    follows=(StatisticsUpdated, VisitCompleted, PlayerMerged, PlayerErased, EntityDeleted),
    fold=fold,
    settle=settle,
)


class LegSelection(NamedTuple):
    """Which legs of a player: of a game, a span, against an opponent, of a match; a leg that runs is left out of all but the last."""

    player_id: str
    game: str | None = None
    span: Span = ALWAYS
    opponent: str | None = None
    match_id: str | None = None
    with_running: bool = False  # take it in all the same


_OF_LEG = ("match_id", "set_number", "leg_number", "at_s", "game")
_SUMMARISED = tuple(player_legs.c[name] for name in (*_OF_LEG, *FIGURES, "best_start", "best_darts", "sums_body"))
_KEY = tuple(player_legs.c[name] for name in LEG_KEY)
_BEFORE = tuple(player_legs.c[name] for name in ("player_id", "finished", "seq", "at_s", "visits_body"))
_sums: msgspec.json.Decoder[LegSums] = msgspec.json.Decoder(LegSums)
_visits: msgspec.json.Decoder[list[VisitRow]] = msgspec.json.Decoder(list[VisitRow])
_points: msgspec.json.Decoder[list[Point]] = msgspec.json.Decoder(list[Point])


def select_legs(connection: sa.Connection, selection: LegSelection, *, with_sums: bool = True) -> list[SummarisedLeg]:
    """Return the legs of a selection, the oldest first, and the matches themselves; beds, targets and visits only `with_sums`."""
    chosen = sa.select(*(_SUMMARISED if with_sums else (*_SUMMARISED[:-1], sa.null()))).where(*conditions_of(selection))
    rows = connection.execute(chosen.order_by(player_legs.c.at_s, player_legs.c.seq, player_legs.c.leg_number)).all()
    return [_summarised(row) for row in rows]


class CareerSummary(NamedTuple):
    """The figures of a selection as integers, and all statistics of it."""

    total: Figures
    statistics: dict[str, Any]


def summarise(connection: sa.Connection, selection: LegSelection) -> CareerSummary:
    """Return all statistics of a selection, as `summary` gives them of its legs; whole weeks are added up already."""
    parts = _parts(connection, selection)
    visits = [points for part in parts for points in part.sums.visits]
    total = add_up(part.figures for part in parts)
    return CareerSummary(total, summary_of(total, [part.sums for part in parts], visits, latest_legs(connection, selection)))


def _whole(selection: LegSelection) -> Cut | None:
    """Return the span of a selection cut at whole weeks, None when it is read leg by leg."""
    return cut(selection.span) if selection.match_id is None and not selection.with_running else None


def _parts(connection: sa.Connection, selection: LegSelection) -> list[PeriodSums]:
    """Return the sums of whole weeks and of the legs before and after them, the oldest first."""
    whole = _whole(selection)
    if whole is None:
        return [sums_of(select_legs(connection, selection), selection.game)]
    ends = [
        [] if span is None else [sums_of(select_legs(connection, selection._replace(span=span)), selection.game)]
        for span in (whole.before, whole.after)
    ]
    return [*ends[0], *select_periods(connection, selection.player_id, selection.game, whole, selection.opponent), *ends[1]]


def latest_players(connection: sa.Connection, limit: int) -> list[str]:
    """Return the players who played last."""
    chosen = sa.select(player_legs.c.player_id).group_by(player_legs.c.player_id).order_by(sa.func.max(player_legs.c.at_s).desc())
    return list(connection.scalars(chosen.where(player_legs.c.player_id != "").limit(limit)))


def latest_legs(connection: sa.Connection, selection: LegSelection) -> list[Figures]:
    """Return the figures of the last legs of a selection, the oldest first: as many as the form is computed from."""
    counted = [*conditions_of(selection), player_legs.c.leg_number > 0, player_legs.c.darts > 0]
    if selection.game is None:
        counted.append(player_legs.c.game.in_(sorted(SCORING_GAMES)))
    latest_first = (player_legs.c.at_s.desc(), player_legs.c.seq.desc(), player_legs.c.leg_number.desc())
    rows = connection.execute(sa.select(*_SUMMARISED).where(*counted).order_by(*latest_first).limit(FORM_LEGS)).all()
    return [_summarised(row).figures for row in reversed(rows)]


def total_with_running(connection: sa.Connection, player_id: str) -> Figures:
    """Return the sums of all figures of a player, those of the legs that run as well."""
    finished = [part.figures for part in _parts(connection, LegSelection(player_id))]
    running = sa.select(*_SUMMARISED[:-1], sa.null()).where(player_legs.c.player_id == player_id, player_legs.c.finished.is_(False))
    return add_up([*finished, *(chosen_figures(_summarised(row), None) for row in connection.execute(running))])


def select_visits(
    connection: sa.Connection, selection: LegSelection, *conditions: sa.ColumnElement[bool]
) -> Iterator[tuple[Any, list[VisitRow]]]:
    """Yield the legs of a selection, the latest first, each with its visits; rows have also `side` and `thrower`."""
    names = (*_OF_LEG, "side", "thrower", "visits_body")
    chosen = sa.select(*(player_legs.c[name] for name in names)).where(*conditions_of(selection), player_legs.c.leg_number > 0, *conditions)
    for row in connection.execute(chosen.order_by(player_legs.c.at_s.desc(), player_legs.c.seq.desc())):
        yield row, _visits.decode(row.visits_body)


def select_points(connection: sa.Connection, selection: LegSelection) -> list[Point]:
    """Return where the measured darts of a selection hit, in mm from the centre."""
    chosen = sa.select(player_legs.c.points_body).where(*conditions_of(selection), player_legs.c.leg_number > 0)
    return [point for row in connection.execute(chosen) for point in _points.decode(row.points_body)]


def heat_map(connection: sa.Connection, selection: LegSelection) -> dict[int, int]:
    """Return how many measured darts of a selection hit each cell, by its code; whole weeks are added up already."""
    whole = _whole(selection)
    spans = [selection.span] if whole is None else [span for span in (whole.before, whole.after) if span is not None]
    total = Counter[int]()
    for span in spans:
        total.update(cells_of(select_points(connection, selection._replace(span=span))))
    if whole is not None:
        for cells in select_cells(connection, selection.player_id, selection.game, whole, selection.opponent):
            total.update(cells)
    return total


def sums_by_player(connection: sa.Connection, games: Iterable[str], span: Span = ALWAYS) -> dict[str, Figures]:
    """Return the figures of every player over the finished legs of some games."""
    columns = [sa.func.max(player_legs.c[name]) if name.startswith("highest") else sa.func.sum(player_legs.c[name]) for name in FIGURES]
    chosen = sa.select(player_legs.c.player_id, *columns, sa.func.min(player_legs.c.best_darts)).group_by(player_legs.c.player_id)
    conditions = [player_legs.c.finished.is_(True), player_legs.c.game.in_(sorted(games)), *within(player_legs.c.at_s, span)]
    found = {}
    for player_id, *numbers, best in connection.execute(chosen.where(*conditions)):
        best_legs = {} if best is None else {0: best}
        found[player_id] = Figures(**dict(zip(FIGURES, numbers, strict=True)), best_legs=best_legs)
    return found


def conditions_of(selection: LegSelection) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a row is of a selection."""
    found: list[sa.ColumnElement[bool]] = [player_legs.c.player_id == selection.player_id, *within(player_legs.c.at_s, selection.span)]
    if selection.game is not None:
        found.append(player_legs.c.game == selection.game)
    if selection.match_id is not None:
        found.append(player_legs.c.match_id == selection.match_id)
    elif not selection.with_running:
        found.append(player_legs.c.finished.is_(True))
    if selection.opponent is not None:
        other = player_legs.alias()
        # As an expression, so that the rows of one match are looked through and not, for each leg, all rows of the opponent.
        is_opponent = sa.func.coalesce(other.c.player_id, "") == selection.opponent
        against = (other.c.match_id == player_legs.c.match_id, other.c.side != player_legs.c.side)
        found.append(sa.exists().where(*against, is_opponent).correlate(player_legs))
    return found


def _summarised(row: Any) -> SummarisedLeg:
    match_id, set_number, leg_number, at_s, game, *numbers, best_start, best_darts, sums = row
    best_legs = {} if best_start is None else {best_start: best_darts}
    return SummarisedLeg(
        match_id=match_id,
        set_number=set_number,
        leg_number=leg_number,
        at_s=at_s,
        game=game,
        figures=Figures(**dict(zip(FIGURES, numbers, strict=True)), best_legs=best_legs),
        sums=LegSums() if sums is None else _sums.decode(sums),
    )


def _store(connection: sa.Connection, recorded: Recorded, event: StatisticsUpdated) -> None:
    """Replace the legs of an event, all of them with few statements: a correction can change every leg of a long match."""
    chosen = sa.select(*_KEY, *_BEFORE).where(player_legs.c.match_id == event.match_id)
    if len(event.legs) == 1:
        leg = event.legs[0]
        chosen = chosen.where(player_legs.c.set_number == leg.set, player_legs.c.leg_number == leg.leg)
    known = {(row.set_number, row.leg_number, row.side, row.thrower): row for row in connection.execute(chosen)}
    before = [known.get((leg.set, leg.leg, leg.side, leg.thrower)) for leg in event.legs]
    if gone := [{f"old_{name}": getattr(row, name) for name in LEG_KEY} for row in before if row is not None]:
        for table in (player_legs, leg_beds):
            connection.execute(sa.delete(table).where(*(table.c[name] == sa.bindparam(f"old_{name}") for name in LEG_KEY)), gone)
    stored = [
        (_row(connection, recorded, event, leg, was), leg) for leg, was in zip(event.legs, before, strict=True) if leg.counts is not None
    ]
    rows = [row for row, _ in stored]
    if rows:
        connection.execute(sa.insert(player_legs), rows)
        store_beds(connection, ((row, leg.visits) for row, leg in stored))
    changed = {(row.player_id, period_of(row.at_s)) for row in before if row is not None and row.finished}
    changed |= {(row["player_id"], period_of(row["at_s"])) for row in rows if row["finished"]}
    if None in before or len(rows) < len(event.legs):  # the others may have an opponent more, or less
        changed |= _finished(connection, player_legs.c.match_id == event.match_id)
    _note(connection, changed)


def _finished(connection: sa.Connection, where: sa.ColumnElement[bool]) -> set[tuple[str, int]]:
    """Return the players and periods of finished legs."""
    chosen = sa.select(player_legs.c.player_id, player_legs.c.at_s).where(where, player_legs.c.finished.is_(True))
    return {(row.player_id, period_of(row.at_s)) for row in connection.execute(chosen)}


def legs_of_period(connection: sa.Connection, player_id: str, period: int) -> list[PeriodLeg]:
    """Return the finished legs of a player in a period, the oldest first, each with its opponents."""
    conditions = conditions_of(LegSelection(player_id, span=span_of(period)))
    chosen = sa.select(*_SUMMARISED, player_legs.c.side, player_legs.c.points_body).where(*conditions)
    rows = connection.execute(chosen.order_by(player_legs.c.at_s, player_legs.c.seq, player_legs.c.leg_number)).all()
    columns = (player_legs.c.match_id, player_legs.c.side, player_legs.c.player_id)
    sides: dict[str, set[tuple[int, str]]] = {}
    for match_id, side, who in connection.execute(
        sa.select(*columns).distinct().where(player_legs.c.match_id.in_({row.match_id for row in rows}))
    ):
        sides.setdefault(match_id, set()).add((side, who))
    return [
        PeriodLeg(
            _summarised(row[:-2]),
            frozenset(who for side, who in sides[row.match_id] if side != row.side),
            _points.decode(row.points_body),
        )
        for row in rows
    ]


def _row(connection: sa.Connection, recorded: Recorded, event: StatisticsUpdated, leg: PlayedLeg, before: Any) -> dict[str, Any]:
    was_finished = before is not None and before.finished and leg.finished and leg.leg > 0
    now_s = recorded.at_s if event.played_at is None else seconds_of_timestamp(event.played_at)
    seq, at_s = (before.seq, before.at_s) if before is not None and was_finished else (recorded.seq, now_s)
    measured = _measured(connection, event.match_id, leg.visits)
    counts = msgspec.convert(leg.counts, Figures, strict=False)
    best_start, best_darts = next(iter(counts.best_legs.items()), (None, None))
    return {
        "match_id": event.match_id,
        "set_number": leg.set,
        "leg_number": leg.leg,
        "side": leg.side,
        "thrower": leg.thrower,
        "player_id": event.player_id,
        "seq": seq,
        "at_s": at_s,
        "game": leg.game,
        "finished": leg.finished,
        **{name: getattr(counts, name) for name in FIGURES},
        "best_start": best_start,
        "best_darts": best_darts,
        "sums_body": encode_json(_sums_of(leg, measured)).decode(),
        "visits_body": encode_json(_visits_of(leg, before, now_s)).decode(),
        "points_body": encode_json([point for visit in measured for point in visit]).decode(),
    }


def _measured(connection: sa.Connection, match_id: str, visits: Sequence[PlayedVisit]) -> list[list[Point]]:
    """Return where the darts of each visit hit, as far as cameras measured it; note the visits of the board as visits of the match."""
    dart_ids = [dart_id for visit in visits for dart_id in visit.dart_ids]
    if not dart_ids:
        return []
    columns = (throws.c.throw_id, throws.c.visit_id, throws.c.x_mm, throws.c.y_mm)
    found = {row.throw_id: row for row in connection.execute(sa.select(*columns).where(throws.c.throw_id.in_(dart_ids)))}
    of_board = {row.visit_id for row in found.values()}
    known = set(connection.execute(sa.select(match_visits.c.visit_id).where(match_visits.c.visit_id.in_(of_board))).scalars())
    note_visits(connection, of_board - known)
    for visit_id in sorted(of_board - known):
        connection.execute(sa.insert(match_visits).values(visit_id=visit_id, match_id=match_id))
    return [
        [
            (round(found[dart_id].x_mm, _DIGITS), round(found[dart_id].y_mm, _DIGITS))
            for dart_id in visit.dart_ids
            if dart_id in found and found[dart_id].x_mm is not None
        ]
        for visit in visits
    ]


def _sums_of(leg: PlayedLeg, measured: Sequence[Sequence[Point]]) -> LegSums:
    pooled = group_visits(measured)
    return LegSums(
        beds={bed: hits for bed, (hits, _) in beds_of(leg.visits).items()},
        targets=msgspec.convert(leg.targets, type=LegSums.__annotations__["targets"]),
        visits=[visit.points for visit in leg.visits],
        grouping=_in_steps(pooled) if pooled != Grouping() else None,
    )


def _in_steps(pooled: Grouping) -> Grouping:
    """Return sums in steps of a power of two, which floats add up to the same sum in any order."""
    lengths = {name: round(getattr(pooled, name) / _STEP) * _STEP for name in ("distances_mm", "xx", "xy", "yy")}
    return Grouping(darts=pooled.darts, degrees=pooled.degrees, **lengths)


def _visits_of(leg: PlayedLeg, before: Any, at_s: float) -> list[VisitRow]:
    """Return the visits with their times; one that was there before keeps its time."""
    times = [] if before is None else [visit.at_s for visit in _visits.decode(before.visits_body)]
    return [
        VisitRow(visit.points, visit.darts, [read_bed(label) for label in visit.beds], times[number] if number < len(times) else at_s)
        for number, visit in enumerate(leg.visits)
    ]
