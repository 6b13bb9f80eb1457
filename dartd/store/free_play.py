"""What was thrown at the boards without a match: visits that ended, with their darts."""

import sqlalchemy as sa

from dartd.store.listing import Span, within
from dartd.store.projections.today import THROWN
from dartd.store.tables import match_visits, throws, visits
from schemas.base import Value

_BUCKETS = {"n100": (100, 139), "n140": (140, 179), "n180": (180, 180)}  # points of a visit, as in matches


class FreePlay(Value, frozen=True, kw_only=True):
    """The figures of free throwing."""

    visits: int
    thrown: int
    n100: int
    n140: int
    n180: int
    highest_visit: int


def free_play(connection: sa.Connection, span: Span, player_id: str | None = None) -> FreePlay:
    """Return what a player threw without a match, or what all threw."""
    is_free = ~sa.exists().where(match_visits.c.visit_id == visits.c.visit_id)
    mine = [is_free, *within(visits.c.at_s, span), *([visits.c.player_id == player_id] if player_id is not None else [])]
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((visits.c.total.between(low, high), 1), else_=0)), 0).label(name)
        for name, (low, high) in _BUCKETS.items()
    ]
    highest = sa.func.coalesce(sa.func.max(visits.c.total), 0).label("highest_visit")
    row = connection.execute(sa.select(sa.func.count().label("visits"), highest, *sums).where(*mine)).one()
    of_visits = sa.select(sa.func.count()).select_from(visits.join(throws, throws.c.visit_id == visits.c.visit_id))
    thrown = connection.scalar(of_visits.where(*mine, throws.c.state.in_(THROWN))) or 0
    return FreePlay(thrown=thrown, **row._asdict())
