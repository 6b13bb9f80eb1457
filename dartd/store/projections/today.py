"""The day so far, counted from throws and visits."""

from decimal import Decimal

import sqlalchemy as sa

from dartd.store.tables import throws, visits
from schemas.base import Value

_THROWN = ("hit", "miss", "bounce_out", "unscored")


class Today(Value, frozen=True, kw_only=True):
    """What was thrown since the day began; the average is points for three darts, exact to two digits."""

    darts: int
    visits: int
    points: int
    bounce_outs: int
    best_visit: int | None
    three_dart_average: str | None
    players: int


def count_today(connection: sa.Connection, since_s: float) -> Today:
    """Count what was thrown since a moment of wall time."""
    # Throws are numbered as they come: only those of the day are looked at.
    before = sa.select(throws.c.seq).where(throws.c.at_s < since_s).order_by(throws.c.seq.desc()).limit(1).scalar_subquery()
    earlier = sa.select(visits.c.seq).where(visits.c.at_s < since_s).order_by(visits.c.seq.desc()).limit(1).scalar_subquery()
    thrown = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(throws.c.points), 0),
            sa.func.count().filter(throws.c.state == "bounce_out"),
            sa.func.count(throws.c.player_id.distinct()),
        ).where(throws.c.seq > sa.func.coalesce(before, 0), throws.c.state.in_(_THROWN))
    ).one()
    ended = connection.execute(
        sa.select(sa.func.count(), sa.func.max(visits.c.total)).where(visits.c.seq > sa.func.coalesce(earlier, 0))
    ).one()
    darts, points, bounce_outs, players = thrown
    average = None if not darts else str((Decimal(3 * points) / darts).quantize(Decimal("0.01")))
    return Today(
        darts=darts,
        visits=ended[0],
        points=points,
        bounce_outs=bounce_outs,
        best_visit=ended[1],
        three_dart_average=average,
        players=players,
    )
