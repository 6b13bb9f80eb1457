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
    known = connection.execute(sa.select(metadata.c.value).where(metadata.c.key == key)).scalar()
    if known is None:
        connection.execute(sa.insert(metadata).values(key=key, value=value))
    return value if known is None else str(known)
