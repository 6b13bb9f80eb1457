"""A server of PostgreSQL of the tests' own, and stores on it in the place of files: `STORE_OF_TESTS=postgresql pytest …`.

Debian's programs are used (package `postgresql`); root runs the server as the user `postgres`, which its programs insist on.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

import psycopg
import pytest
import sqlalchemy as sa

from dartd.config.database_url import DatabaseUrl
from dartd.store import backends
from dartd.store.database import Database
from dartd.store.postgresql import backend as on_server
from dartd.store.postgresql import backup as backup_of_server
from dartd.store.postgresql import inspection as inspection_of_server
from dartd.store.sqlite import backend as sqlite_backend
from dartd.store.sqlite import backup as sqlite_backup
from dartd.store.sqlite import fault as sqlite_fault
from dartd.store.sqlite import inspection as sqlite_inspection
from dartd.store.tables import events
from tests.support.waiting import Waiting

IS_ASKED: Final = os.environ.get("STORE_OF_TESTS") == "postgresql"

_TEMPLATE: Final = "store_of_today"
_SETTINGS: Final = {"shared_buffers": "16MB", "max_connections": "200", "max_wal_size": "64MB", "logging_collector": "off"}
_HASTY: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}  # a store of a test survives no power failure


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None if it is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders and (folders[-1] / "initdb").exists() else None


class PostgresServer:
    """A server in a folder of its own, on a socket in it and on a port of loopback; ended with all its data by `close`."""

    def __init__(self, *, durable: bool = False) -> None:
        found = programs()
        if found is None:
            assert os.environ.get("CI") != "true", "PostgreSQL is not installed"
            pytest.skip("needs PostgreSQL: on Debian the package postgresql")
        self._programs = found
        self._folder = Path(tempfile.mkdtemp(prefix="dartd-pg-"))
        self._settings = _SETTINGS | ({} if durable else _HASTY)
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        arguments = ["--auth=trust", "--username=dartd", "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8", "--pgdata", self._data]
        subprocess.run(self._as_user([str(self._programs / "initdb"), *arguments]), check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.port = _free_port()
        self.start()

    def __enter__(self) -> Self:
        """Return the server, which runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.close()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        where = ["-D", self._data, "-k", str(self._folder), "-h", "127.0.0.1", "-p", str(self.port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._as_user([str(self._programs / "postgres"), *where, *settings], pdeathsig=True), stdout=log, stderr=log, cwd="/"
            )
        Waiting().until(self._answers, "the server")

    def kill(self) -> None:
        """End all its processes at once, as kill -9 does."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in (self._process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it as an administrator does, without waiting for its clients."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def close(self) -> None:
        """End it and remove its data."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def execute(self, statement: str) -> None:
        """Execute a statement as the administrator."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def address(self, database: str) -> str:
        """Return libpq's address of a database, over TCP."""
        return f"postgresql://dartd:a%40secret@127.0.0.1:{self.port}/{database}"

    def url(self, database: str, folder: Path) -> DatabaseUrl:
        """Return the address of a database for `store.url`; its lock file is in a folder."""
        return DatabaseUrl(self.address(database).replace("postgresql:", "postgresql+psycopg:"), folder / "postgresql.lock")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _as_user(self, command: list[str], *, pdeathsig: bool = False) -> list[str]:
        """Return a command as the user of the server, which ends with this process."""
        options = ["--pdeathsig", "KILL"] if pdeathsig else []
        if os.geteuid() == 0:
            options += ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        return ["setpriv", *options, *command] if options else command


class StoresOnServer:
    """Databases in the place of files: each path has one, made from a template when it is first used."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self._names: dict[Path, str] = {}
        self._count = 0
        server.execute(f"CREATE DATABASE {_TEMPLATE}")
        with tempfile.TemporaryDirectory() as folder:
            on_server.PostgresBackend.open(server.url(_TEMPLATE, Path(folder))).close()

    def url_of(self, path: Path, *, empty: bool = False) -> DatabaseUrl:
        """Return the address of a path's database, which has tables already unless it shall be `empty`."""
        name = self._names.get(path)
        if name is None:
            self._count += 1
            name = self._names[path] = f"t{self._count}_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
            self.server.execute(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {_TEMPLATE}"))
        return self.server.url(name, path.parent / f"{path.name}.server")

    def drop(self, folder: Path | None = None) -> None:
        """Drop the databases of the paths in a folder, or all."""
        for path in [path for path in self._names if folder is None or path.is_relative_to(folder)]:
            self.server.execute(f"DROP DATABASE {self._names.pop(path)} WITH (FORCE)")

    @contextlib.contextmanager
    def in_place_of_files(self) -> Iterator[None]:
        """Have every store that is opened by a path be a database of this server."""

        def mapped(call: Callable[..., Any], on_file: Callable[..., Any]) -> Callable[..., Any]:
            def called(path: Path, *rest: Any, **named: Any) -> Any:
                is_file = path not in self._names and path.is_file()  # a backup
                return on_file(path, *rest, **named) if is_file else call(self.url_of(path), *rest, **named)

            return called

        class Mapped:
            open = staticmethod(mapped(on_server.PostgresBackend.open, sqlite_backend.SqliteBackend.open))

        def restored(backup: Path, path: Path, **named: Any) -> Path | None:
            return backup_of_server.restore(backup, self.url_of(path), **named)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sqlite_backend, "SqliteBackend", Mapped)
            for name in ("inspect", "change_alongside"):
                patch.setattr(sqlite_backend, name, mapped(getattr(on_server, name), getattr(sqlite_backend, name)))
            patch.setattr(sqlite_fault, "lock_out", mapped(on_server.lock_out, sqlite_fault.lock_out))
            patch.setattr(sqlite_backup, "back_up", mapped(backup_of_server.back_up, sqlite_backup.back_up))
            patch.setattr(sqlite_backup, "restore", restored)
            patch.setattr(sqlite_inspection, "report_on", mapped(inspection_of_server.report_on, sqlite_inspection.report_on))
            patch.setattr(sqlite_inspection, "size_bytes", mapped(inspection_of_server.size_bytes, sqlite_inspection.size_bytes))
            yield


_stores: StoresOnServer | None = None


@contextlib.contextmanager
def stores_of_session() -> Iterator[StoresOnServer | None]:
    """Run a server for the tests of this process if the environment asks for it."""
    global _stores  # noqa: PLW0603 - one a process, also for what is no fixture
    if not IS_ASKED:
        yield None
        return
    with PostgresServer() as server:
        _stores = StoresOnServer(server)
        with _stores.in_place_of_files():
            yield _stores
        _stores = None


def environment_of(state: Path) -> Mapping[str, str]:
    """Return the variables with which a daemon in a process of its own uses the store of a state directory."""
    return {} if _stores is None else {"DARTD_STORE_URL": _stores.url_of(state / "dartd.db").url}


def location_of(path: Path) -> backends.Location:
    """Return where the store of a path is: the path itself, or its database."""
    return path if _stores is None else _stores.url_of(path)


def arguments_of(path: Path) -> list[str]:
    """Return where the store of a path is, for another program: the path, or a lock file and an address."""
    location = location_of(path)
    return [str(path)] if isinstance(location, Path) else [str(location.lock_path), location.url]


def file_of(database: Database) -> Path:
    """Return the path that a store was opened by."""
    assert isinstance(database.path, Path)
    return database.path


def last_seq_of(path: Path) -> int:
    """Return the position of the last event in the store of a path, over another connection; 0 when there is none."""
    return int(
        backends.inspect(
            path, lambda connection: connection.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0))).scalar_one()
        )
    )


def journalled(location: backends.Location) -> list[dict[str, Any]]:
    """Return the events of a store in order, decoded as JSON."""
    chosen = sa.select(events.c.wire).order_by(events.c.seq)
    return [json.loads(wire) for wire in backends.inspect(location, lambda connection: connection.execute(chosen).scalars().all())]


def _free_port() -> int:
    from tests.support.daemon import free_port  # noqa: PLC0415 - which imports this module

    return free_port()
