"""An older store becomes one of today."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from dartd.store.database import APPLICATION_ID, Database
from dartd.store.journal import Journal
from schemas.base import BoardId
from tests.support.throws import hit

FIRST_TABLES = (
    "CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY, at_s REAL NOT NULL, topic TEXT NOT NULL, event_type TEXT NOT NULL, wire BLOB NOT NULL
    ) STRICT""",
    "CREATE TABLE calibrations (camera_id TEXT PRIMARY KEY, at_s REAL NOT NULL, body TEXT NOT NULL) STRICT",
)


def _shape(path: Path) -> dict[str, Any]:
    """Describe every table: columns (whether keys may be NULL aside) and indices."""
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    shape: dict[str, Any] = {}
    for table in tables:
        columns = [
            (name, kind, notnull or key, key) for _, name, kind, notnull, _, key in connection.execute(f"PRAGMA table_info({table})")
        ]
        indices = sorted(
            (bool(unique), tuple(row[2] for row in connection.execute(f"PRAGMA index_info({name})")))
            for _, name, unique, _, _ in connection.execute(f"PRAGMA index_list({table})")
        )
        shape[table] = (columns, indices)
    shape["revision"] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    connection.close()
    return shape


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    """Leave a store as version 1 wrote it, with an event in it."""
    journal = await asyncio.to_thread(Journal.open, tmp_path / "new.db", BoardId("main"), stream_id="s")
    (envelope,) = await journal.append([hit("d000001")], at_s=5.0)
    await asyncio.to_thread(journal.close)
    connection = sqlite3.connect(tmp_path / "old.db")
    for table in FIRST_TABLES:
        connection.execute(table)
    connection.execute("INSERT INTO metadata VALUES ('stream_id', 's')")
    connection.execute("INSERT INTO events VALUES (1, 5.0, ?, 'dart_hit', ?)", (envelope.topic, envelope.wire))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    return tmp_path / "old.db"


async def test_old_store_becomes_as_a_new_one(old: Path, tmp_path: Path) -> None:
    """The same tables, columns and indices, and nothing is lost; what follows from the journal is there."""
    await asyncio.to_thread(lambda: Database.open(old).close())
    connection = sqlite3.connect(old)
    events = connection.execute("SELECT seq, event_type FROM events").fetchall()
    throws = connection.execute("SELECT throw_id, points FROM throws").fetchall()
    connection.close()

    assert _shape(old) == _shape(tmp_path / "new.db")
    assert (events, throws) == ([(1, "dart_hit")], [("d000001", 60)])


async def test_migration_that_breaks_leaves_the_old_store(old: Path) -> None:
    """All or nothing: the store can be opened by the dartd it is of."""
    connection = sqlite3.connect(old)
    connection.execute("CREATE TABLE idempotency (in_the_way TEXT)")
    connection.commit()
    with pytest.raises(Exception, match="idempotency"):
        await asyncio.to_thread(Database.open, old)

    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'users'").fetchone() == (0,)
    connection.close()
