"""Photos of players, one for each; the player's row has its fingerprint."""

import hashlib
from typing import Any

import sqlalchemy as sa

from dartd.store.players import PLAYERS
from dartd.store.tables import photos
from schemas.base import Value


class Photo(Value, frozen=True, kw_only=True):
    """A picture as it was given."""

    media_type: str
    body: bytes


def get_photo(connection: sa.Connection, player_id: str) -> Photo | None:
    """Read a player's photo."""
    row = connection.execute(sa.select(photos.c.media_type, photos.c.body).where(photos.c.player_id == player_id)).first()
    return None if row is None else Photo(media_type=row.media_type, body=row.body)


def put_photo(connection: sa.Connection, player_id: str, photo: Photo | None, *, at_s: float) -> Any:
    """Keep a photo in place of the one before, or none, and give the player's row as it is then; None when there is no such player."""
    fingerprint = None if photo is None else hashlib.sha256(photo.body).hexdigest()[:16]
    row = PLAYERS.update(connection, player_id, {"photo": fingerprint}, at_s=at_s)
    if row is not None:
        connection.execute(sa.delete(photos).where(photos.c.player_id == player_id))
        if photo is not None:
            connection.execute(sa.insert(photos).values(player_id=player_id, media_type=photo.media_type, body=photo.body))
    return row
