"""A store on a server: locks, servers that come and go, commits without an answer."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from dartd.config.database_url import DatabaseUrl
from dartd.errors import QueryTimeoutError, StoreBusyError, StoreError, StoreUnavailableError, StoreUnconfirmedError
from dartd.store.backends import change_alongside, inspect, lock_out
from dartd.store.database import Database
from dartd.store.journal import Journal, Outcome
from dartd.store.mark import Mark
from dartd.store.postgresql.backend import PostgresBackend
from dartd.store.postgresql.connection import raw_of
from dartd.store.tables import events, metadata
from schemas.base import BoardId, VisitId
from schemas.events import BoardReset, EntityAdded, Envelope, JournalledEvent
from tests.support.postgres import PostgresServer, journalled
from tests.support.throws import hit
from tests.support.waiting import Waiting

BOARD = BoardId("main")


@pytest.fixture
def journal(url: DatabaseUrl) -> Iterator[Journal]:
    """Open a journal in an empty database."""
    opened = Journal.open(url, BOARD)
    yield opened
    opened.close()


def _reset(name: str = "v1") -> BoardReset:
    return BoardReset(visit_id=VisitId(name))


def _lose_answer(journal: Journal, server: PostgresServer, monkeypatch: pytest.MonkeyPatch, *, after_commit: bool) -> None:
    """Have the next commit lose its connection: before the server gets it, or after it made it and before the answer."""
    backend = journal.database.backend
    assert isinstance(backend, PostgresBackend)
    whole = PostgresBackend.control

    def control(self: PostgresBackend, statement: str) -> None:
        if statement != "COMMIT":
            whole(self, statement)
            return
        monkeypatch.setattr(PostgresBackend, "control", whole)
        if after_commit:
            self._raw.execute("COMMIT")
        server.execute(f"SELECT pg_terminate_backend({self._raw.info.backend_pid}, 10000)")
        whole(self, "COMMIT")

    monkeypatch.setattr(PostgresBackend, "control", control)


@pytest.mark.parametrize("after_commit", [True, False])
async def test_commit_without_an_answer_is_neither_lost_nor_made_twice(
    journal: Journal, server: PostgresServer, monkeypatch: pytest.MonkeyPatch, *, after_commit: bool
) -> None:
    """The same events tried again must be in the journal once, with the positions that are returned; so must what follows."""
    await journal.append([_reset("v0")], at_s=1.0)
    _lose_answer(journal, server, monkeypatch, after_commit=after_commit)
    tried: list[JournalledEvent] = [_reset("v1"), hit("d1")]
    with pytest.raises(StoreUnconfirmedError):
        await journal.append(tried, at_s=2.0, memories={"board": b"one"})
    envelopes = await journal.append([*tried, _reset("v2")], at_s=2.0, memories={"board": b"two"})
    (last,) = await journal.append([_reset("v3")], at_s=3.0)
    stored = await asyncio.to_thread(journalled, journal.database.path)

    assert [(e.seq, getattr(e.event, "visit_id", None)) for e in envelopes] == [(2, "v1"), (3, envelopes[1].event.visit_id), (4, "v2")]  # type: ignore[union-attr]
    assert [event["event_id"] for event in stored] == [f"{journal.stream_id}-{k}" for k in range(1, 6)]
    assert [event["event_type"] for event in stored] == ["board_reset", "board_reset", "dart_hit", "board_reset", "board_reset"]
    assert (last.seq, await journal.memory("board")) == (5, (4, b"two"))


@pytest.mark.parametrize("after_commit", [True, False])
async def test_write_without_an_answer_is_published_late_if_it_was_made(
    journal: Journal, server: PostgresServer, monkeypatch: pytest.MonkeyPatch, *, after_commit: bool
) -> None:
    """The events of a person's write must be published once, before what follows; a write that was not made must leave nothing."""
    late: list[Envelope] = []
    journal.publish_late = late.extend
    added = EntityAdded(entity_type="player", entity_id="ann", payload={}, user_id="ann")

    def write(connection: sa.Connection) -> Outcome:
        return Outcome(connection.execute(sa.insert(metadata).values(key="ann", value="")).rowcount, [added])

    _lose_answer(journal, server, monkeypatch, after_commit=after_commit)
    with pytest.raises(StoreUnconfirmedError):
        await journal.write([write], at_s=1.0)
    (envelope,) = await journal.append([_reset()], at_s=2.0)
    rows = await journal.database.read(lambda c: c.execute(sa.select(metadata.c.key).where(metadata.c.key == "ann")).all())

    assert [e.event for e in late] == ([added] if after_commit else [])
    assert (envelope.seq, len(rows)) == ((2, 1) if after_commit else (1, 0))


