"""Single values that outlive a restart."""

import sqlite3

import sqlalchemy as sa

from dartd.store.database import Database
from dartd.store.tables import metadata

PLAYER_ON = "player_on"  # the player who is signed on at the board


async def remembered(database: Database, key: str, value: str) -> str:
    """Give what the store remembers under a key; when it is the first time, remember this value.

    Raises:
        StoreError: the store cannot be read or written.
    """
    return await database.write(lambda connection: _remember(connection, key, value))


def put(connection: sa.Connection, key: str, value: str | None) -> None:
    """Keep a value in place of the one before; None: keep none."""
    connection.execute(sa.delete(metadata).where(metadata.c.key == key))
    if value is not None:
        connection.execute(sa.insert(metadata).values(key=key, value=value))


def _remember(connection: sqlite3.Connection, key: str, value: str) -> str:
    connection.execute("INSERT OR IGNORE INTO metadata (key, value) VALUES (?, ?)", (key, value))
    (known,) = connection.execute("SELECT value FROM metadata WHERE key = ?", (key,)).fetchone()
    return str(known)
