"""A new store, as the daemon makes one at its first start, copied instead of made again for each test."""

import contextlib
import functools
import sqlite3
import tempfile
from pathlib import Path

from dartd.store.journal import Journal
from dartd.store.metadata import STREAM_ID
from schemas.base import BoardId
from tests.support.postgres import IS_ASKED


def put_new_store(path: Path) -> Path:
    """Make a store without events at a path that has none; its stream gets a name when it is opened. Blocks."""
    if not IS_ASKED and not path.exists():  # databases of PostgreSQL are made from a template too
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_content())
    return path


@functools.cache
def _content() -> bytes:
    """Return the file of a new store: its tables, the versions of its projections, the formats that are built in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dartd.db"
        Journal.open(path, BoardId("main")).close()
        with contextlib.closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("DELETE FROM metadata WHERE key = ?", (STREAM_ID,))
        return path.read_bytes()
