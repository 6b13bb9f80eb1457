"""Write-ahead logs that must not be written into their file."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.store.sqlite.backend import SqliteBackend
from dartd.store.tables import metadata


def _put(connection: sa.Connection) -> int:
    return connection.execute(sa.insert(metadata).values(key="a", value="b")).rowcount


def _get(connection: sa.Connection) -> str | None:
    return connection.execute(sa.select(metadata.c.value)).scalar()


def _with_log(folder: Path) -> Path:
    """Write a store as kill -9 leaves it: what was committed last is in its log only."""
    path = folder / "dartd.db"
    writer = SqliteBackend.open(folder / "made.db")
    writer.begin()
    _put(writer.writer)
    writer.control("COMMIT")
    for name in ("", "-wal"):
        (folder / f"dartd.db{name}").write_bytes((folder / f"made.db{name}").read_bytes())
    writer.close()
    return path


@pytest.mark.parametrize("name", ["dartd.db", "link.db"])
def test_a_damaged_log_is_kept_and_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """SQLite would overwrite it without a word; the events in it may still be recovered by hand. Also where a link leads to the store."""
    (tmp_path / "link.db").symlink_to(_with_log(tmp_path))
    path = tmp_path / name
    log = tmp_path / "dartd.db-wal"
    content = bytearray(log.read_bytes())
    content[5] ^= 0xFF
    log.write_bytes(content)
    backend = SqliteBackend.open(path)
    damaged = backend.damaged_log
    backend.close()

    assert damaged is not None
    assert damaged.read_bytes() == bytes(content)
    assert str(damaged) in caplog.text


def test_a_whole_log_is_read(tmp_path: Path) -> None:
    """After kill -9 the store has everything; an empty log, and one that was never written, are no damage."""
    path = _with_log(tmp_path)
    backend = SqliteBackend.open(path)
    found = (_get(backend.writer), backend.damaged_log)
    backend.close()
    for content in (b"", bytes(4096), b"short"):
        (tmp_path / "dartd.db-wal").write_bytes(content)
        backend = SqliteBackend.open(path)
        assert backend.damaged_log is None
        backend.close()

    assert found == ("b", None)


def test_the_log_of_a_later_state_is_not_written_into_an_earlier_file(tmp_path: Path) -> None:
    """A copy may be put in the place of the file after kill -9, when the log is still there: their pages do not fit each other."""
    path, copy = tmp_path / "dartd.db", tmp_path / "copy.db"
    SqliteBackend.open(path).close()
    copy.write_bytes(path.read_bytes())
    SqliteBackend.open(path).close()
    backend = SqliteBackend.open(path)
    backend.begin()
    _put(backend.writer)
    backend.control("COMMIT")
    log = (tmp_path / "dartd.db-wal").read_bytes()
    backend.close()
    path.write_bytes(copy.read_bytes())
    (tmp_path / "dartd.db-wal").write_bytes(log)
    backend = SqliteBackend.open(path)
    found = (_get(backend.writer), backend.damaged_log)
    backend.close()

    assert found[0] is None
    assert found[1] is not None
    assert found[1].read_bytes() == log
