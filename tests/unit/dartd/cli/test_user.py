"""`dartd user`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli import main


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Write a configuration."""
    path = tmp_path / "dartd.toml"
    path.write_text(f'state_dir = "{tmp_path}"\n')
    return str(path)


def _run(*arguments: str, given: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["user", *arguments], input=given)
    return result.exit_code, result.output


def test_account_is_added_once(config: str) -> None:
    """With a password that is shown; the list shows the account and not the password."""
    status, password = _run("create", "ann", "--role", "admin", "--quiet", "--config", config)
    again, _ = _run("create", "ann", "--config", config)
    _, listed = _run("list", "--config", config)

    assert (status, len(password.split()), again) == (0, 1, 1)
    assert ("ann" in listed, "admin" in listed, password.strip() in listed) == (True, True, False)


def test_password_is_set(config: str) -> None:
    """From standard input it is not shown; a short one, or one for no user, is refused."""
    _run("create", "ann", "--config", config)
    tried = [
        _run("password", name, "--password-stdin", "--config", config, given=given)
        for name, given in (("ann", "long enough\n"), ("ann", "short\n"), ("eve", "long enough\n"))
    ]

    assert [status for status, _ in tried] == [0, 2, 2]
    assert "long enough" not in tried[0][1]


def test_role_is_changed_and_account_deleted(config: str) -> None:
    """The last admin stays one; another account may have any role, and be deleted."""
    for name, role in (("ann", "admin"), ("bob", "viewer")):
        _run("create", name, "--role", role, "--config", config)
    only_admin = [_run(*change, "--config", config)[0] for change in (("role", "ann", "viewer"), ("delete", "ann"))]
    promoted = _run("role", "bob", "admin", "--config", config)
    deleted = _run("delete", "ann", "--config", config)
    unknown = [_run(*change, "--config", config)[0] for change in (("role", "ann", "viewer"), ("delete", "ann"), ("role", "bob", "king"))]
    _, listed = _run("list", "--config", config)

    assert (only_admin, promoted[0], deleted[0], unknown) == ([1, 1], 0, 0, [2, 2, 2])
    assert ("ann" in listed, "admin       bob" in listed) == (False, True)
