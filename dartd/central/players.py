"""The players of all boards: a fold of what each board publishes about its players, where a board has them in a table that it writes.

Badges are of a board: two boards may have given the same one. Photos stay with the boards.
"""

from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import players
from dartd.store.timestamps import seconds_of_timestamp
from schemas.api.players import Player
from schemas.codec import encode_json
from schemas.events import EntityAdded, EntityDeleted, EntityUpdated, PlayerErased, PlayerMerged

_ENTITY = "player"


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of a player; one without a payload was erased since."""
    event = recorded.event
    match event:
        case EntityAdded() | EntityUpdated():
            if event.entity_type == _ENTITY and event.payload:
                _remove(connection, event.entity_id)
                connection.execute(sa.insert(players).values(_columns(msgspec.convert(event.payload, Player))))
        case EntityDeleted():
            if event.entity_type == _ENTITY:
                connection.execute(sa.update(players).where(players.c.player_id == event.entity_id).values(active=False))
        case PlayerMerged() | PlayerErased():
            _remove(connection, event.player_id)
        case _:
            raise TypeError(f"{type(event).__name__} is not followed by this projection")


PROJECTION = Projection(
    name="central_players",
    version=1,
    tables=(players,),
    follows=(EntityAdded, EntityUpdated, EntityDeleted, PlayerMerged, PlayerErased),
    fold=fold,
)


def _remove(connection: sa.Connection, player_id: str) -> None:
    connection.execute(sa.delete(players).where(players.c.player_id == player_id))


def _columns(player: Player) -> dict[str, Any]:
    return {
        "player_id": player.player_id,
        "name": player.name,
        "group_name": player.group,
        "skill_level": player.skill_level,
        "boards": encode_json(player.boards).decode(),
        "preferences": encode_json(player.preferences).decode(),
        "active": player.active,
        "shared": player.shared,
        "deleted": False,
        "version": 1,
        "created_at_s": seconds_of_timestamp(player.created_at),
        "updated_at_s": seconds_of_timestamp(player.updated_at),
    }
