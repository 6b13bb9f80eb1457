"""Stores that earlier revisions of dartd wrote, as compressed SQL dumps; README.md says how they were made."""

import contextlib
import gzip
import sqlite3
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent
_SUFFIX: Final = ".sql.gz"

REVISIONS: Final = tuple(sorted(path.name.removesuffix(_SUFFIX) for path in _FOLDER.glob(f"*{_SUFFIX}")))


def restore(revision: str, path: Path) -> None:
    """Write the store of a revision to a new file: the tables, rows and header numbers that dartd wrote at that time."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(gzip.decompress((_FOLDER / f"{revision}{_SUFFIX}").read_bytes()).decode())


def dump(connection: sqlite3.Connection) -> bytes:
    """Return a store as compressed SQL, with the two numbers of the file's header that SQLite leaves out of its dumps."""
    header = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")}
    script = "\n".join([*connection.iterdump(), *(f"PRAGMA {name} = {value};" for name, value in header.items())]) + "\n"
    return gzip.compress(script.encode(), mtime=0)
