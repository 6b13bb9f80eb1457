"""A store's tables in a real file, reached without the daemon's threads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.store.tables import METADATA


@pytest.fixture
def core(tmp_path: Path) -> Iterator[sa.Connection]:
    """Return a connection to fresh tables."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'tables.db'}")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
