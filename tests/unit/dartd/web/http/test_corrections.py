"""Orders to correct a dart, and their audit entries."""

import msgspec
import sqlalchemy as sa

from dartd.store.audit import AuditEntry
from dartd.store.projections.throws import PROJECTION
from dartd.store.tables import METADATA
from dartd.web.http.corrections import correction_in, dart_entry, new_correction_id, order_of, visit_of_order
from schemas.base import BoardId, DartId, EventId
from schemas.commands import CorrectDart
from schemas.correction import CorrectionState
from schemas.events import EntityAdded, Envelope
from tests.support.projections import follow
from tests.support.throws import hit

ENTRY = AuditEntry(at_s=1.0, user_id="u", action="a", entity_type="board")


def envelopes(**given: object) -> list[Envelope]:
    """Return the events of a correction."""
    state = CorrectionState(correction_id="c", type="change", requested_by="u", created_at="t", **{"status": "applied", **given})  # type: ignore[arg-type]  # fields
    event = EntityAdded(entity_type="correction", entity_id="c", payload=msgspec.to_builtins(state), user_id="u")
    where = {
        "seq": 1,
        "event_id": EventId("e"),
        "board_id": BoardId("main"),
        "topic": "corrections",
        "at_s": 1.0,
        "timestamp": "t",
        "wire": b"",
    }
    return [Envelope(event=event, **where)]  # type: ignore[arg-type]  # fields


def test_the_audit_names_the_dart() -> None:
    """By its id or its position, with what became of the correction; without one the entry stays as it is."""
    by_id = dart_entry(ENTRY, envelopes(dart_id="d1"))
    by_position = dart_entry(ENTRY, envelopes(match_id="m", set=1, leg=2, visit=3, dart=1, status="pending"))

    assert (by_id.entity_type, by_id.entity_id, by_id.outcome) == ("dart", "d1", "done")
    assert (by_position.entity_id, by_position.outcome) == ("m/1/2/3/1", "pending")
    assert dart_entry(ENTRY, []) == ENTRY
    assert correction_in([]) is None


def test_an_order_finds_its_stored_visit() -> None:
    """As the command of the WebSocket names it."""
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    order = order_of(CorrectDart(operation="change", label="T5", dart_id=DartId("d1")), at_s=0.0)
    with engine.connect() as core:
        follow(core, PROJECTION, hit("d1"))
        found = visit_of_order(core, order)
        unnamed = visit_of_order(core, msgspec.structs.replace(order, dart_id=None))
    engine.dispose()

    assert (order.type, order.label, order.at) == ("change", "T5", "1970-01-01T00:00:00.000Z")
    assert found is not None
    assert ([each.dart_id for each in found.throws], found.completed) == (["d1"], False)
    assert unnamed is None
    assert new_correction_id() != new_correction_id()
