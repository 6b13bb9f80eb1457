"""Events of what people keep."""

from schemas.codec import encode_wire
from schemas.events import EntityAdded, EntityDeleted


def test_entity_is_published_as_it_is_returned() -> None:
    """The payload stands in the flat object as it was given; a deleted one has none."""
    added = encode_wire(EntityAdded(entity_type="player", entity_id="p1", payload={"name": "Ada"}, user_id="u1"), {"seq": 1})
    deleted = encode_wire(EntityDeleted(entity_type="player", entity_id="p1", user_id="u1"), {})

    assert added == b'{"event_type":"ADDED","seq":1,"entity_type":"player","entity_id":"p1","payload":{"name":"Ada"},"user_id":"u1"}'
    assert deleted == b'{"event_type":"DELETED","entity_type":"player","entity_id":"p1","payload":{},"user_id":"u1"}'
