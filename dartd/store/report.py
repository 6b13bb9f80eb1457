"""What a look into a store finds, whichever database it is in."""

import sqlalchemy as sa

from dartd.store.tables import events
from schemas.base import Value


class StoreReport(Value, frozen=True, kw_only=True):
    """What a look into a store found.

    `foreign`: it is of another program; `newer`: of a newer dartd. `damage` is the first complaint of the database, `risk` a setting of its
    server with which a power failure may cost events. `size_bytes` is its size. Sequence numbers and the wall time of the last event are
    None when there is no event.
    """

    foreign: bool = False
    newer: bool = False
    damage: str | None = None
    risk: str | None = None
    size_bytes: int = 0
    count: int = 0
    first_seq: int | None = None
    last_seq: int | None = None
    last_at_s: float | None = None


def report_of(connection: sa.Connection, *, size_bytes: int = 0, risk: str | None = None) -> StoreReport:
    """Return which events are in a store that is ours and whole."""
    figures = sa.select(sa.func.count(), sa.func.min(events.c.seq), sa.func.max(events.c.seq), sa.func.max(events.c.at_s))
    count, first, last, last_at_s = connection.execute(figures).one()
    return StoreReport(size_bytes=size_bytes, risk=risk, count=count, first_seq=first, last_seq=last, last_at_s=last_at_s)
