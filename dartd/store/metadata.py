"""Single values that outlive a restart."""

import sqlalchemy as sa

from dartd.store.database import Database
from dartd.store.tables import metadata

STREAM_ID = "stream_id"


async def remembered(database: Database, key: str, value: str) -> str:
    """Return the value that is stored under a key; store this one when there is none.

    Raises:
        StoreError: the store cannot be read or written.
    """
    return await database.write(lambda connection: remember(connection, key, value))


def remember(connection: sa.Connection, key: str, value: str) -> str:
    """Return the value that is stored under a key; store this one when there is none."""
    known = recall(connection, key)
    if known is None:
        connection.execute(sa.insert(metadata).values(key=key, value=value))
    return value if known is None else known


def recall(connection: sa.Connection, key: str) -> str | None:
    """Return the value that is stored under a key, None when there is none."""
    known = connection.execute(sa.select(metadata.c.value).where(metadata.c.key == key)).scalar()
    return None if known is None else str(known)


def store_value(connection: sa.Connection, key: str, value: str) -> None:
    """Store a value under a key, whatever was there."""
    if not connection.execute(sa.update(metadata).where(metadata.c.key == key).values(value=value)).rowcount:
        connection.execute(sa.insert(metadata).values(key=key, value=value))
