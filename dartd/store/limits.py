"""How far each caller has used up its limit: one moment for each, at which it is full again."""

import sqlalchemy as sa

from dartd.store.tables import limits


def load_limits(connection: sa.Connection, at_s: float) -> dict[str, float]:
    """Read the callers whose limit is not full again yet."""
    rows = connection.execute(sa.select(limits.c.key, limits.c.full_at_s).where(limits.c.full_at_s > at_s))
    return {row.key: row.full_at_s for row in rows}


def keep_limits(connection: sa.Connection, changed: dict[str, float], at_s: float) -> None:
    """Write what has changed, and forget those that are full again."""
    connection.execute(sa.delete(limits).where(sa.or_(limits.c.full_at_s <= at_s, limits.c.key.in_(list(changed)))))
    connection.execute(sa.insert(limits), [{"key": key, "full_at_s": full_at_s} for key, full_at_s in changed.items()])
