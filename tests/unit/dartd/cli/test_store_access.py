"""The store as commands reach it."""

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from dartd.cli.store_access import audit_entry, change_store
from dartd.config import Config
from dartd.errors import StoreError
from dartd.store.audit import append_entry
from dartd.store.database import Database
from dartd.store.sqlite.lock import StoreLock
from dartd.store.tables import audit


def test_store_is_changed_with_and_without_a_daemon(tmp_path: Path) -> None:
    """A new store is made; one that is in use is written to all the same."""
    config = Config(state_dir=str(tmp_path / "state"))
    change_store(config, lambda connection: append_entry(connection, audit_entry("key.create", "key", "k1")))
    database = Database.open(config.store_path)
    change_store(config, lambda connection: append_entry(connection, audit_entry("key.create", "key", "k2")))
    database.close()
    found = change_store(config, lambda connection: connection.execute(sa.select(audit.c.entity_id, audit.c.user_id)).all())

    assert [row.entity_id for row in found] == ["k1", "k2"]
    assert all(row.user_id.startswith("cli:") for row in found)


def test_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    """All or nothing."""
    config = Config(state_dir=str(tmp_path))

    def half(connection: sa.Connection) -> None:
        append_entry(connection, audit_entry("key.create", "key", "k1"))
        raise StoreError("enough")

    with pytest.raises(StoreError):
        change_store(config, half)

    assert change_store(config, lambda connection: connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()) == 0


@pytest.mark.sqlite
def test_a_daemon_that_is_still_making_the_store_is_waited_for(tmp_path: Path) -> None:
    """A key that is requested while the daemon starts for the first time is made as soon as the store exists."""
    made = Config(state_dir=str(tmp_path / "made"))
    Database.open(made.store_path).close()
    config = Config(state_dir=str(tmp_path))
    with contextlib.closing(StoreLock.acquire(config.store_path)):
        sqlite3.connect(config.store_path).close()
        start = threading.Timer(0.3, _copy, (made.store_path, config.store_path))
        start.start()
        change_store(config, lambda connection: append_entry(connection, audit_entry("key.create", "key", "k1")))
        start.join()

    assert change_store(config, lambda connection: connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one()) == 1


def _copy(one: Path, other: Path) -> None:
    with contextlib.closing(sqlite3.connect(one)) as source, contextlib.closing(sqlite3.connect(other)) as target:
        source.backup(target)
