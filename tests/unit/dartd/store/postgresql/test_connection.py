"""Connections to a server."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from dartd.config.database_url import DatabaseUrl
from dartd.errors import StoreBusyError, StoreError, StoreUnavailableError
from dartd.store.postgresql.connection import close, connect, is_lost, lock, raw_of, store_error
from tests.support.postgres import PostgresServer


@pytest.fixture
def connections(url: DatabaseUrl) -> tuple[sa.Connection, sa.Connection]:
    """Connect twice to a database."""
    return connect(url), connect(url, read_only=True)


def test_session_is_set_for_a_store(connections: tuple[sa.Connection, sa.Connection]) -> None:
    """Commits must wait for the disk, readers must not write, and sums of integers must be integers."""
    writer, reader = connections
    settings = [writer.exec_driver_sql(f"SHOW {name}").scalar_one() for name in ("synchronous_commit", "lock_timeout", "timezone")]
    sums = reader.exec_driver_sql("SELECT sum(k), avg(k) FROM (VALUES (1::bigint), (2::bigint)) AS numbers (k)").one()
    read_only = reader.exec_driver_sql("SHOW default_transaction_read_only").scalar_one()
    for connection in connections:
        close(connection, raw_of(connection))

    assert settings == ["on", "2s", "UTC"]  # the server itself was started with synchronous_commit off
    assert (tuple(sums), [type(each) for each in sums], read_only) == ((3, 1.5), [int, float], "on")


def test_lock_is_one_sessions(connections: tuple[sa.Connection, sa.Connection], url: DatabaseUrl) -> None:
    """Another session must be refused, with the name of the holder, until the first one has ended."""
    first, second = connections
    raw = raw_of(first)
    lock(first, url)
    with pytest.raises(StoreBusyError, match=r"another dartd \(dartd \d+ on "):
        lock(second, url, wait_s=0.0)
    close(first, raw)
    lock(second, url)
    close(second, raw_of(second))

    assert is_lost(raw)


def test_what_cannot_be_reached_says_so_without_the_password(server: PostgresServer, url: DatabaseUrl, tmp_path: Path) -> None:
    """A server that is not there, a database that is not there, an address that cannot be read: each error must name only the host."""
    gone = url.url.replace(str(server.port), "1")
    missing = url.url.rpartition("/")[0] + "/missing"
    for address, reason in (
        (gone, "is the server running"),
        (missing, "does not exist"),
        (f"{url.url}?port=s3cret", "cannot be understood"),
    ):
        with pytest.raises(StoreError, match=reason) as refused:
            connect(DatabaseUrl(address, tmp_path / "lock"))
        assert "secret" not in f"{refused.value} {refused.value.details}"
        assert "***@127.0.0.1" in refused.value.message


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.DiskFull("disk"), StoreUnavailableError),
        (psycopg.errors.DataCorrupted("data"), StoreUnavailableError),
        (psycopg.errors.AdminShutdown("stop"), StoreUnavailableError),
        (psycopg.OperationalError("no answer"), StoreUnavailableError),
        (sa.exc.NoResultFound("no row"), StoreError),
        (psycopg.errors.UndefinedTable("table"), StoreError),
        (psycopg.errors.NumericValueOutOfRange("number"), StoreError),
    ],
)
def test_errors_of_the_server_are_no_errors_of_a_statement(error: Exception, kind: type[StoreError]) -> None:
    """The journal must wait for the former, and the latter fail their own job alone."""
    assert type(store_error(error, DatabaseUrl("postgresql://h/d", Path("lock")))) is kind
    assert type(store_error(sa.exc.DBAPIError("SELECT 'value'", {}, error), DatabaseUrl("postgresql://h/d", Path("lock")))) is kind


def test_values_are_in_no_error(url: DatabaseUrl, make_url: Callable[[], DatabaseUrl]) -> None:
    """What a constraint refuses may be a secret: the error must name the constraint alone."""
    connection = connect(url)
    connection.exec_driver_sql("CREATE TABLE unique_words (word text UNIQUE)")
    with pytest.raises(sa.exc.IntegrityError) as refused:
        connection.exec_driver_sql("INSERT INTO unique_words VALUES ('s3cret'), ('s3cret')")
    close(connection, raw_of(connection))

    assert "s3cret" not in str(store_error(refused.value, url))
