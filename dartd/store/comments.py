"""Comments, and whether what they are about exists."""

import sqlalchemy as sa

from dartd.store.entity import Entity
from dartd.store.tables import METADATA, comments, players

COMMENTS = Entity("comment", comments, sorts=("created_at",))

_TABLES = {"match": "matches", "throw": "throws", "tournament": "tournaments", "list": "lists", "fixture": "fixtures"}


def parent_exists(connection: sa.Connection, parent_type: str, parent_id: str) -> bool:
    """Return whether there is something to comment on; a player who was deleted is not there."""
    if parent_type == "player":
        known = sa.select(players.c.player_id).where(players.c.player_id == parent_id, players.c.deleted.is_(False))
        return connection.execute(known).first() is not None
    table = METADATA.tables.get(_TABLES[parent_type])
    if table is None:
        return False
    (key,) = table.primary_key.columns
    return connection.execute(sa.select(key).where(key == parent_id)).first() is not None


def readable_to(*, author: str, player_id: str | None) -> sa.ColumnElement[bool]:
    """Return the condition of comments for callers who may not read all players: of others, none on players who are not shared."""
    shared = sa.select(players.c.player_id).where(players.c.shared.is_(True), players.c.deleted.is_(False))
    own = [] if player_id is None else [comments.c.parent_id == player_id]
    return sa.or_(comments.c.parent_type != "player", comments.c.author == author, comments.c.parent_id.in_(shared), *own)


def move_comments(connection: sa.Connection, player_id: str, into: str | None) -> None:
    """Move the comments on a player to the one that the player was merged into; None: delete them."""
    of_player = (comments.c.parent_type == "player", comments.c.parent_id == player_id)
    if into is None:
        connection.execute(sa.delete(comments).where(*of_player))
    else:
        connection.execute(sa.update(comments).where(*of_player).values(parent_id=into, version=comments.c.version + 1))
