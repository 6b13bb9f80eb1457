"""Which configuration a command works with."""

from pathlib import Path

import pytest

from dartd.cli.configuration import find_config
from dartd.errors import ConfigError


def test_command_line_wins_then_environment_then_the_first_known(tmp_path: Path) -> None:
    """The file named on the command line comes before the environment's, which comes before the known ones."""
    mine, system = tmp_path / "mine.toml", tmp_path / "system.toml"
    system.touch()
    environ = {"DARTD_CONFIG": "environment.toml"}

    found = [
        find_config(Path("given.toml"), environ, known=[mine, system]),
        find_config(None, environ, known=[mine, system]),
        find_config(None, {}, known=[mine, system]),
    ]
    mine.touch()

    assert found == [Path("given.toml"), Path("environment.toml"), system]
    assert find_config(None, {}, known=[mine, system]) == mine


def test_none_is_refused_with_the_ways_out(tmp_path: Path) -> None:
    """Without any the error names the places, the command that writes one, the option, the variable and the demo."""
    with pytest.raises(ConfigError, match=r"mine\.toml.*dartd init.*--config or DARTD_CONFIG.*dartd demo"):
        find_config(None, {}, known=[tmp_path / "mine.toml"])
