"""SQLite as the backend: which errors are the file's own, and changes next to a running daemon."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.errors import StoreBusyError, StoreError, StoreUnavailableError
from dartd.store.sqlite.backend import SCHEMA_VERSION, SqliteBackend, change_alongside, inspect, version_of
from dartd.store.tables import metadata


def _put(connection: sa.Connection) -> int:
    return connection.execute(sa.insert(metadata).values(key="a", value="b")).rowcount


def _get(connection: sa.Connection) -> str | None:
    return connection.execute(sa.select(metadata.c.value)).scalar()


@pytest.mark.parametrize(
    ("name", "unavailable"),
    [("SQLITE_FULL", True), ("SQLITE_IOERR", True), ("SQLITE_CORRUPT", True), ("SQLITE_READONLY", True), ("SQLITE_ERROR", False)],
)
def test_errors_of_the_file_differ_from_errors_of_a_statement(name: str, unavailable: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Full, I/O, corrupt and read-only mean that no statement can write; a faulty statement is its caller's."""
    backend = SqliteBackend.open(tmp_path / "dartd.db")
    error = sqlite3.OperationalError("as SQLite says")
    error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
    found = backend.store_error(error)
    backend.close()

    assert isinstance(found, StoreUnavailableError) == unavailable
    assert (found.details["sqlite"], str(tmp_path) in found.message) == (name, True)


def test_a_change_next_to_a_daemon(tmp_path: Path) -> None:
    """A command changes a store that a daemon holds, and one that no process holds or has made yet."""
    path = tmp_path / "dartd.db"
    made = change_alongside(path, _put)
    backend = SqliteBackend.open(path)
    with pytest.raises(StoreBusyError):
        SqliteBackend.open(path)
    changed = change_alongside(path, lambda connection: connection.execute(sa.update(metadata).values(value="c")).rowcount)
    backend.close()

    assert (made, changed, inspect(path, _get), inspect(path, version_of)) == (1, 1, "c", SCHEMA_VERSION)


def test_a_failed_change_writes_nothing(tmp_path: Path) -> None:
    """What raises is rolled back whole."""
    path = tmp_path / "dartd.db"

    def change(connection: sa.Connection) -> None:
        _put(connection)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        change_alongside(path, change)

    assert inspect(path, _get) is None


def test_inspection_changes_nothing(tmp_path: Path) -> None:
    """A store that is only inspected cannot be written, and one that is missing is not made."""
    path = tmp_path / "dartd.db"
    SqliteBackend.open(path).close()
    with pytest.raises(StoreError, match="readonly"):
        inspect(path, _put)
    with pytest.raises(StoreError):
        inspect(tmp_path / "missing.db", _get)

    assert not (tmp_path / "missing.db").exists()


def test_a_store_that_was_removed_is_not_written_to(tmp_path: Path) -> None:
    """A commit into a file that no path leads to would be lost."""
    backend = SqliteBackend.open(tmp_path / "dartd.db")
    (tmp_path / "dartd.db").rename(tmp_path / "aside.db")

    with pytest.raises(StoreUnavailableError, match="was removed"):
        backend.begin()
    backend.close()


@pytest.mark.parametrize("name", ["dartd.db-wal", "dartd.db-shm"])
@pytest.mark.parametrize("store", ["dartd.db", "link.db"])
def test_a_store_whose_log_was_removed_is_not_written_to(tmp_path: Path, store: str, name: str) -> None:
    """SQLite writes on into a file that no path leads to; what was committed into it is moved into the store, as nothing else has it."""
    (tmp_path / "link.db").symlink_to(tmp_path / "dartd.db")
    backend = SqliteBackend.open(tmp_path / store)
    backend.begin()
    _put(backend.writer)
    backend.control("COMMIT")
    (tmp_path / name).rename(tmp_path / "aside")

    with pytest.raises(StoreUnavailableError, match=f"{name} was removed"):
        backend.begin()
    killed = tmp_path / "killed.db"  # as the next daemon would find it if this one were killed now
    killed.write_bytes((tmp_path / "dartd.db").read_bytes())
    (tmp_path / "aside").rename(tmp_path / name)
    backend.begin()
    backend.control("ROLLBACK")
    backend.close()
    assert inspect(killed, _get) == "b"


def test_a_log_that_was_replaced_is_not_written_to(tmp_path: Path) -> None:
    """Another program opened the store after the log was removed, and began another one."""
    backend = SqliteBackend.open(tmp_path / "dartd.db")
    (tmp_path / "dartd.db-wal").unlink()
    (tmp_path / "dartd.db-wal").touch()

    with pytest.raises(StoreUnavailableError, match="was removed or replaced"):
        backend.begin()
    backend.close()
