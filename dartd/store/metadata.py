"""Single values that outlive a restart."""

import sqlite3

from dartd.store.database import Database


async def remembered(database: Database, key: str, value: str) -> str:
    """Give what the store remembers under a key; when it is the first time, remember this value.

    Raises:
        StoreError: the store cannot be read or written.
    """
    return await database.write(lambda connection: _remember(connection, key, value))


def _remember(connection: sqlite3.Connection, key: str, value: str) -> str:
    connection.execute("INSERT OR IGNORE INTO metadata (key, value) VALUES (?, ?)", (key, value))
    (known,) = connection.execute("SELECT value FROM metadata WHERE key = ?", (key,)).fetchone()
    return str(known)
