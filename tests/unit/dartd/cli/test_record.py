"""`dartd record`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli.record import command
from dartd.replay.playlist import Playlist
from tests.support.daemon import write_config


@pytest.mark.slow
def test_configured_cameras_are_recorded(tmp_path: Path) -> None:
    """What the configured cameras show is written as a recording that can be played."""
    config = write_config(tmp_path, 8000, cameras=1)

    result = CliRunner().invoke(command, [str(tmp_path / "out"), "--config", str(config), "--seconds", "1"])

    assert result.exit_code == 0, result.output
    assert "1 images of 1 cameras" in result.output
    assert Playlist.load(tmp_path / "out").duration_s == 1.0


def test_simulated_story_is_recorded_with_its_truth(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A simulated address that makes no sense is refused by the simulator in its own words."""
    result = CliRunner().invoke(command, [str(tmp_path / "out"), "--simulate", "sim:?colour=red"])

    assert result.exit_code == 2
    assert "unknown parameter 'colour'" in capfd.readouterr().err


def test_nothing_is_recorded_without_cameras(tmp_path: Path) -> None:
    """The configuration must name them."""
    (tmp_path / "dartd.toml").write_text("")
    result = CliRunner().invoke(command, [str(tmp_path / "out"), "--config", str(tmp_path / "dartd.toml")])

    assert (result.exit_code, "no camera is configured" in result.stderr) == (2, True)


def test_nothing_is_recorded_without_a_configuration(tmp_path: Path) -> None:
    """A configuration that is not there is named."""
    result = CliRunner().invoke(command, [str(tmp_path / "out"), "--config", str(tmp_path / "none.toml")])

    assert (result.exit_code, "none.toml" in result.stderr) == (2, True)
