"""An older store becomes one of today."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from dartd.store.database import Database
from dartd.store.journal import Journal
from dartd.store.projections import ALL
from dartd.store.sqlite.backend import APPLICATION_ID
from schemas.base import BoardId
from tests.support.stores.dump import REVISIONS, restore
from tests.support.throws import hit

FIRST_TABLES = (
    "CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY, at_s REAL NOT NULL, topic TEXT NOT NULL, event_type TEXT NOT NULL, wire BLOB NOT NULL
    ) STRICT""",
    "CREATE TABLE calibrations (camera_id TEXT PRIMARY KEY, at_s REAL NOT NULL, body TEXT NOT NULL) STRICT",
)


def _shape(path: Path) -> dict[str, Any]:
    """Describe every table: columns (whether keys may be NULL, and their order, aside) and indices."""
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
        shape[table] = (sorted(columns), indices)
    shape["revision"] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    connection.close()
    return shape


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    """Write a store as version 1 did, with an event in it."""
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
    await asyncio.to_thread(lambda: Journal.open(old, BoardId("main")).close())
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


_KEPT = ("users", "keys", "photos", "audit", "calibrations", "refresh_families", "zones", "webhooks", "comments", "feedback")
_PLAYERS = {"players": "player_id, name, badge_id, group_name, skill_level, boards, active, shared, version, created_at_s"}
_PLAY = {
    "throws": "throw_id, seq, visit_id, dart_number, player_id, state, label, points, corrected, x_mm",
    "visits": "visit_id, seq, player_id, total, reason, revised, throws",
    "matches": "match_id, seq, board_id, game, status, created_at_s",
    "player_legs": "match_id, set_number, leg_number, side, player_id, points, darts, visits_body, finished",
    "corrections": "*",
}


_MATCHES = {"matches": "match_id, body"}  # later revisions add fields to them


def _rows(path: Path, tables: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    connection = sqlite3.connect(path)
    present = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    chosen = {name: f"SELECT {columns} FROM {name}" for name, columns in tables.items() if name in present}  # noqa: S608 - our own names
    found = {name: sorted(connection.execute(query), key=repr) for name, query in chosen.items()}
    connection.close()
    return found


@pytest.mark.parametrize("revision", REVISIONS)
async def test_store_of_each_revision_opens_and_rebuilds(revision: str, tmp_path: Path) -> None:
    """A store of an earlier version has today's tables, all its events, people and throws with their players, also after a rebuild."""
    path = tmp_path / "old.db"
    restore(revision, path)
    tables = {**dict.fromkeys(_KEPT, "*"), **_PLAYERS, **_PLAY}
    before, events = _rows(path, tables), _rows(path, {"events": "seq, at_s, event_type"})["events"]
    signed_on = _rows(path, {"metadata": "key, value"})["metadata"]

    journal = await asyncio.to_thread(Journal.open, path, BoardId("main"))
    after, matches = _rows(path, tables), _rows(path, _MATCHES)
    await journal.database.write(journal.registry.rebuild)
    await asyncio.to_thread(journal.close)
    await asyncio.to_thread(lambda: Journal.open(tmp_path / "new.db", BoardId("main")).close())

    assert _shape(path) == _shape(tmp_path / "new.db")
    for name, rows in before.items():
        columns = len(rows[0]) if rows else 0  # later revisions add columns at the end
        assert [row[:columns] for row in after[name]] == _as_today(rows), name
    assert (_rows(path, tables), _rows(path, _MATCHES)) == (after, matches)
    assert after["throws"]
    assert after["visits"]
    assert set(_rows(path, {"events": "seq, at_s, event_type"})["events"]) >= set(events)
    assert {row[3] for row in _rows(path, {"projections": "name, version, failure, 1"})["projections"]} == {1}
    for key, player_id in signed_on:
        if key == "player_on":
            (last,) = await _signed_on(path)
            assert last == player_id


def _as_today(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows as they are folded since revision 5: ids of misses with the board in front, throws of visits with `bounced`."""

    def today(row: tuple[Any, ...]) -> tuple[Any, ...]:
        row = (f"main-{row[0]}", *row[1:]) if str(row[0]).startswith("m0") else row
        if not (isinstance(row[-1], str) and row[-1].startswith("[")):
            return row
        return (
            *row[:-1],
            json.dumps([{**throw, "bounced": throw.get("bounced", False)} for throw in json.loads(row[-1])], separators=(",", ":")),
        )

    return sorted(map(today, rows), key=repr)


async def _signed_on(path: Path) -> list[str]:
    rows = _rows(path, {"events": "seq, event_type, json_extract(wire, '$.player_id')"})["events"]
    return [row[2] for row in sorted(rows) if row[1] == "player_signed_on"][-1:]


async def test_who_threw_is_in_the_journal_of_an_old_store(tmp_path: Path) -> None:
    """What only the tables of revision 4 knew survives that every derived table is thrown away."""
    restore("r0004", tmp_path / "old.db")
    players = {(row[0], row[4]) for row in _rows(tmp_path / "old.db", _PLAY)["throws"] if row[4] is not None}
    journal = await asyncio.to_thread(Journal.open, tmp_path / "old.db", BoardId("main"))
    await asyncio.to_thread(journal.close)
    connection = sqlite3.connect(tmp_path / "old.db")
    for projection in ALL:
        for table in projection.tables:
            connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - our own names
    connection.execute("DELETE FROM projections")
    connection.commit()
    connection.close()
    await asyncio.to_thread(lambda: Journal.open(tmp_path / "old.db", BoardId("main")).close())

    assert len({player for _, player in players}) > 1
    assert {(row[0], row[4]) for row in _rows(tmp_path / "old.db", _PLAY)["throws"] if row[4] is not None} >= {
        (throw_id, player) for throw_id, player in players if not throw_id.startswith("m")
    }
