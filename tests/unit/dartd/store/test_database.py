"""The database: one writer, group commit, and clear refusals."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from dartd.errors import QueryTimeoutError, StoreBusyError, StoreError, StoreFullError, StoreUnavailableError
from dartd.store.database import WAITING_JOBS, Database
from dartd.store.sqlite.backend import SCHEMA_VERSION
from dartd.store.tables import metadata
from tests.support.postgres import file_of
from tests.support.waiting import DEADLINE_S


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Open a fresh store."""
    opened = Database.open(tmp_path / "dartd.db")
    yield opened
    opened.close()


def _keys(connection: sa.Connection) -> list[str]:
    return [key for (key,) in connection.exec_driver_sql("SELECT key FROM metadata ORDER BY key")]


def _insert(connection: sa.Connection, key: str) -> int:
    connection.execute(sa.insert(metadata).values(key=key, value="x"))
    return 1


async def test_what_was_written_can_be_read(database: Database) -> None:
    """A reader sees what a finished write has written."""
    await database.write(lambda connection: _insert(connection, "a"))

    keys = await database.read(_keys)

    assert keys == ["a"]


@pytest.mark.slow
async def test_writes_that_wait_together_all_arrive(database: Database) -> None:
    """A thousand writers at once are all committed, each exactly once, although only a bounded number may wait."""
    await asyncio.gather(*(database.write(lambda connection, k=k: _insert(connection, f"{k:04}")) for k in range(1000)))  # type: ignore[misc]

    keys = await database.read(_keys)

    assert keys == [f"{k:04}" for k in range(1000)]


async def test_fault_of_one_job_leaves_the_others(database: Database) -> None:
    """A job that raises is undone and raised to its caller alone."""

    def insert_and_fail(connection: sa.Connection) -> None:
        _insert(connection, "undone")
        raise ValueError("mine")

    good, bad, also_good = await asyncio.gather(
        database.write(lambda connection: _insert(connection, "a")),
        database.write(insert_and_fail),
        database.write(lambda connection: _insert(connection, "b")),
        return_exceptions=True,
    )

    assert (good, type(bad), also_good) == (1, ValueError, 1)
    assert await database.read(_keys) == ["a", "b"]


@pytest.mark.sqlite
async def test_database_fault_is_a_store_error_and_the_store_goes_on(database: Database) -> None:
    """What SQLite refuses is raised as a StoreError that names the file; later writes work."""
    with pytest.raises(StoreError, match=r"dartd\.db") as refused:
        await database.write(lambda connection: connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)"))
    await database.write(lambda connection: _insert(connection, "later"))

    assert refused.value.details["sqlite"] == "SQLITE_ERROR"
    assert await database.read(_keys) == ["later"]


async def test_readers_cannot_write(database: Database) -> None:
    """A query on a reader that writes is refused, so that there is one writer only."""
    with pytest.raises(StoreError, match=r"read-?only"):
        await database.read(lambda connection: _insert(connection, "a"))


async def test_closed_store_refuses(tmp_path: Path) -> None:
    """A closed store answers with a StoreError, and may be closed again."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    await asyncio.to_thread(database.close)
    await asyncio.to_thread(database.close)

    with pytest.raises(StoreError, match="closed"):
        await database.write(_keys)


@pytest.mark.sqlite
def test_commits_survive_a_power_cut(database: Database) -> None:
    """The writer uses a write-ahead log and waits for the disk at each commit."""
    writer = database.backend.writer
    pragmas = [writer.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")]

    assert pragmas == ["wal", 2]


@pytest.mark.sqlite
@pytest.mark.slow
async def test_commits_do_not_lengthen_the_log(database: Database) -> None:
    """Commits write over what the log's file holds already, however many there are: it is emptied into the store between them."""
    log = file_of(database).with_name("dartd.db-wal")
    bytes_at_first = log.stat().st_size

    for k in range(300):
        await database.write(lambda connection, k=k: _insert(connection, f"{k:04}" * 1000))  # type: ignore[misc]

    assert bytes_at_first > 1024 * 1024
    assert log.stat().st_size == bytes_at_first


def test_second_opener_is_refused(database: Database) -> None:
    """A store that is open cannot be opened again."""
    with pytest.raises(StoreBusyError, match="in use by another dartd"):
        Database.open(file_of(database))


@pytest.mark.sqlite
def test_newer_store_is_refused(tmp_path: Path) -> None:
    """A store of a later version is left alone, and the lock is given back."""
    path = tmp_path / "dartd.db"
    Database.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()

    for _ in range(2):
        with pytest.raises(StoreError, match="newer dartd") as refused:
            Database.open(path)

        assert not isinstance(refused.value, StoreBusyError)


