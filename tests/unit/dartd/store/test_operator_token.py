"""The operator's token."""

from pathlib import Path

import pytest

from dartd.errors import StoreError
from dartd.store.operator_token import operator_token


def test_token_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """The first start makes a token that only its owner can read; later ones find the same."""
    state = tmp_path / "state"
    first = operator_token(state)
    second = operator_token(state)

    assert first[1]
    assert second == (first[0], False)
    assert len(first[0]) >= 32
    assert (state / "operator-token").stat().st_mode & 0o777 == 0o600


def test_token_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    """An empty file, left by a start that was killed, gives a new token and not an empty one."""
    (tmp_path / "operator-token").touch()

    token, made = operator_token(tmp_path)

    assert made
    assert token


def test_place_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    """A state directory that cannot be made is named, with the way out."""
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=r"operator-token"):
        operator_token(tmp_path / "file" / "state")
