"""How the darts of a player scatter, from what the cameras measured: what a bot that is like the player needs."""

from itertools import groupby
from math import hypot
from typing import Final

import sqlalchemy as sa

from dartd.game.bot import Spread, spread_like
from dartd.game.grouping import Point, group_visits, mean_point
from dartd.store.tables import throws

LATEST_THROWS: Final = 3000
FEWEST_DEGREES: Final = 20  # of freedom; with fewer the spread is off by more than a sixth
SAME_TARGET_MM: Final = 60.0  # darts of a visit that lie farther from their mean were aimed at different beds


def spread_of_player(connection: sa.Connection, player_id: str) -> Spread | None:
    """Return the spread of a player's latest darts about the mean of their visit, None when there are too few.

    Only visits whose darts lie together count: what they were aimed at is not known.
    """
    stuck = (throws.c.player_id == player_id, throws.c.x_mm.is_not(None), throws.c.state.in_(("hit", "extra")))
    chosen = sa.select(throws.c.visit_id, throws.c.x_mm, throws.c.y_mm).where(*stuck).order_by(throws.c.seq.desc()).limit(LATEST_THROWS)
    rows = connection.execute(chosen).all()
    visits = ([(row.x_mm, row.y_mm) for row in rows_of] for _, rows_of in groupby(rows, lambda row: row.visit_id))
    grouping = group_visits(points for points in visits if _is_at_one_target(points))
    return spread_like(grouping) if grouping.degrees >= FEWEST_DEGREES else None


def _is_at_one_target(points: list[Point]) -> bool:
    mean_x, mean_y = mean_point(points)
    return all(hypot(x - mean_x, y - mean_y) <= SAME_TARGET_MM for x, y in points)