@pytest.mark.sqlite
def test_foreign_database_is_refused(tmp_path: Path) -> None:
    """A database of another program is not written to."""
    path = tmp_path / "music.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (name)")
    connection.close()

    with pytest.raises(StoreError, match="another program"):
        Database.open(path)


@pytest.mark.sqlite
def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file with other content is named, with the remedy."""
    path = tmp_path / "notes.txt"
    path.write_text("buy darts " * 200)

    with pytest.raises(StoreError, match=r"notes\.txt.*set store\.path"):
        Database.open(path)


async def test_integrity_fault_leaves_the_others(database: Database) -> None:
    """What a table refuses is its asker's own fault: writes of the same commit stand."""

    def insert(connection: sa.Connection) -> None:
        connection.execute(sa.insert(metadata).values(key="a", value="x"))

    outcomes = await asyncio.gather(*(database.change(insert) for _ in range(2)), return_exceptions=True)
    keys = await database.query(lambda connection: connection.execute(sa.select(metadata.c.key)).scalars().all())

    assert [type(outcome) for outcome in outcomes] == [type(None), IntegrityError]
    assert keys == ["a"]


async def test_people_are_not_kept_waiting_in_a_long_line(database: Database) -> None:
    """While too many wait, one more person is refused; the journal's writes and the daemon's own reads do not wait behind them."""
    hold = threading.Event()

    def slow(connection: sa.Connection) -> list[str]:
        hold.wait(DEADLINE_S)
        return _keys(connection)

    asking = [asyncio.create_task(database.query(slow)) for _ in range(WAITING_JOBS)]
    await asyncio.sleep(0)
    with pytest.raises(StoreFullError):
        await database.query(_keys)
    await database.write(lambda connection: _insert(connection, "a"))
    written = await database.read(_keys)
    hold.set()
    await asyncio.gather(*asking)

    assert written == ["a"]


async def test_statement_fault_of_a_person_leaves_the_journal_alone(database: Database) -> None:
    """A faulty statement fails its own caller, whatever shares its commit; only an error of the file fails all."""
    person = asyncio.create_task(database.change(lambda connection: connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")))
    neighbour = asyncio.create_task(database.change(lambda connection: _insert(connection, "neighbour")))
    journal = asyncio.create_task(database.transact([lambda connection: _insert(connection, "journal")]))
    outcomes = await asyncio.gather(person, neighbour, journal, return_exceptions=True)

    assert (type(outcomes[0]), outcomes[1], outcomes[2]) == (StoreError, 1, [1])
    assert await database.read(_keys) == ["journal", "neighbour"]


@pytest.mark.sqlite
@pytest.mark.slow
async def test_an_error_of_the_file_fails_the_whole_batch(database: Database) -> None:
    """What another program holds, or a full disk, is not the fault of a statement: nothing is written and it may be tried again."""
    blocker = sqlite3.connect(file_of(database), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError, match="another program holds it"):
        await database.transact([lambda connection: _insert(connection, "a"), lambda connection: _insert(connection, "b")])
    blocker.execute("ROLLBACK")
    blocker.close()
    await database.transact([lambda connection: _insert(connection, "a")])

    assert await database.read(_keys) == ["a"]


async def test_slow_query_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By its name and time, with no value in it."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db", slow_query_s=0.0)
    await database.read(_keys)
    await asyncio.to_thread(database.close)

    assert "slow query _keys" in caplog.text


async def test_slow_query_is_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's query that would run without end is stopped with a remedy; the thread serves the next one."""
    monkeypatch.setattr("dartd.store.database.QUERY_S", 0.05)
    endless = "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n) SELECT count(*) FROM n"

    with pytest.raises(QueryTimeoutError, match="narrow it"):
        await database.query(lambda connection: connection.exec_driver_sql(endless).scalar_one())
    assert await database.query(_keys) is not None


async def test_query_that_waited_too_long_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not run once its caller has given up; what the daemon itself reads is never refused."""
    monkeypatch.setattr("dartd.store.database.WAITING_S", -1.0)

    with pytest.raises(StoreFullError, match="waited"):
        await database.query(_keys)
    assert await database.read(_keys) is not None


async def test_slow_queries_of_people_delay_no_essential_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all readers busy the daemon's own reader answers at once."""
    monkeypatch.setattr("dartd.store.database.QUERY_S", 60.0)
    release = threading.Event()
    busy = [asyncio.create_task(database.query(lambda _: release.wait(DEADLINE_S))) for _ in range(8)]
    await asyncio.sleep(0)

    assert await database.read(_keys) is not None
    assert not any(task.done() for task in busy)
    release.set()
    assert all(await asyncio.gather(*busy))
