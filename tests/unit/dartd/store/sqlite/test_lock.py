"""The lock keeps a second daemon away from a store."""

import os
from pathlib import Path

import pytest

from dartd.errors import StoreBusyError, StoreError
from dartd.store.sqlite.lock import StoreLock


def test_second_holder_is_refused_with_path_and_process(tmp_path: Path) -> None:
    """A store that is locked cannot be locked again, and the error says by whom it is held."""
    store = tmp_path / "dartd.db"
    lock = StoreLock.acquire(store)

    with pytest.raises(StoreBusyError) as refused:
        StoreLock.acquire(store)
    lock.close()

    assert refused.value.details == {"path": str(store), "pid": str(os.getpid())}
    assert str(store) in refused.value.message


def test_closed_lock_can_be_taken_again(tmp_path: Path) -> None:
    """A lock given back, even twice, is free for the next one."""
    first = StoreLock.acquire(tmp_path / "dartd.db")
    first.close()
    first.close()

    second = StoreLock.acquire(tmp_path / "dartd.db")

    assert second.path.read_text() == f"{os.getpid()}\n"
    second.close()


def test_unwritable_folder_is_named(tmp_path: Path) -> None:
    """A lock file that cannot be made is a store error that names it."""
    with pytest.raises(StoreError, match=r"dartd\.db\.lock"):
        StoreLock.acquire(tmp_path / "no such folder" / "dartd.db")
