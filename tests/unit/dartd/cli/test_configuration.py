"""Which configuration a command works with."""

from pathlib import Path

import pytest

from dartd.cli.configuration import find_config
from dartd.errors import ConfigError


def test_command_line_wins_then_environment_then_system(tmp_path: Path) -> None:
    """The file named on the command line comes before the environment's, which comes before the system's."""
    system = tmp_path / "system.toml"
    system.touch()
    environ = {"DARTD_CONFIG": "environment.toml"}

    found = [
        find_config(Path("given.toml"), environ, system=system),
        find_config(None, environ, system=system),
        find_config(None, {}, system=system),
    ]

    assert found == [Path("given.toml"), Path("environment.toml"), system]


def test_none_is_refused_with_the_ways_out(tmp_path: Path) -> None:
    """Without any the error names the option, the variable, the place and the simulator."""
    with pytest.raises(ConfigError, match=r"--config or DARTD_CONFIG.*dartd\.toml.*config/simulator\.toml"):
        find_config(None, {}, system=tmp_path / "dartd.toml")
