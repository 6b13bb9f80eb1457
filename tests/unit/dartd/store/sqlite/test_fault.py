"""An injected lock."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.errors import StoreError
from dartd.store.backends import change_alongside
from dartd.store.sqlite.fault import lock_out
from dartd.store.tables import metadata


def test_locked_store_cannot_be_locked_again(tmp_path: Path) -> None:
    """A second lock must be refused until the first one has ended; then the store can be written."""
    path = tmp_path / "dartd.db"
    change_alongside(path, lambda connection: connection.execute(sa.delete(metadata)).rowcount)
    unlock = lock_out(path, 0.0)
    with pytest.raises(StoreError, match="cannot be locked"):
        lock_out(path, 0.0)
    unlock()

    assert change_alongside(path, lambda connection: connection.execute(sa.delete(metadata)).rowcount) == 0
