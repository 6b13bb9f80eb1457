"""The lock of another program on a store, injected to try what the daemon does then."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from dartd.errors import StoreError


def lock_out(path: Path, wait_s: float) -> Callable[[], None]:
    """Lock a store as another program would, so that nothing can write it; return what ends it.

    Raises:
        StoreError: it cannot be locked within `wait_s`.
    """
    raw = sqlite3.connect(path, timeout=wait_s, isolation_level=None, check_same_thread=False)
    try:
        raw.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        raw.close()
        raise StoreError(f"the store {path} cannot be locked ({error})", path=str(path)) from error
    return raw.close
