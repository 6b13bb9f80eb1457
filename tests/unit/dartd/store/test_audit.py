"""The audit log in the store."""

import sqlalchemy as sa

from dartd.store.audit import AuditEntry, append_entry, list_audit
from dartd.store.listing import PageRequest, Span


def test_entries_are_found_newest_first(core: sa.Connection) -> None:
    """All of them, those of one user, those since a moment."""
    for k in range(4):
        append_entry(core, AuditEntry(at_s=float(k), user_id=f"u{k % 2}", action="player.create", entity_type="player", entity_id=f"p{k}"))

    def found(after_s: float | None = None, **where: object) -> list[str]:
        return [row.entity_id for row in list_audit(core, PageRequest(), where, Span(after_s=after_s)).rows]

    assert (found(), found(user_id="u1"), found(after_s=2.0)) == (["p3", "p2", "p1", "p0"], ["p3", "p1"], ["p3", "p2"])