async def test_server_that_is_killed_and_comes_back(journal: Journal, server: PostgresServer) -> None:
    """Nothing may be reported written while it is away; then writer, readers and the check must go on, with every event there."""
    before = await journal.append([_reset()], at_s=1.0)
    await journal.read(0)
    server.kill()
    with pytest.raises(StoreUnavailableError, match="is the server running"):
        await journal.append([_reset("v2")], at_s=2.0)
    with pytest.raises(StoreUnavailableError):
        await journal.read(0)
    fault = await asyncio.to_thread(journal._check_file)
    server.start()
    after = await journal.append([_reset("v2")], at_s=2.0)

    assert fault is not None
    assert "secret" not in fault
    assert await asyncio.to_thread(journal._check_file) is None
    assert [wire for _, _, wire in await journal.read(0)] == [before[0].wire, after[0].wire]


async def test_restart_between_commits_is_not_noticed(journal: Journal, server: PostgresServer) -> None:
    """A server that an administrator restarts while nothing is written must cost no write."""
    await journal.append([_reset()], at_s=1.0)
    server.stop()
    server.start()

    assert [e.seq for e in await journal.append([_reset()], at_s=2.0)] == [2]


async def test_connection_without_an_answer_is_replaced(url: DatabaseUrl) -> None:
    """The driver gives a statement up when its socket ends before any byte; libpq waits on, and would refuse the next statement."""
    database = await asyncio.to_thread(Database.open, url)

    def lose(connection: sa.Connection) -> None:
        raw_of(connection).pgconn.send_query(b"SELECT 1")
        raise psycopg.OperationalError("connection socket closed")

    for ask in (database.read, database.query, database.write, database.change):
        with pytest.raises(psycopg.OperationalError if ask in (database.read, database.query) else StoreUnavailableError):
            await ask(lose)
        assert await ask(lambda connection: connection.exec_driver_sql("SELECT 2").scalar_one()) == 2
    with pytest.raises(psycopg.OperationalError):
        await database.read(lose)
    await asyncio.to_thread(database.close)


def test_second_daemon_is_refused(journal: Journal, url: DatabaseUrl, tmp_path: Path) -> None:
    """On this machine by the lock file, from elsewhere by the lock in the database; both must name the holder, and not the password."""
    for lock_path in (url.lock_path, tmp_path / "elsewhere.lock"):
        with pytest.raises(StoreBusyError, match=r"in use by another dartd \((process|dartd) \d+") as refused:
            PostgresBackend.open(DatabaseUrl(url.url, lock_path))
        assert "secret" not in str(refused.value)


async def test_another_database_in_the_place_of_the_store_is_noticed(journal: Journal, url: DatabaseUrl, server: PostgresServer) -> None:
    """It must not be written to: clients know later positions."""
    await journal.append([_reset(), _reset()], at_s=1.0)
    server.execute(f"DROP DATABASE {url.url.rpartition('/')[2]} WITH (FORCE)")
    with pytest.raises(StoreUnavailableError):
        await journal.append([_reset()], at_s=2.0)
    server.execute(f"CREATE DATABASE {url.url.rpartition('/')[2]}")
    await asyncio.to_thread(lambda: PostgresBackend.open(DatabaseUrl(url.url, url.lock_path.with_name("other"))).close())

    with pytest.raises(StoreUnavailableError, match="was replaced by another database"):
        await journal.append([_reset()], at_s=2.0)
    assert "was replaced" in str(await asyncio.to_thread(journal._check_file))


def test_copy_that_is_put_back_begins_a_new_stream(url: DatabaseUrl, server: PostgresServer) -> None:
    """A database with fewer events than the lock file knows must go on as another stream; one that was only closed as the same."""
    first = Journal.open(url, BOARD)
    asyncio.run(_append(first, 3))
    first.close()
    again = Journal.open(url, BOARD)
    again.close()
    with psycopg.connect(server.address(url.url.rpartition("/")[2])) as connection:
        connection.execute("DELETE FROM events WHERE seq = 3")
    copy = Journal.open(url, BOARD)
    copy.close()

    assert again.stream_id == first.stream_id
    assert copy.stream_id != first.stream_id


