"""`dartd init`."""

from pathlib import Path

from click.testing import CliRunner

from dartd.cli import main
from dartd.cli.init import configuration, entries
from dartd.config import Config, load_config
from workers.sources.listing import NONE_FOUND

_LISTING = """
# HD camera (/dev/video0)
[[cameras]]
id = "cam0"
url = "/dev/v4l/by-path/one"
width = 800
height = 600
fps = 30

# HD camera (/dev/video2)
[[cameras]]
id = "cam1"
url = "/dev/v4l/by-path/two"
width = 800
height = 600
fps = 30
"""


def test_written_file_has_defaults_and_explanations(tmp_path: Path) -> None:
    """Without a camera the file is valid, changes nothing and explains every key."""
    path = tmp_path / "sub" / "dartd.toml"
    result = CliRunner().invoke(main, ["init", "--config", str(path)], env={"STATE_DIRECTORY": "/state"})

    assert result.exit_code == 0, result.output
    assert "0 cameras" in result.output
    assert f"dartd run --config {path}" in result.output
    assert load_config(path, {"STATE_DIRECTORY": "/state"}) == Config(state_dir="/state")
    assert "#port = 8000" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_found_cameras_are_in_it(tmp_path: Path) -> None:
    """Those that `dartd cameras` lists, each with its name; what it prints when there is none is no camera."""
    path = tmp_path / "dartd.toml"
    path.write_text(configuration(entries(_LISTING)))

    assert [(camera.id, camera.url) for camera in load_config(path, {}).cameras] == [
        ("cam0", "/dev/v4l/by-path/one"),
        ("cam1", "/dev/v4l/by-path/two"),
    ]
    assert "# HD camera (/dev/video2)" in path.read_text()
    assert entries(NONE_FOUND) == []


def test_file_that_exists_stays(tmp_path: Path) -> None:
    """Nothing is overwritten; the message says what to do."""
    path = tmp_path / "dartd.toml"
    path.write_text("mine")
    result = CliRunner().invoke(main, ["init", "--config", str(path)])

    assert result.exit_code == 2
    assert "move it away" in result.output
    assert path.read_text() == "mine"


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The message names the path and the reason."""
    (tmp_path / "file").touch()
    result = CliRunner().invoke(main, ["init", "--config", str(tmp_path / "file" / "dartd.toml")])

    assert result.exit_code == 2
    assert "cannot be written" in result.output
