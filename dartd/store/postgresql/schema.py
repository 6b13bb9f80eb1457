"""The tables of a store on a server: made, brought up to date, and recognised."""

import functools
import logging
import re

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from dartd.config.database_url import DatabaseUrl
from dartd.errors import StoreError
from dartd.store.postgresql.dialect import dialect
from dartd.store.sqlite.backend import SCHEMA_VERSION
from dartd.store.tables import METADATA

_log = logging.getLogger(__name__)

_REVISION = re.compile(r"r(\d{4})")


def version_of(connection: sa.Connection) -> int:
    """Return the revision of a store's tables; 0 when the database has none of ours."""
    if not _exists(connection, "alembic_version") or not _exists(connection, "events"):
        return 0
    found = _REVISION.fullmatch(str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()))
    return int(found[1]) if found else 0


def is_empty(connection: sa.Connection) -> bool:
    """Return whether the schema has no tables at all."""
    counting = "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
    return not connection.exec_driver_sql(counting).scalar_one()


def prepare(connection: sa.Connection, url: DatabaseUrl) -> bool:
    """Make the tables of a new store, or migrate an older one; return whether it was migrated.

    Raises:
        StoreError: the database is of another program, or of a newer dartd.
    """
    version = version_of(connection)
    require_known(version, url)
    if version == SCHEMA_VERSION:
        return False
    is_new = version == 0 and is_empty(connection)
    if version == 0 and not is_new:
        raise StoreError(f"{url} is a database of another program: set store.url to a database of its own", path=str(url))
    connection.exec_driver_sql("BEGIN")
    try:
        if is_new:
            connection.exec_driver_sql(_creation())
        else:
            _migrate(connection, version)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    return not is_new


def require_known(version: int, url: DatabaseUrl) -> None:
    """Raise StoreError when the tables are of a newer dartd."""
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{url} is of a newer dartd (store version {version}, this one knows {SCHEMA_VERSION}): install that, or change store.url",
            path=str(url),
            version=version,
        )


def _exists(connection: sa.Connection, table: str) -> bool:
    return connection.exec_driver_sql(f"SELECT to_regclass('{table}')").scalar() is not None


@functools.cache
def _creation() -> str:
    """Return the statements that make all tables of a new store, as one: a server answers them together."""
    compiled_for = dialect()
    tables = METADATA.sorted_tables
    made: list[ExecutableDDLElement] = [CreateTable(table) for table in tables]
    made += [CreateIndex(index) for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))]
    statements = [str(each.compile(dialect=compiled_for)) for each in made]
    statements.append("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num))")
    statements.append(f"INSERT INTO alembic_version VALUES ('r{SCHEMA_VERSION:04d}')")  # noqa: S608 - our own number
    return ";\n".join(statements)


def _migrate(connection: sa.Connection, version: int) -> None:
    # Alembic takes a while to load, and a store is seldom old.
    from dartd.store.migrations import migrate  # noqa: PLC0415

    _log.info("migrating the store from version %s to %s", version, SCHEMA_VERSION)
    migrate(connection, stamped=True)
