"""`dartd check-config`."""

from pathlib import Path

from click.testing import CliRunner

from dartd.cli.check_config import command

CAMERA = '[[cameras]]\nid = "cam0"\nurl = "rtsp://admin:hunter2@10.0.0.9/1"\n'


def test_right_configuration_is_described_without_secrets(tmp_path: Path) -> None:
    """What would run is printed, credentials in a camera's address are not."""
    path = tmp_path / "dartd.toml"
    path.write_text(CAMERA)

    result = CliRunner().invoke(command, [str(path)])

    assert result.exit_code == 0
    assert "camera cam0: rtsp://" in result.output
    assert "hunter2" not in result.output


def test_wrong_configuration_is_refused(tmp_path: Path) -> None:
    """The wrong key is named on stderr, the status is 2."""
    path = tmp_path / "dartd.toml"
    path.write_text(CAMERA + "fsp = 30\n")

    result = CliRunner().invoke(command, [str(path)])

    assert (result.exit_code, result.stdout) == (2, "")
    assert "cameras[0]" in result.stderr
    assert "fsp" in result.stderr
