"""What the wire tells of everything that people keep: players, users, keys. Journalled as the board's events are."""

from typing import Any

import msgspec

from schemas.base import Event


class EntityAdded(Event, tag="ADDED", frozen=True, kw_only=True):
    """Something that people keep was made; `payload` is what GET answers for it."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any]
    user_id: str


class EntityUpdated(Event, tag="UPDATED", frozen=True, kw_only=True):
    """Something that people keep was changed; `payload` is what GET answers for it now."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any]
    user_id: str


class EntityDeleted(Event, tag="DELETED", frozen=True, kw_only=True):
    """Something that people keep is no more; `payload` is empty, for GET answers nothing."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any] = msgspec.field(default_factory=dict)
    user_id: str


EntityEvent = EntityAdded | EntityUpdated | EntityDeleted
