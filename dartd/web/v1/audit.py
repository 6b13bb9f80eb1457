"""`/api/v1/audit`: the audit log."""

from typing import Any

from dartd.store.audit import list_audit
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.paging import listed, page_request, span_of
from schemas.api.accounts import AuditEntryAnswer, AuditQuery
from schemas.api.answers import Listed

_FIELDS = tuple(field for field in AuditEntryAnswer.__struct_fields__ if field != "timestamp")
_FILTERS = ("user_id", "action", "entity_type", "entity_id", "outcome")


async def get_audit(call: Call) -> Listed[AuditEntryAnswer]:
    """Return a page of the audit log."""
    asked: AuditQuery = call.query
    span = span_of(asked)
    where = {name: getattr(asked, name) for name in _FILTERS}
    return listed(await call.read(lambda c: list_audit(c, page_request(asked), where, span)), asked, _entry)


def _entry(row: Any) -> AuditEntryAnswer:
    return AuditEntryAnswer(timestamp=timestamp_of(row.at_s), **{field: getattr(row, field) for field in _FIELDS})


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/audit",
        handler=get_audit,
        permission="audit:read",
        rate="default",
        summary="The audit log, the latest entries first",
        tag="accounts",
        query=AuditQuery,
        answer=Listed[AuditEntryAnswer],
    )
]
