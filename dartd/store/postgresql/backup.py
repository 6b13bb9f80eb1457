"""Copies of a store on a server: files of SQLite, so that a copy can be put back into either kind of database."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg import sql

from dartd.config.database_url import DatabaseUrl
from dartd.errors import BackupError
from dartd.store.postgresql.backend import PostgresBackend, inspect
from dartd.store.postgresql.connection import raw_of, store_error
from dartd.store.postgresql.schema import version_of
from dartd.store.sqlite.backend import SCHEMA_VERSION, SqliteBackend, make_empty
from dartd.store.sqlite.backup import Advance, go_on, require_whole, write_new
from dartd.store.tables import METADATA

_ROWS: Final = 1000  # at once


def back_up(url: DatabaseUrl, target: Path, advance: Advance = go_on) -> int:
    """Copy a store as it is at one moment, whether or not a daemon runs on it; return the bytes of the copy. Blocks.

    Raises:
        BackupError: the target exists or cannot be written, or the copy was given up.
        StoreError: the store cannot be read: all of it is, so that damage is found.
    """
    return write_new(target, lambda partial: inspect(url, lambda connection: _copy(connection, url, partial, advance)))


def restore(backup: Path, url: DatabaseUrl, *, suffix: str, advance: Advance = go_on) -> Path | None:
    """Put a copy in the place of a store that no daemon uses, in one transaction; return where the store that was there is kept. Blocks.

    What was there is kept as a copy next to the lock file, its name with `suffix` as the end.

    Raises:
        BackupError: the copy is of another program or of a newer dartd, is damaged, or cannot be written to the database.
        StoreBusyError: a daemon runs on the store.
        StoreError: the server refuses; nothing was changed.
    """
    if not backup.is_file():
        raise BackupError(f"{backup} does not exist", path=str(backup))
    require_whole(backup)
    backend = PostgresBackend.open(url)
    try:
        aside = None
        if not _is_new(backend.writer):
            aside = url.lock_path.with_name(url.lock_path.stem + suffix)
            back_up(url, aside)
        with _up_to_date(backup) as source:
            backend.begin()
            _fill(backend, source, advance)
            backend.control("COMMIT")
    except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
        raise store_error(error, url) from error
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"cannot put {backup} in the place of {url}: {error}; nothing was changed", path=str(backup)) from error
    finally:
        backend.close()
    return aside


def _copy(connection: sa.Connection, url: DatabaseUrl, partial: Path, advance: Advance) -> None:
    if version_of(connection) != SCHEMA_VERSION:
        raise BackupError(f"{url} is no store of this version of dartd: start dartd once, which brings an older one up to date")
    raw = raw_of(connection)
    make_empty(partial)
    with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as written:
        written.execute("PRAGMA journal_mode = OFF")  # a copy that is not complete is deleted
        written.execute("PRAGMA synchronous = OFF")
        written.execute("BEGIN")
        for table in METADATA.sorted_tables:
            _copy_table(raw, written, table, lambda: advance(partial.stat().st_size))
        written.execute("COMMIT")


def _copy_table(raw: "psycopg.Connection[Any]", written: sqlite3.Connection, table: sa.Table, may_go_on: Callable[[], bool]) -> None:
    names = [column.name for column in table.columns]
    inserting = f"INSERT INTO {table.name} ({_quoted(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our own names
    with raw.cursor(name="backup", binary=True) as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table.name)))
        while rows := cursor.fetchmany(_ROWS):
            try:
                written.executemany(inserting, rows)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                    raise BackupError("the disk of the backup is full: make room, or back up to another disk") from error
                raise
            if not may_go_on():
                raise BackupError("the backup was given up")


@contextlib.contextmanager
def _up_to_date(backup: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy of a backup whose tables are brought up to date: the backup itself is not changed."""
    with tempfile.TemporaryDirectory(prefix="dartd-restore-", dir=os.environ.get("TMPDIR")) as folder:
        copy = Path(folder) / "restored.db"
        shutil.copyfile(backup, copy)
        SqliteBackend.open(copy).close()
        with contextlib.closing(sqlite3.connect(copy)) as connection:
            yield connection


def _fill(backend: PostgresBackend, source: sqlite3.Connection, advance: Advance) -> None:
    """Write the rows of all tables, in the writer's transaction, and let keys that the database counts go on after them.

    Raises:
        BackupError: it was given up, or the database does not take a value.
    """
    raw = raw_of(backend.writer)
    raw.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(sql.Identifier(table.name) for table in METADATA.sorted_tables)))
    done_bytes = 0
    for table in METADATA.sorted_tables:
        try:
            with contextlib.closing(_write_table(raw, source, table)) as rows:
                for row in rows:
                    done_bytes += sum(len(value) for value in row if isinstance(value, str | bytes))
                    if not advance(done_bytes):
                        raise BackupError("restoring was given up: nothing was changed")
        except psycopg.DataError as error:
            raise BackupError(f"PostgreSQL cannot store what is in the table {table.name} ({error}): nothing was changed") from error
        counted = table.autoincrement_column
        if counted is not None and counted.autoincrement == "auto":
            raw.execute(
                sql.SQL("SELECT setval(pg_get_serial_sequence({}, {}), (SELECT coalesce(max({}), 0) + 1 FROM {}), false)").format(
                    table.name, counted.name, sql.Identifier(counted.name), sql.Identifier(table.name)
                )
            )


def _write_table(raw: "psycopg.Connection[Any]", source: sqlite3.Connection, table: sa.Table) -> Generator[Sequence[Any], None, None]:
    """Write the rows of a table one by one, and yield each that was written."""
    names = [column.name for column in table.columns]
    booleans = [isinstance(column.type, sa.Boolean) for column in table.columns]
    copying = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names)))
    with raw.cursor() as cursor, cursor.copy(copying) as rows:
        for row in source.execute(f"SELECT {_quoted(names)} FROM {table.name}"):  # noqa: S608 - our own names
            rows.write_row(_typed(row, booleans))
            yield row


def _typed(row: Sequence[Any], booleans: Sequence[bool]) -> list[Any]:
    """Return a row with the truth values that SQLite has as numbers."""
    return [bool(value) if is_boolean and value is not None else value for value, is_boolean in zip(row, booleans, strict=True)]


def _is_new(connection: sa.Connection) -> bool:
    """Return whether a store has nothing of people and no events."""
    counted = sa.select(sa.func.count()).select_from(METADATA.tables["events"])
    people = sa.select(sa.func.count()).select_from(METADATA.tables["users"])
    return not (connection.execute(counted).scalar_one() or connection.execute(people).scalar_one())


def _quoted(names: Iterable[str]) -> str:
    """Return the columns as a statement of SQLite names them: one is called `group`."""
    return ", ".join(f'"{name}"' for name in names)
