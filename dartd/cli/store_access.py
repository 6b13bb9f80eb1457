"""Access to the store from the command line, with or without a running daemon."""

import getpass
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from dartd.config import Config
from dartd.errors import StoreBusyError, StoreError
from dartd.store.audit import Deed
from dartd.store.database import SCHEMA_VERSION, Database
from dartd.store.lock import StoreLock

T = TypeVar("T")

_PATIENCE_S = 5.0


def change_store(config: Config, change: Callable[[sa.Connection], T]) -> T:
    """Change the store in one commit; blocks. A running daemon notices changes of users and keys within seconds.

    Raises:
        StoreError: the store cannot be opened or written.
    """
    path = config.store_path
    try:
        StoreLock.acquire(_made(path)).close()
        Database.open(path).close()  # creates or migrates the store
    except StoreBusyError:
        pass
    engine = sa.create_engine("sqlite://", creator=lambda: _connect(path))
    try:
        _await_version(engine, path)
        with engine.begin() as connection:
            return change(connection)
    except (sqlite3.Error, sa.exc.OperationalError) as error:
        raise StoreError(f"the store {path} failed ({getattr(error, 'orig', error)})", path=str(path)) from error
    finally:
        engine.dispose()


def _await_version(engine: sa.Engine, path: Path) -> None:
    """Wait for a daemon that is just starting to create or migrate the store."""
    give_up_s = time.monotonic() + _PATIENCE_S
    while True:
        with engine.connect() as connection:
            version = connection.execute(sa.text("PRAGMA user_version")).scalar_one()
        if version == SCHEMA_VERSION:
            return
        if version > SCHEMA_VERSION or time.monotonic() > give_up_s:
            raise StoreError(f"{path} is used by another version of dartd; use the command of that version", path=str(path))
        time.sleep(0.05)


def audit_entry(action: str, entity_type: str, entity_id: str) -> Deed:
    """Return the audit entry of a change by the local user."""
    return Deed(at_s=time.time(), user_id=f"cli:{getpass.getuser()}", action=action, entity_type=entity_type, entity_id=entity_id)


def _made(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot create the folder of the store {path}: {error.strerror}", path=str(path)) from error
    return path


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE_S)
    connection.execute("PRAGMA synchronous = FULL")
    return connection
