"""The players of all boards: a fold of what each board publishes about its players, where a board has them in a table that it writes.

Badges are of a board: two boards may have given the same one. Photos stay with the boards.
"""

import msgspec
import sqlalchemy as sa

from dartd.store.profiles import add_profile
from dartd.store.projections.registry import Projection, Recorded
from dartd.store.tables import players
from schemas.api.players import Player
from schemas.events import EntityAdded, EntityDeleted, EntityUpdated, PlayerErased, PlayerMerged

_ENTITY = "player"


def fold(connection: sa.Connection, recorded: Recorded) -> None:
    """Apply what an event says of a player; one without a payload was erased since."""
    event = recorded.event
    match event:
        case EntityAdded() | EntityUpdated():
            if event.entity_type == _ENTITY and event.payload:
                _remove(connection, event.entity_id)
                add_profile(connection, msgspec.convert(event.payload, Player))
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
