"""`dartd key`."""

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


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["key", *arguments])
    return result.exit_code, result.output


def test_quiet_prints_the_key_alone(config: str) -> None:
    """One line, nothing else; the list shows its name and not the key."""
    status, out = _run("create", "--name", "tv", "--role", "viewer", "--quiet", "--config", config)
    _, listed = _run("list", "--config", config)

    assert (status, out.startswith("dk_live_"), len(out.split())) == (0, True, 1)
    assert ("tv" in listed, "viewer" in listed, out.strip() in listed) == (True, True, False)


def test_key_is_revoked_once(config: str) -> None:
    """Then there is none."""
    _run("create", "--name", "tv", "--days", "1", "--config", config)
    key_id = _run("list", "--config", config)[1].split()[0]

    assert [_run("revoke", key_id, "--config", config)[0] for _ in range(2)] == [0, 2]


def test_unknown_role_makes_no_sense(config: str) -> None:
    """Exit status 2."""
    assert _run("create", "--name", "tv", "--role", "king", "--config", config)[0] == 2
