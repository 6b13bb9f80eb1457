"""A server of PostgreSQL that tests may kill, and databases on it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dartd.config.database_url import DatabaseUrl
from tests.support.postgres import PostgresServer

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """Run the server."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def make_url(server: PostgresServer, tmp_path: Path) -> Iterator[Callable[[], DatabaseUrl]]:
    """Make empty databases, and give the address of each; they are dropped when the test ends."""
    names: list[str] = []

    def make() -> DatabaseUrl:
        names.append(f"own{next(_numbers)}")
        server.execute(f"CREATE DATABASE {names[-1]}")
        return server.url(names[-1], tmp_path / names[-1])

    yield make
    for name in names:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def url(make_url: Callable[[], DatabaseUrl]) -> DatabaseUrl:
    """Give the address of an empty database."""
    return make_url()
