"""Where files are found that the configuration does not name."""

import os
from pathlib import Path

import pytest

from dartd.config.directories import shipped, state_directory, user_config


def test_state_directory_is_the_first_that_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systemd's, else the system's if it can be written or created, else the user's."""
    system = tmp_path / "lib" / "dartd"
    xdg = {"XDG_STATE_HOME": str(tmp_path / "state")}

    assert state_directory({"STATE_DIRECTORY": "/a:/b"}, system=system) == Path("/a")
    assert state_directory(xdg, system=system) == tmp_path / "state" / "dartd"  # there is no lib to create it in
    system.parent.mkdir()
    assert state_directory(xdg, system=system) == system
    system.mkdir()
    assert state_directory(xdg, system=system) == system
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    assert state_directory(xdg, system=system) == tmp_path / "state" / "dartd"
    assert state_directory({}, system=system) == Path.home() / ".local/state/dartd"


def test_relative_base_directories_are_ignored() -> None:
    """As the XDG base directory specification demands."""
    assert user_config({"XDG_CONFIG_HOME": "here"}) == Path.home() / ".config/dartd/dartd.toml"
    assert user_config({"XDG_CONFIG_HOME": "/there"}) == Path("/there/dartd/dartd.toml")


@pytest.mark.parametrize("name", ["dartd.toml", "simulator.toml", "dartd.service", "faults/tour.toml"])
def test_shipped_files_are_there(name: str) -> None:
    """In a clone they are those of `config`."""
    assert shipped(name).is_file()
