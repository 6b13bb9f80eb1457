"""`dartd calibrate`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli.calibrate import command
from tests.support.pictures import jpeg


@pytest.mark.slow
def test_a_picture_without_a_board_is_refused_in_words(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What carries no calibration ends with status 1 and the reason."""
    grey = tmp_path / "grey.jpg"
    grey.write_bytes(jpeg(120, 640, 480))

    result = CliRunner().invoke(command, [str(grey), "--near-sector", "3"])

    assert result.exit_code == 1
    assert "refused: no dartboard was found" in capfd.readouterr().err


def test_rings_come_from_the_configuration(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A configuration that makes no sense is refused as everywhere; a picture that is none ends with status 2."""
    broken, config = tmp_path / "broken.jpg", tmp_path / "dartd.toml"
    broken.write_bytes(b"")
    config.write_text("[board]\ncolour = 3\n")

    assert CliRunner().invoke(command, [str(broken)]).exit_code == 2
    assert "broken.jpg" in capfd.readouterr().err
    result = CliRunner().invoke(command, [str(broken), "--config", str(config)])
    assert (result.exit_code, "colour" in result.stderr) == (2, True)


def test_a_picture_is_asked_for() -> None:
    """Without a picture there is nothing to calibrate from."""
    assert CliRunner().invoke(command, []).exit_code == 2
