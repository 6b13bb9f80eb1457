"""Delete what only the recent past needs: events that no table is made of, and entries of the audit log.

SQLite uses the space of deleted rows for new ones, so that the file stops growing. It is not made smaller: a vacuum would stop the board,
and an incremental one (`auto_vacuum`) makes each commit write twice as many pages.
"""

from collections.abc import Collection

import sqlalchemy as sa

from dartd.store.metadata import recall, store_value
from dartd.store.tables import audit, events

PRUNED_SEQ = "pruned_seq"  # events up to here were looked at: those that no projection follows are gone
EVENTS_AT_ONCE = 5000  # 20 ms; a clock that is wrong for an hour costs six times as many at one run in ten minutes
AUDIT_ENTRIES = 100_000  # at most, 20 MB: refused logins must not fill the disk


def prune_events(connection: sa.Connection, *, before_s: float, kept_types: Collection[str]) -> int:
    """Delete the next events from before `before_s` (seconds since 1970) whose type is not kept; return how many were looked at."""
    pruned = int(recall(connection, PRUNED_SEQ) or 0)
    window = sa.select(events.c.seq).where(events.c.seq > pruned, events.c.at_s < before_s).order_by(events.c.seq).limit(EVENTS_AT_ONCE)
    seqs = connection.execute(window).scalars().all()
    if seqs:
        looked_at = sa.and_(events.c.seq > pruned, events.c.seq <= seqs[-1], events.c.at_s < before_s)
        connection.execute(sa.delete(events).where(looked_at, events.c.event_type.not_in(sorted(kept_types))))
        store_value(connection, PRUNED_SEQ, str(seqs[-1]))
    return len(seqs)


def prune_audit(connection: sa.Connection, *, before_s: float) -> int:
    """Delete audit entries from before `before_s`, and the oldest beyond `AUDIT_ENTRIES`; return how many."""
    newest = sa.select(sa.func.coalesce(sa.func.max(audit.c.audit_id), 0)).scalar_subquery()
    return connection.execute(sa.delete(audit).where(sa.or_(audit.c.at_s < before_s, audit.c.audit_id <= newest - AUDIT_ENTRIES))).rowcount
