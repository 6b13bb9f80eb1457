"""Tests of what the first start generates, and to whom it is shown."""

import asyncio
from pathlib import Path

import pytest

from dartd.config import AuthConfig, Config
from dartd.errors import StoreError
from dartd.first_start import FIRST_PASSWORD, open_accounts
from dartd.store.database import Database


def _announced(config: Config, *, on_terminal: bool) -> list[str]:
    """Open the accounts of a store in the state directory, and return what was announced."""
    announced: list[str] = []
    database = Database.open(config.store_path)
    try:
        asyncio.run(open_accounts(config, database, announce=announced.append, on_terminal=on_terminal))
    finally:
        database.close()
    return announced


@pytest.mark.parametrize("on_terminal", [True, False])
def test_secrets_are_shown_on_a_terminal_only(tmp_path: Path, on_terminal: bool) -> None:  # noqa: FBT001 - a test's parameter
    """Elsewhere the files are named that have them; at the second start nothing is announced."""
    config = Config(state_dir=str(tmp_path))
    first = _announced(config, on_terminal=on_terminal)
    token = (tmp_path / "operator-token").read_text().strip()
    password = tmp_path / FIRST_PASSWORD

    assert (len(first), _announced(config, on_terminal=on_terminal)) == (2, [])
    assert (token in first[0], password.exists()) == (on_terminal, not on_terminal)
    if not on_terminal:
        assert str(password) in first[1]
        assert password.read_text().strip() not in first[1]


def test_a_configured_token_is_not_announced(tmp_path: Path) -> None:
    """No file is written for it."""
    announced = _announced(Config(state_dir=str(tmp_path), auth=AuthConfig(token="a" * 32)), on_terminal=False)

    assert [line for line in announced if "operator token" in line] == []
    assert not (tmp_path / "operator-token").exists()


def test_a_password_that_cannot_be_kept_makes_no_account(tmp_path: Path) -> None:
    """No one could log in with it: the next start makes the account."""
    config = Config(state_dir=str(tmp_path), auth=AuthConfig(token="a" * 32))
    (tmp_path / FIRST_PASSWORD).mkdir()
    with pytest.raises(StoreError, match="the password of the first account"):
        _announced(config, on_terminal=False)
    (tmp_path / FIRST_PASSWORD).rmdir()

    assert [line.partition(":")[0] for line in _announced(config, on_terminal=False)] == ["first account"]
    assert len((tmp_path / FIRST_PASSWORD).read_text().strip()) == 16
