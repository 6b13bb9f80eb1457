"""Backups of real stores: made under writes, refused where they must not be used, put back."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dartd.errors import BackupError, StoreBusyError, StoreError
from dartd.store.journal import Journal
from dartd.store.sqlite.backup import back_up, restore
from schemas.base import BoardId
from tests.support.throws import hit

_SUFFIX = ".replaced"


@asynccontextmanager
async def _journal(path: Path) -> AsyncIterator[Journal]:
    journal = await asyncio.to_thread(Journal.open, path, BoardId("main"))
    try:
        yield journal
    finally:
        await asyncio.to_thread(journal.close)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _seqs(path: Path, query: str = "SELECT seq FROM events ORDER BY seq") -> list[int]:
    connection = sqlite3.connect(path)
    rows = [row[0] for row in connection.execute(query)]
    connection.close()
    return rows


async def test_a_copy_under_writes_is_one_moment(tmp_path: Path) -> None:
    """While events are appended without a pause, the copy has the first ones without a gap, and exactly their rows in derived tables."""
    store, copy = tmp_path / "dartd.db", tmp_path / "copy.db"
    async with _journal(store) as journal:
        await journal.append([hit(f"d{k}") for k in range(200)], at_s=1.0)
        copying = asyncio.create_task(asyncio.to_thread(back_up, store, copy))
        count = 200
        while not copying.done():
            await journal.append([hit(f"d{count}")], at_s=2.0)
            count += 1
        size_bytes = await copying

    seqs = await asyncio.to_thread(_seqs, copy)
    assert 200 <= len(seqs) <= count
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(await asyncio.to_thread(_seqs, copy, "SELECT seq FROM throws")) == len(seqs)
    assert size_bytes == copy.stat().st_size
    assert copy.stat().st_mode & 0o777 == 0o600
    assert _names(tmp_path) == ["copy.db", "dartd.db", "dartd.db.lock"]


async def test_a_copy_that_is_put_back_goes_on_as_another_stream(tmp_path: Path) -> None:
    """The store has the events of the copy and takes new ones; the one that was there is kept with all of its events."""
    store, copy = tmp_path / "dartd.db", tmp_path / "copy.db"
    async with _journal(store) as journal:
        await journal.append([hit("d1")], at_s=1.0)
        await asyncio.to_thread(back_up, store, copy)
        await journal.append([hit("d2")], at_s=2.0)
        before = journal.stream_id
        with pytest.raises(StoreBusyError, match="in use by another dartd"):
            await asyncio.to_thread(restore, copy, store, suffix=_SUFFIX)
    aside = await asyncio.to_thread(restore, copy, store, suffix=_SUFFIX)
    async with _journal(store) as journal:
        after = journal.stream_id
        envelopes = await journal.append([hit("d3")], at_s=3.0)

    assert aside == tmp_path / "dartd.db.replaced"
    assert (_seqs(store), _seqs(aside), _seqs(copy)) == ([1, 2], [1, 2], [1])
    assert after != before
    assert envelopes[0].event_id == f"{after}-2"


async def test_a_copy_goes_to_a_place_without_a_store(tmp_path: Path) -> None:
    """On a new machine the folder is made, and nothing had to be kept."""
    async with _journal(tmp_path / "dartd.db") as journal:
        await journal.append([hit("d1")], at_s=1.0)
    await asyncio.to_thread(back_up, tmp_path / "dartd.db", tmp_path / "copy.db")
    place = tmp_path / "new" / "dartd.db"

    assert await asyncio.to_thread(restore, tmp_path / "copy.db", place, suffix=_SUFFIX) is None
    assert _seqs(place) == [1]


async def test_a_damaged_store_is_kept_too(tmp_path: Path) -> None:
    """A store that cannot be opened is what a backup is for: it is put aside as it is."""
    store, copy = tmp_path / "dartd.db", tmp_path / "copy.db"
    async with _journal(store) as journal:
        await journal.append([hit("d1")], at_s=1.0)
    await asyncio.to_thread(back_up, store, copy)
    store.write_bytes(b"x" * 8192)
    aside = await asyncio.to_thread(restore, copy, store, suffix=_SUFFIX)

    assert aside is not None
    assert aside.read_bytes() == b"x" * 8192
    assert _seqs(store) == [1]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "does not exist"),
        (lambda path: path.write_bytes(b"no database"), "cannot be read"),
        (lambda path: os.truncate(path, path.stat().st_size // 2), "damaged|cannot be read"),
        (lambda path: _execute(path, "PRAGMA application_id = 1"), "no backup of dartd"),
        (lambda path: _execute(path, "PRAGMA user_version = 9999"), "newer dartd"),
    ],
    ids=["missing", "text", "cut", "foreign", "newer"],
)
async def test_what_cannot_be_used_is_refused(tmp_path: Path, spoil: object, message: str) -> None:
    """The reason is given, and the store is the one from before."""
    store, copy = tmp_path / "dartd.db", tmp_path / "copy.db"
    async with _journal(store) as journal:
        await journal.append([hit("d1")], at_s=1.0)
    await asyncio.to_thread(back_up, store, copy)
    before = store.read_bytes()
    spoil(copy)  # type: ignore[operator]  # a parameter
    with pytest.raises(BackupError, match=message):
        await asyncio.to_thread(restore, copy, store, suffix=_SUFFIX)

    assert store.read_bytes() == before
    assert not (tmp_path / "dartd.db.replaced").exists()


@pytest.mark.slow
async def test_damage_is_found_and_not_copied(tmp_path: Path) -> None:
    """A store whose pages are spoiled is refused, and the reason says so: the last good backup must not be pushed out by it."""
    store = tmp_path / "dartd.db"
    async with _journal(store) as journal:
        await journal.append([hit(f"d{k}") for k in range(500)], at_s=1.0)
    with store.open("r+b") as file:
        for page in range(40, 120):
            file.seek(page * 4096)
            file.write(b"x" * 4096)
    with pytest.raises(StoreError, match="damaged"):
        await asyncio.to_thread(back_up, store, tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()


@pytest.mark.slow
async def test_nothing_is_overwritten_or_left_behind(tmp_path: Path) -> None:
    """A target that exists stays as it is; a folder that is missing is named; a copy that is given up leaves no file."""
    store, target = tmp_path / "dartd.db", tmp_path / "target"
    async with _journal(store) as journal:
        await journal.append([hit(f"d{k}") for k in range(500)], at_s=1.0)
    target.write_text("mine")
    with pytest.raises(BackupError, match="nothing is overwritten"):
        await asyncio.to_thread(back_up, store, target)
    with pytest.raises(BackupError, match="cannot write"):
        await asyncio.to_thread(back_up, store, tmp_path / "missing" / "copy.db")
    with pytest.raises(BackupError, match="nothing to back up"):
        await asyncio.to_thread(back_up, tmp_path / "other.db", tmp_path / "copy.db")
    with pytest.raises(BackupError, match="given up"):
        await asyncio.to_thread(back_up, store, tmp_path / "copy.db", lambda _done_bytes: False)

    assert target.read_text() == "mine"
    assert [name for name in _names(tmp_path) if not name.startswith("dartd.db")] == ["target"]


def _execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


async def test_a_link_in_the_place_of_the_store_stays(tmp_path: Path) -> None:
    """A store that lies elsewhere, behind a link, must be replaced there: the link stays, and a daemon that runs is noticed."""
    disk, copy = tmp_path / "disk", tmp_path / "copy.db"
    disk.mkdir()
    store = tmp_path / "dartd.db"
    store.symlink_to(disk / "dartd.db")
    async with _journal(store) as journal:
        await journal.append([hit("d1")], at_s=1.0)
        await asyncio.to_thread(back_up, store, copy)
        with pytest.raises(StoreBusyError):
            await asyncio.to_thread(restore, copy, store, suffix=_SUFFIX)
    aside = await asyncio.to_thread(restore, copy, store, suffix=_SUFFIX)

    assert store.is_symlink()
    assert aside == disk / f"dartd.db{_SUFFIX}"
    assert await asyncio.to_thread(_seqs, store) == [1]
