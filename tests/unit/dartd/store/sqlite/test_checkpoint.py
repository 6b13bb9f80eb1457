"""Checkpoints, and files that are overwritten in place."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.errors import StoreUnavailableError
from dartd.store.sqlite.backend import SqliteBackend
from dartd.store.sqlite.checkpoint import count_of
from dartd.store.tables import metadata

_OTHER_PROGRAM = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("INSERT INTO metadata VALUES ('other', '1')")
connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
"""


def _put(connection: sa.Connection, key: str = "a") -> None:
    connection.execute(sa.insert(metadata).values(key=key, value="b"))


def _commit(backend: SqliteBackend, key: str) -> None:
    backend.begin()
    _put(backend.writer, key)
    backend.control("COMMIT")


def test_each_checkpoint_raises_the_count_of_the_file(tmp_path: Path) -> None:
    """Otherwise an earlier copy could not be distinguished from the file."""
    path = tmp_path / "dartd.db"
    counts = []
    for _ in range(2):
        with contextlib.closing(SqliteBackend.open(path)):
            counts.append(count_of(path.read_bytes()))
        counts.append(count_of(path.read_bytes()))

    assert counts == sorted(set(counts))


def test_a_long_log_is_no_other_file(tmp_path: Path) -> None:
    """SQLite moves a log of more than 1000 pages into the file by itself, within a commit."""
    with contextlib.closing(SqliteBackend.open(tmp_path / "dartd.db")) as backend:
        for key in ("a", "b"):
            backend.begin()
            backend.writer.execute(sa.insert(metadata).values(key=key, value="x" * 8_000_000))
            backend.control("COMMIT")
        _commit(backend, "c")


def test_a_check_during_a_commit_finds_no_other_file(tmp_path: Path) -> None:
    """Another thread checks while commits move the log: it must not see the first page before its header is noted."""
    ended = threading.Event()

    def check(backend: SqliteBackend) -> int:
        count = 0
        while not ended.is_set():
            backend.check_file()
            count += 1
        return count

    with contextlib.closing(SqliteBackend.open(tmp_path / "dartd.db")) as backend, ThreadPoolExecutor(1) as pool:
        checks = pool.submit(check, backend)
        try:
            for key in range(10):
                backend.begin()
                backend.writer.execute(sa.insert(metadata).values(key=str(key), value="x" * 5_000_000))
                backend.control("COMMIT")
        finally:
            ended.set()

        assert checks.result() > 0


def test_a_checkpoint_that_a_reader_cuts_short_is_no_other_file(tmp_path: Path) -> None:
    """The header then counts pages that are still in the log: a page was added before the reader began, and written again afterwards."""
    path = tmp_path / "dartd.db"
    with contextlib.closing(SqliteBackend.open(path)) as backend, contextlib.closing(sqlite3.connect(path)) as reader:
        backend.writer.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
        backend.begin()
        backend.writer.execute(sa.insert(metadata).values(key="long", value="x" * 40_000))
        backend.control("COMMIT")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM metadata").fetchone()
        backend.writer.exec_driver_sql("PRAGMA wal_autocheckpoint = 1")
        backend.begin()
        backend.writer.execute(sa.update(metadata).where(metadata.c.key == "long").values(value="y" * 40_000))
        backend.control("COMMIT")
        pages, page_bytes = (backend.writer.exec_driver_sql(f"PRAGMA {each}").scalar_one() for each in ("page_count", "page_size"))

        assert path.stat().st_size < pages * page_bytes
        backend.check_file()
        reader.execute("COMMIT")


@pytest.mark.parametrize("content", ["earlier copy", "nothing", "half", "other database"])
def test_a_file_that_is_overwritten_is_unavailable(tmp_path: Path, content: str) -> None:
    """The same file at the same path, with other content: it is not written to, and its log stays apart from what is there now."""
    path, other = tmp_path / "dartd.db", tmp_path / "other.db"
    SqliteBackend.open(path).close()
    SqliteBackend.open(other).close()
    copy = path.read_bytes()
    backend = SqliteBackend.open(path)
    _commit(backend, "a")
    put = {"earlier copy": copy, "nothing": b"", "half": path.read_bytes()[:8192], "other database": other.read_bytes()}[content]
    path.write_bytes(put)

    with pytest.raises(StoreUnavailableError, match="was overwritten"):
        backend.begin()
    with pytest.raises(StoreUnavailableError, match="was overwritten"):
        backend.check_file()
    backend.close()
    assert path.read_bytes() == put
    assert [each.name.partition(".damaged")[0] for each in tmp_path.glob("dartd.db-wal*")] == ["dartd.db-wal"]
    assert not (tmp_path / "dartd.db-wal").exists()


def test_other_programs_may_write_the_store(tmp_path: Path) -> None:
    """A command next to the daemon commits, and moves the log into the file when it ends."""
    path = tmp_path / "dartd.db"
    with contextlib.closing(SqliteBackend.open(path)) as backend:
        subprocess.run([sys.executable, "-c", _OTHER_PROGRAM, path], check=True)
        _commit(backend, "b")
        found = backend.writer.execute(sa.select(sa.func.count()).select_from(metadata)).scalar_one()

    assert found == 2
