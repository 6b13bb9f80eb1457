"""`dartd cameras`."""

import pytest
from click.testing import CliRunner

from dartd.cli.cameras import command


def test_cameras_are_listed_by_a_process_of_their_own(capfd: pytest.CaptureFixture[str]) -> None:
    """The list of the workers' side comes through, whether or not a camera is plugged in."""
    result = CliRunner().invoke(command, [])

    out = capfd.readouterr().out
    assert result.exit_code == 0
    assert "[[cameras]]" in out or "No camera is plugged in" in out
