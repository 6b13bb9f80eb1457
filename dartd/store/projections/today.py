"""The day so far, counted from throws and visits."""

from decimal import Decimal

import msgspec
import sqlalchemy as sa

from dartd.store.tables import matches, throws, visits
from dartd.store.timestamps import seconds_of_timestamp
from schemas.base import Value

THROWN = ("hit", "miss", "bounce_out", "unscored")
_MOST_POINTS = 180  # of a visit


class _Added(msgspec.Struct):
    created_at: str


_added = msgspec.json.Decoder(_Added)


class Today(Value, frozen=True, kw_only=True):
    """What was thrown since the day began; the average is points for three darts, exact to two digits."""

    darts: int
    visits: int
    points: int
    bounce_outs: int
    best_visit: int | None
    count_180: int
    three_dart_average: str | None
    players: int


def count_today(connection: sa.Connection, since_s: float) -> Today:
    """Count what was thrown since a moment of wall time."""
    thrown = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(throws.c.points), 0),
            sa.func.count().filter(throws.c.state == "bounce_out"),
            sa.func.count(throws.c.player_id.distinct()),
        ).where(_since(throws, since_s), throws.c.state.in_(THROWN))
    ).one()
    ended = connection.execute(
        sa.select(sa.func.count(), sa.func.max(visits.c.total), sa.func.count().filter(visits.c.total == _MOST_POINTS)).where(
            _since(visits, since_s)
        )
    ).one()
    darts, points, bounce_outs, players = thrown
    average = None if not darts else str((Decimal(3 * points) / darts).quantize(Decimal("0.01")))
    return Today(
        darts=darts,
        visits=ended[0],
        points=points,
        bounce_outs=bounce_outs,
        best_visit=ended[1],
        count_180=ended[2],
        three_dart_average=average,
        players=players,
    )


def count_boards(connection: sa.Connection, since_s: float) -> dict[str, tuple[int, int]]:
    """Return darts and visits of each board since a moment of wall time."""
    found: dict[str, tuple[int, int]] = {}
    thrown = sa.select(throws.c.board_id, sa.func.count()).where(_since(throws, since_s), throws.c.state.in_(THROWN))
    for board_id, darts in connection.execute(thrown.group_by(throws.c.board_id)):
        found[board_id] = darts, 0
    ended = sa.select(visits.c.board_id, sa.func.count()).where(_since(visits, since_s))
    for board_id, count in connection.execute(ended.group_by(visits.c.board_id)):
        found[board_id] = found.get(board_id, (0, 0))[0], count
    return found


def throwers(connection: sa.Connection, since_s: float) -> set[str]:
    """Return the players with a profile who have thrown since a moment of wall time."""
    chosen = sa.select(throws.c.player_id).distinct().where(_since(throws, since_s), throws.c.player_id.is_not(None))
    return set(connection.execute(chosen).scalars())


def count_matches(connection: sa.Connection, since_s: float) -> int:
    """Count the matches that were added since a moment of wall time; of those that were imported the ones that were played since then."""
    rows = connection.execute(sa.select(matches.c.body).where(matches.c.created_at_s >= since_s)).scalars()
    return sum(seconds_of_timestamp(_added.decode(body).created_at) >= since_s for body in rows)


def _since(table: sa.Table, since_s: float) -> sa.ColumnElement[bool]:
    """Return the condition for rows of the day: they are numbered as they come, so that only those of the day are looked at."""
    before = sa.select(table.c.seq).where(table.c.at_s < since_s).order_by(table.c.seq.desc()).limit(1).scalar_subquery()
    return table.c.seq > sa.func.coalesce(before, 0)
