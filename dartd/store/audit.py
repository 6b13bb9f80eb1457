"""The audit log: who changed what, and when; written in the same commit as the change."""

from collections.abc import Mapping

import sqlalchemy as sa

from dartd.store.listing import ALWAYS, Listing, Page, PageRequest, Span, equal, within
from dartd.store.tables import audit
from schemas.base import Value

AUDIT = Listing(audit, audit.c.audit_id, {"audit_id": audit.c.audit_id}, default="-audit_id")


class AuditEntry(Value, frozen=True, kw_only=True):
    """One entry of the audit log; it holds no values, which may be secret.

    `user_id` names the user, the key (`key:…`) or the shell's user (`cli:…`).
    """

    at_s: float
    user_id: str
    action: str
    entity_type: str
    entity_id: str | None = None
    outcome: str = "done"
    trace_id: str = ""


def append_entry(connection: sa.Connection, entry: AuditEntry) -> None:
    """Append an entry to the audit log."""
    connection.execute(sa.insert(audit).values({field: getattr(entry, field) for field in AuditEntry.__struct_fields__}))


def list_audit(connection: sa.Connection, ask: PageRequest, where: Mapping[str, object], span: Span = ALWAYS) -> Page:
    """Return a page of entries; `where` gives the values that columns must have, None for any."""
    return AUDIT.page(connection, ask, [*equal(audit, where), *within(audit.c.at_s, span)])
