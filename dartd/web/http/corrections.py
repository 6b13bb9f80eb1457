"""Orders to correct a dart, as both HTTP and WebSocket make them, and how the audit log names the dart."""

import secrets
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from dartd.store.audit import AuditEntry
from dartd.store.projections.throws import visit_of_dart
from dartd.store.timestamps import timestamp_of
from schemas.commands import CorrectDart
from schemas.correction import BoardVisit, CorrectionState, OrderCorrection
from schemas.events import EntityAdded, EntityStatusChanged, Envelope


def new_correction_id() -> str:
    """Return the id of a new correction."""
    return f"c_{secrets.token_hex(6)}"


def order_of(command: CorrectDart, *, at_s: float) -> OrderCorrection:
    """Return the order that a command of the WebSocket stands for."""
    return OrderCorrection(
        correction_id=new_correction_id(),
        type=command.operation,
        label=command.label,
        dart_id=command.dart_id,
        visit_id=command.visit_id,
        dart_number=command.dart_number,
        at=timestamp_of(at_s),
    )


def visit_of_order(connection: sa.Connection, order: OrderCorrection) -> BoardVisit | None:
    """Return the stored visit of the dart that an order names, None if it names none."""
    return visit_of_dart(connection, throw_id=order.dart_id, visit_id=order.visit_id)


def correction_in(envelopes: Sequence[Envelope]) -> CorrectionState | None:
    """Return the correction that the events of a command are about."""
    for envelope in envelopes:
        event = envelope.event
        if isinstance(event, EntityAdded | EntityStatusChanged) and event.entity_type == "correction":
            return msgspec.convert(event.payload, CorrectionState)
    return None


def dart_entry(entry: AuditEntry, envelopes: Sequence[Envelope]) -> AuditEntry:
    """Return an audit entry about the dart of a correction, with what became of it: its id, or its position in the match."""
    state = correction_in(envelopes)
    if state is None:
        return entry
    position = "/".join(str(getattr(state, name)) for name in ("match_id", "set", "leg", "visit", "dart"))
    outcome = "done" if state.status == "applied" else state.status
    return msgspec.structs.replace(entry, entity_type="dart", entity_id=state.dart_id or position, outcome=outcome)
