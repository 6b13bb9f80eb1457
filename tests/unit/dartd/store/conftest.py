"""A store's tables in a real file, reached without the daemon's threads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.config.database_url import DatabaseUrl
from dartd.store.postgresql import connection as postgresql_connection
from dartd.store.tables import METADATA
from tests.support.postgres import location_of


@pytest.fixture
def core(tmp_path: Path) -> Iterator[sa.Connection]:
    """Return a connection to fresh tables."""
    location = location_of(tmp_path / "tables.db")
    if isinstance(location, DatabaseUrl):
        connected = postgresql_connection.connect(location)
        connected.exec_driver_sql("BEGIN")
        yield connected
        postgresql_connection.close(connected, postgresql_connection.raw_of(connected))
        return
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'tables.db'}")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
