"""Secrets in the state directory."""

from pathlib import Path

import pytest

from dartd.errors import StoreError
from dartd.store.kept_secret import kept_secret


def test_secret_is_made_once(tmp_path: Path) -> None:
    """For its owner only, and the same ever after."""
    first = kept_secret(tmp_path / "state" / "signing-key", "the key", "let me")
    second = kept_secret(tmp_path / "state" / "signing-key", "the key", "let me")

    assert (first[1], second) == (True, (first[0], False))
    assert (tmp_path / "state" / "signing-key").stat().st_mode & 0o777 == 0o600


def test_error_names_the_secret_and_the_way_out(tmp_path: Path) -> None:
    """What cannot be written is raised as an error with what to do."""
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=r"the key .*signing-key"):
        kept_secret(tmp_path / "file" / "signing-key", "the key", "let me")
