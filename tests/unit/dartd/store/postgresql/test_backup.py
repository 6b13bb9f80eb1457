"""Copies of a store on a server, and of files into it."""

import asyncio
import contextlib
import gzip
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.config.database_url import DatabaseUrl
from dartd.errors import BackupError, StoreBusyError
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.backends import back_up, change_alongside, inspect, report_on, restore
from dartd.store.journal import Journal
from dartd.store.photos import Photo, put_photo
from dartd.store.players import PLAYERS
from dartd.store.tables import METADATA, audit, events
from schemas.base import BoardId
from tests.support.stores.dump import REVISIONS
from tests.support.stores.dump import restore as restore_revision
from tests.support.throws import hit
from tests.support.waiting import DEADLINE_S

BOARD = BoardId("main")
PLAYER = {"boards": "[]", "active": True, "shared": False, "preferences": "{}"}


def _add(connection: sa.Connection) -> None:
    PLAYERS.insert(connection, {"player_id": "ann", "name": "Ännchen 😀", **PLAYER}, at_s=1.5)
    put_photo(connection, "ann", Photo(media_type="image/png", body=bytes(range(256))), at_s=1.0)
    append_entry(connection, AuditEntry(at_s=1.0, user_id="u", action="a", entity_type="player"))


def _rows(connection: sa.Connection) -> dict[str, list[str]]:
    return {
        name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
        for name, table in METADATA.tables.items()
        if name != "metadata"  # the stream has another name
    }


async def _open(location: Path | DatabaseUrl, darts: int) -> Journal:
    journal = await asyncio.to_thread(Journal.open, location, BOARD)
    await journal.append([hit(f"d{k:06}") for k in range(darts)], at_s=5.0)
    return journal


async def test_store_moves_from_a_file_to_a_server_and_back(make_url: Callable[[], DatabaseUrl], tmp_path: Path) -> None:
    """A backup of either must give the same rows in the other, as another stream; numbers that the database counts must go on."""
    file, url, there = tmp_path / "dartd.db", make_url(), tmp_path / "there.db"
    journal = await _open(file, 3)
    await journal.database.write(_add)
    await asyncio.to_thread(journal.close)
    first = await asyncio.to_thread(inspect, file, _rows)

    await asyncio.to_thread(back_up, file, tmp_path / "one.backup")
    kept = await asyncio.to_thread(lambda: restore(tmp_path / "one.backup", url, suffix=".kept"))
    second = await asyncio.to_thread(inspect, url, _rows)
    moved = await asyncio.to_thread(Journal.open, url, BOARD)
    await asyncio.to_thread(back_up, url, tmp_path / "two.backup")  # the daemon runs
    await asyncio.to_thread(moved.close)
    await asyncio.to_thread(lambda: restore(tmp_path / "two.backup", there, suffix=".kept"))
    third = await asyncio.to_thread(inspect, there, _rows)
    entry = AuditEntry(at_s=2.0, user_id="u", action="b", entity_type="player")
    await asyncio.to_thread(change_alongside, url, lambda connection: append_entry(connection, entry))
    numbers = await asyncio.to_thread(inspect, url, lambda c: c.execute(sa.select(audit.c.audit_id)).scalars().all())

    assert (kept, first == second, second == third) == (None, True, True)
    assert len(first["throws"]) == 3
    assert sorted(numbers) == [1, 2]
    assert moved.stream_id != journal.stream_id


async def test_backup_is_of_one_moment(url: DatabaseUrl, tmp_path: Path) -> None:
    """What is written while it is made must not be in it, and what was there must be, in every table."""
    journal = await _open(url, 40)
    begun, written = threading.Event(), threading.Event()

    def advance(_done_bytes: int) -> bool:
        begun.set()
        return written.wait(DEADLINE_S)

    copying = asyncio.create_task(asyncio.to_thread(back_up, url, tmp_path / "copy.db", advance))
    await asyncio.to_thread(begun.wait, DEADLINE_S)
    await journal.append([hit(f"e{k:06}") for k in range(20)], at_s=6.0)
    written.set()
    await copying
    await asyncio.to_thread(journal.close)
    rows = await asyncio.to_thread(inspect, tmp_path / "copy.db", _rows)
    report = await asyncio.to_thread(report_on, tmp_path / "copy.db")

    assert report is not None
    assert (report.count, report.last_seq, report.damage) == (40, 40, None)
    assert (len(rows["events"]), len(rows["throws"]), len(rows["detections"])) == (40, 40, 40)


