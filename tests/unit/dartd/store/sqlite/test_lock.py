"""The lock keeps a second daemon away from a store."""

import os
from pathlib import Path

import pytest

from dartd.errors import StoreBusyError, StoreError, StoreUnavailableError
from dartd.store.mark import Mark
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


def test_another_path_to_a_locked_store_is_refused(tmp_path: Path) -> None:
    """A symbolic link, a hard link, and the store itself once its lock file was removed."""
    store = tmp_path / "dartd.db"
    lock = StoreLock.acquire(store)
    (tmp_path / "link.db").symlink_to(store)
    (tmp_path / "hard.db").hardlink_to(store)
    lock.path.unlink()

    for path in ("link.db", "hard.db", "dartd.db"):
        with pytest.raises(StoreBusyError):
            StoreLock.acquire(tmp_path / path)
    lock.close()
    StoreLock.acquire(tmp_path / "link.db").close()


def test_mark_is_read_by_the_next_holder(tmp_path: Path) -> None:
    """It says how far the stream was written; a lock file without one gives none."""
    first = StoreLock.acquire(tmp_path / "dartd.db")
    first.note(Mark("abc", 12345))
    first.note(Mark("abc", 7))
    first.close()
    second = StoreLock.acquire(tmp_path / "dartd.db")
    second.close()
    second.path.write_text("17\nodd line\n")
    third = StoreLock.acquire(tmp_path / "dartd.db")
    third.close()

    assert (first.earlier, second.earlier, third.earlier) == (None, Mark("abc", 7), None)


def test_store_that_is_another_file_is_unavailable(tmp_path: Path) -> None:
    """One that was removed, or replaced, is no longer written to; put back it is used again."""
    store = tmp_path / "dartd.db"
    lock = StoreLock.acquire(store)
    lock.check()
    store.rename(tmp_path / "aside.db")
    with pytest.raises(StoreUnavailableError, match="was removed"):
        lock.check()
    store.write_bytes(b"")
    with pytest.raises(StoreUnavailableError, match="was replaced"):
        lock.check()
    (tmp_path / "aside.db").replace(store)

    lock.check()
    lock.close()
