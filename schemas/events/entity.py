"""Events of what people keep: players, users, keys, zones. Journalled as the board's events are, in the commit of the write."""

from typing import Any

import msgspec

from schemas.base import Event


class EntityAdded(Event, tag="ADDED", frozen=True, kw_only=True):
    """An entity was created; `payload` is what GET answers for it."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any]
    user_id: str


class EntityUpdated(Event, tag="UPDATED", frozen=True, kw_only=True):
    """An entity was changed; `payload` is what GET answers for it now."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any]
    user_id: str


class EntityDeleted(Event, tag="DELETED", frozen=True, kw_only=True):
    """An entity was deleted; `payload` is empty, has `parent_type` and `parent_id` of a comment, or is a fixture as it was."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any] = msgspec.field(default_factory=dict)
    user_id: str


class EntityStatusChanged(Event, tag="STATUS_CHANGED", frozen=True, kw_only=True):
    """The status of an entity changed, a fixture's for example; `payload` is what GET answers for it now."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any]
    user_id: str


class EntityAssigned(Event, tag="ASSIGNED", frozen=True, kw_only=True):
    """An entity was assigned to a board or a person; `payload` is what GET answers for it now."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any]
    user_id: str


class CommentAdded(Event, tag="COMMENT_ADDED", frozen=True, kw_only=True):
    """A comment was added; `payload` is what GET answers for it, with `parent_type` and `parent_id` of what it is about."""

    entity_type: str
    entity_id: str
    payload: dict[str, Any]
    user_id: str


class PlayerMerged(Event, tag="player_merged", frozen=True, kw_only=True):
    """All that a player threw until now counts as thrown by `into_player_id`; the merged player is no more."""

    player_id: str
    into_player_id: str
    user_id: str


class PlayerErased(Event, tag="player_erased", frozen=True, kw_only=True):
    """A person was erased: what the player threw until now belongs to no player."""

    player_id: str
    user_id: str
