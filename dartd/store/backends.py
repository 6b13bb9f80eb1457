"""The databases that a store may be in, by its location: a path is a file of SQLite, an address a database of PostgreSQL.

What belongs to PostgreSQL is loaded only for an address: its driver is not installed everywhere.
"""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeVar

import sqlalchemy as sa

from dartd.config.database_url import DatabaseUrl
from dartd.errors import StoreError
from dartd.extras import remedy
from dartd.store.mark import Mark
from dartd.store.report import StoreReport
from dartd.store.sqlite import backend as sqlite_backend
from dartd.store.sqlite import backup as sqlite_backup
from dartd.store.sqlite import fault as sqlite_fault
from dartd.store.sqlite import inspection as sqlite_inspection
from dartd.store.sqlite.backup import Advance, go_on

Location = Path | DatabaseUrl

T = TypeVar("T")


class Backend(Protocol):
    """One kind of database. Its methods block; each connection belongs to one thread."""

    migrated: bool
    damaged_log: Path | None

    @property
    def writer(self) -> sa.Connection:
        """Return the connection that writes; another one after a server was away."""

    def connect_reader(self) -> sa.Connection:
        """Return a connection that cannot write."""

    def must_reconnect(self, connection: sa.Connection) -> bool:
        """Whether a reader's connection was lost."""

    def store_error(self, error: BaseException) -> StoreError:
        """Return the StoreError of what the database refused; StoreUnavailableError when it is the file or server itself."""

    def check_file(self) -> None:
        """Raise StoreUnavailableError when the file is no longer the one at its path, or the server does not answer."""

    def note(self, mark: Mark) -> None:
        """Have the commit of the running transaction note outside the database how far the stream of events is written."""

    def earlier_mark(self) -> Mark | None:
        """Return how far a stream was written before the store was opened, None when that is not known."""

    def between_commits(self) -> None:
        """Do what should not make a commit wait."""

    def begin(self) -> None:
        """Begin the writer's transaction."""

    def control(self, statement: str) -> None:
        """Execute COMMIT, ROLLBACK, SAVEPOINT or RELEASE on the writer; raise StoreError when it is refused."""

    def limit(self, connection: sa.Connection, query_s: float) -> None:
        """Stop what the connection executes once `query_s` have passed from now."""

    def in_transaction(self) -> bool:
        """Whether the writer's transaction is still open after an error."""

    def close(self) -> None:
        """Close the writer's connection and release the store."""


def open_backend(location: Location) -> Backend:
    """Open the store at a location, making it when there is none.

    Raises:
        StoreBusyError: another daemon holds it.
        StoreError: it cannot be opened, is no store of ours, or was written by a newer dartd.
    """
    if isinstance(location, DatabaseUrl):
        opened: Backend = _of_postgresql("backend").PostgresBackend.open(location)
        return opened
    return sqlite_backend.SqliteBackend.open(location)


def inspect(location: Location, query: Callable[[sa.Connection], T]) -> T:
    """Read an existing store, whether or not a daemon runs on it, without locking or changing it.

    Raises:
        StoreError: it cannot be read.
    """
    module = _of_postgresql("backend") if isinstance(location, DatabaseUrl) else sqlite_backend
    result: T = module.inspect(location, query)
    return result


def change_alongside(location: Location, change: Callable[[sa.Connection], T]) -> T:
    """Change a store in one commit, whether or not a daemon runs on it. The daemon reads people and keys anew every few seconds.

    Raises:
        StoreError: the store cannot be opened or written.
    """
    module = _of_postgresql("backend") if isinstance(location, DatabaseUrl) else sqlite_backend
    result: T = module.change_alongside(location, change)
    return result


def report_on(location: Location) -> StoreReport | None:
    """Return what is in a store, None if there is none yet.

    Raises:
        StoreError: it cannot be read.
    """
    if isinstance(location, DatabaseUrl):
        found: StoreReport | None = _of_postgresql("inspection").report_on(location)
        return found
    return sqlite_inspection.report_on(location)


def size_bytes(location: Location) -> int:
    """Return how large a store is, 0 if there is none.

    Raises:
        StoreError: it cannot be read.
    """
    if isinstance(location, DatabaseUrl):
        return int(_of_postgresql("inspection").size_bytes(location))
    return sqlite_inspection.size_bytes(location)


def back_up(location: Location, target: Path, advance: Advance = go_on) -> int:
    """Copy a store into a file of SQLite, as it is at one moment; return the bytes of the copy. Blocks.

    `advance` is called with the bytes written so far; when it returns False, the copy is given up.

    Raises:
        BackupError: the target exists or cannot be written, or the copy was given up.
        StoreError: the store cannot be read: all of it is, so that damage is found.
    """
    module = _of_postgresql("backup") if isinstance(location, DatabaseUrl) else sqlite_backup
    return int(module.back_up(location, target, advance))


def restore(backup: Path, location: Location, *, suffix: str, advance: Advance = go_on) -> Path | None:
    """Put a copy in the place of a store that no daemon uses; return where the store that was there is kept, None without one. Blocks.

    Its events go on as another stream, so that clients read everything anew. The store that was there gets `suffix` as the end of its name.

    Raises:
        BackupError: the copy is of another program or of a newer dartd, is damaged, or cannot be written to the place of the store.
        StoreBusyError: a daemon runs on the store.
    """
    module = _of_postgresql("backup") if isinstance(location, DatabaseUrl) else sqlite_backup
    kept: Path | None = module.restore(backup, location, suffix=suffix, advance=advance)
    return kept


def lock_out(location: Location, wait_s: float) -> Callable[[], None]:
    """Lock a store as another program would, so that the daemon cannot write; return what ends it. For tests of faults.

    Raises:
        StoreError: the store cannot be opened or locked.
    """
    module = _of_postgresql("backend") if isinstance(location, DatabaseUrl) else sqlite_fault
    end: Callable[[], None] = module.lock_out(location, wait_s)
    return end


def _of_postgresql(name: str) -> ModuleType:
    """Return a module of `postgresql/`.

    Raises:
        StoreError: its driver is not installed.
    """
    try:
        # The driver takes a while to load, and few stores are on a server.
        from dartd.store.postgresql import backend, backup, inspection  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise StoreError(f"store.url needs the driver of PostgreSQL: {remedy('postgres')}, or leave store.url out") from None
    except ImportError as error:  # psycopg without its library
        raise StoreError(f"the driver of PostgreSQL cannot be loaded ({error}): {remedy('postgres')}") from None
    return {"backend": backend, "backup": backup, "inspection": inspection}[name]
