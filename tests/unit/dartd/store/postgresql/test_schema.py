"""The tables on a server: of a new store, and of an older one that was brought up to date."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from dartd.config.database_url import DatabaseUrl
from dartd.store import migrations
from dartd.store.backends import inspect
from dartd.store.journal import Journal
from dartd.store.postgresql.backend import PostgresBackend
from dartd.store.postgresql.connection import close, connect, raw_of
from dartd.store.postgresql.schema import is_empty, prepare, version_of
from dartd.store.sqlite.backend import SCHEMA_VERSION
from dartd.store.tables import METADATA
from schemas.base import BoardId
from tests.support.stores.dump import REVISIONS, restore

BOARD = BoardId("main")
COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY 1, 2"""
INDICES = "SELECT tablename, replace(indexdef, indexname, '') FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1, 2"


def _make_at(connection: sa.Connection, revision: str) -> None:
    """Make the tables of a revision."""
    script = ScriptDirectory(next(iter(migrations.__path__)))

    def upgrade(current: Any, _context: object) -> Any:
        return list(script._upgrade_revs(revision, current))

    with EnvironmentContext(Config(), script, fn=upgrade) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()


def _copy(source: sqlite3.Connection, target: sa.Connection) -> None:
    """Copy every row of a store, as it is."""
    tables = [name for (name,) in source.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name != 'alembic_version'")]
    booleans = {(row[0], row[1]) for row in target.exec_driver_sql(COLUMNS) if row[2] == "boolean"}
    source.row_factory = sqlite3.Row
    for name in tables:
        rows = [dict(row) for row in source.execute(f"SELECT * FROM {name}")]  # noqa: S608 - our own names
        if rows:
            columns = ", ".join(f'"{column}"' for column in rows[0])  # one is called `group`
            inserting = f"INSERT INTO {name} ({columns}) VALUES ({', '.join(f':{column}' for column in rows[0])})"  # noqa: S608 - the same
            typed = [{key: bool(value) if (name, key) in booleans else value for key, value in row.items()} for row in rows]
            target.execute(sa.text(inserting), typed)


def _rows(connection: sa.Connection) -> dict[str, list[str]]:
    return {
        name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
        for name, table in METADATA.tables.items()
        if name not in {"metadata", "formats"}  # the stream, and when built-in formats were added
    }


def _shape(connection: sa.Connection) -> list[Any]:
    return [connection.exec_driver_sql(query).all() for query in (COLUMNS, INDICES)]


@pytest.mark.slow
@pytest.mark.parametrize("revision", REVISIONS)
def test_store_of_each_revision_becomes_as_on_sqlite(revision: str, make_url: Callable[[], DatabaseUrl], tmp_path: Path) -> None:
    """A filled store of an earlier revision must get today's tables, and the rows that SQLite has after the same migration."""
    path, url, new = tmp_path / "old.db", make_url(), make_url()
    restore(revision, path)

    connection = connect(url)
    with contextlib.closing(sqlite3.connect(path)) as source:
        connection.exec_driver_sql("BEGIN")
        _make_at(connection, revision)
        _copy(source, connection)
        connection.exec_driver_sql("COMMIT")
    close(connection, raw_of(connection))
    for location in (path, url):
        Journal.open(location, BOARD).close()
    PostgresBackend.open(new).close()
    on_file, on_server = inspect(path, _rows), inspect(url, _rows)

    assert inspect(url, version_of) == SCHEMA_VERSION
    assert inspect(url, _shape) == inspect(new, _shape)
    assert on_server == on_file
    assert on_file["throws"]


def test_migration_that_breaks_leaves_the_old_store(url: DatabaseUrl) -> None:
    """All or nothing: the store can be opened by the dartd it is of."""
    connection = connect(url)
    connection.exec_driver_sql("BEGIN")
    _make_at(connection, "r0004")
    connection.exec_driver_sql("CREATE TABLE zones (in_the_way text)")
    connection.exec_driver_sql("COMMIT")
    with pytest.raises(sa.exc.ProgrammingError, match="zones"):
        prepare(connection, url)

    assert version_of(connection) == 4
    assert connection.exec_driver_sql("SELECT to_regclass('decider_memories')").scalar() is None
    close(connection, raw_of(connection))


def test_tables_are_made_once(url: DatabaseUrl) -> None:
    """An empty database must get them, with integers of 64 bits and text that is sorted by bytes; the next time nothing is done."""
    connection = connect(url)
    empty, made, again = is_empty(connection), prepare(connection, url), prepare(connection, url)
    types = {(row[2], row[5]) for row in connection.exec_driver_sql(COLUMNS) if row[0] == "events"}
    close(connection, raw_of(connection))

    assert (empty, made, again) == (True, False, False)
    assert types == {("bigint", None), ("double precision", None), ("text", "C"), ("bytea", None)}