async def test_what_was_there_is_kept(url: DatabaseUrl, tmp_path: Path) -> None:
    """A store that is replaced must be kept as a copy, and be put back from it; a daemon that runs must not lose its store."""
    journal = await _open(url, 2)
    await asyncio.to_thread(back_up, url, tmp_path / "copy.db")
    with pytest.raises(StoreBusyError):
        await asyncio.to_thread(lambda: restore(tmp_path / "copy.db", url, suffix=".kept"))
    await journal.append([hit("later")], at_s=6.0)
    await asyncio.to_thread(journal.close)
    kept = await asyncio.to_thread(lambda: restore(tmp_path / "copy.db", url, suffix=".kept"))
    restored = await asyncio.to_thread(inspect, url, _rows)
    again = await asyncio.to_thread(Journal.open, url, BOARD)
    await asyncio.to_thread(again.close)
    assert kept is not None
    await asyncio.to_thread(lambda: restore(kept, url, suffix=".kept2"))

    assert (len(restored["events"]), len((await asyncio.to_thread(inspect, url, _rows))["events"])) == (2, 3)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert again.stream_id != journal.stream_id  # clients know an event that is not there


@pytest.mark.slow
def test_backup_of_an_earlier_version_is_brought_up_to_date(url: DatabaseUrl, tmp_path: Path) -> None:
    """It must be put back with its events, and not be changed itself."""
    restore_revision(REVISIONS[1], tmp_path / "old.db")
    before = (tmp_path / "old.db").read_bytes()
    restore(tmp_path / "old.db", url, suffix=".kept")

    assert inspect(url, lambda connection: connection.execute(sa.select(sa.func.count()).select_from(events)).scalar_one()) > 10
    assert (tmp_path / "old.db").read_bytes() == before


def test_what_cannot_be_put_back_changes_nothing(url: DatabaseUrl, tmp_path: Path) -> None:
    """A damaged file, one of another program and one of a newer dartd must be refused with the reason; so must one with a text too odd."""
    asyncio.run(_stored(url))
    good, damaged, foreign, newer, odd, text = (tmp_path / name for name in ("good", "damaged", "foreign", "newer", "odd", "text"))
    for path in (good, newer, odd):
        back_up(url, path)
    content = bytearray(good.read_bytes())
    content[4096 * 3 : 4096 * 3 + 200] = b"\xff" * 200
    damaged.write_bytes(content)
    text.write_bytes(gzip.compress(b"no database"))
    for path, statement in (
        (foreign, "CREATE TABLE songs (name)"),
        (newer, "PRAGMA user_version = 999"),
        (odd, "UPDATE throws SET label = 'T' || char(0)"),
    ):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.commit()
    before = inspect(url, _rows)

    for path, reason in ((damaged, "damaged"), (text, "cannot be read"), (foreign, "no backup"), (newer, "newer"), (odd, "throws")):
        with pytest.raises(BackupError, match=reason):
            restore(path, url, suffix=f".kept-{path.name}")
    with pytest.raises(BackupError, match="given up"):
        restore(good, url, suffix=".kept-good", advance=lambda _: False)
    with pytest.raises(BackupError, match="given up"):
        back_up(url, tmp_path / "never", lambda _: False)
    with pytest.raises(BackupError, match="nothing is overwritten"):
        back_up(url, good)

    assert inspect(url, _rows) == before
    assert not (tmp_path / "never").exists()


async def _stored(url: DatabaseUrl) -> None:
    journal = await _open(url, 2)
    await asyncio.to_thread(journal.close)