async def _append(journal: Journal, count: int) -> None:
    await journal.append([_reset()] * count, at_s=1.0)


async def test_errors_of_a_statement_and_of_the_server(url: DatabaseUrl, waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement's own error must fail its job alone, a lock of another program the batch; a slow query of a person must be stopped."""
    monkeypatch.setattr("dartd.store.database.QUERY_S", 0.05)
    database = await asyncio.to_thread(Database.open, url)
    put = sa.insert(metadata).values(key="a", value="x")
    wrong = database.change(lambda connection: connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)"))
    right = database.change(lambda connection: connection.execute(put).rowcount)
    outcomes = await asyncio.gather(wrong, right, return_exceptions=True)
    with pytest.raises(QueryTimeoutError, match="narrow it"):
        await database.query(lambda connection: connection.exec_driver_sql("SELECT pg_sleep(60)").one())
    unlock = await asyncio.to_thread(lock_out, url, 5.0)
    with pytest.raises(StoreUnavailableError, match="another program holds it"):
        await database.write(lambda connection: connection.execute(sa.delete(events)).rowcount)
    await asyncio.to_thread(unlock)
    written = await database.write(lambda connection: connection.execute(sa.delete(events)).rowcount)
    kept = await database.query(lambda connection: connection.execute(sa.select(metadata.c.value)).scalars().all())
    await asyncio.to_thread(database.close)

    assert type(outcomes[0]) is StoreError
    assert (isinstance(outcomes[1], int), written, kept) == (True, 0, ["x"])


async def test_error_that_a_job_hides_is_no_commit(url: DatabaseUrl) -> None:
    """PostgreSQL rolls back what a job left in error: the job must get an error."""
    database = await asyncio.to_thread(Database.open, url)

    def hide(connection: sa.Connection) -> str:
        connection.execute(sa.insert(metadata).values(key="a", value="x"))
        try:
            connection.exec_driver_sql("SELECT 1 FROM nowhere")
        except sa.exc.ProgrammingError:
            return "done"
        return ""

    with pytest.raises(StoreError, match="rolled a transaction back"):
        await database.write(hide)
    assert await database.read(lambda c: c.execute(sa.select(metadata)).all()) == []
    await asyncio.to_thread(database.close)


def test_store_is_read_and_changed_next_to_a_daemon(journal: Journal, url: DatabaseUrl) -> None:
    """A command must see the store and change it while the daemon runs; a reader must not be able to write."""
    change_alongside(url, lambda connection: connection.execute(sa.insert(metadata).values(key="a", value="x")).rowcount)

    assert inspect(url, lambda connection: connection.execute(sa.select(metadata.c.value).where(metadata.c.key == "a")).scalar()) == "x"
    with pytest.raises(StoreError, match="read-only"):
        inspect(url, lambda connection: connection.execute(sa.delete(metadata)).rowcount)


def test_store_of_another_program_or_a_newer_dartd_is_refused(make_url: Callable[[], DatabaseUrl], server: PostgresServer) -> None:
    """Neither may be written to, and the lock must be given back."""
    foreign, newer = make_url(), make_url()
    with psycopg.connect(server.address(foreign.url.rpartition("/")[2])) as connection:
        connection.execute("CREATE TABLE songs (name text)")
    PostgresBackend.open(newer).close()
    with psycopg.connect(server.address(newer.url.rpartition("/")[2])) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'r0999'")

    for url, reason in ((foreign, "of another program"), (newer, "of a newer dartd"), (newer, "of a newer dartd")):
        with pytest.raises(StoreError, match=reason):
            PostgresBackend.open(url)


def test_how_far_the_stream_is_written_is_noted(url: DatabaseUrl) -> None:
    """Next to the state must be noted what was committed, and not what was rolled back."""
    backend = PostgresBackend.open(url)
    for seq, end in ((4, "COMMIT"), (9, "ROLLBACK")):
        backend.begin()
        backend.note(Mark("s", seq))
        backend.control(end)
    backend.close()
    again = PostgresBackend.open(url)
    again.close()

    assert again.earlier_mark() == Mark("s", 4)
