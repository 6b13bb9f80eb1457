"""The lock file for a store on a server."""

from pathlib import Path

import pytest

from dartd.config.database_url import DatabaseUrl
from dartd.errors import StoreBusyError, StoreError
from dartd.store.mark import Mark
from dartd.store.postgresql.lock_file import LockFile


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """A second one must be refused with the first one's number; the mark must be there for the next one."""
    url = DatabaseUrl("postgresql://h/d", tmp_path / "state" / "postgresql.lock")
    first = LockFile.acquire(url)
    with pytest.raises(StoreBusyError, match=r"process \d+"):
        LockFile.acquire(url)
    first.note(Mark("s", 12))
    first.note(Mark("s", 7))
    first.close()
    first.close()
    first.note(Mark("s", 99))
    second = LockFile.acquire(url)
    second.close()

    assert (first.earlier, second.earlier) == (None, Mark("s", 7))
    assert url.lock_path.stat().st_mode & 0o777 == 0o600


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The error must say what cannot be written."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write .*postgresql\.lock"):
        LockFile.acquire(DatabaseUrl("postgresql://h/d", tmp_path / "file" / "postgresql.lock"))
