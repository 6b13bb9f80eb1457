"""`dartd uninstall-service`; what it does is tested with the unit (test_service_unit.py)."""

import pytest
from click.testing import CliRunner

from dartd.cli import main


def test_ordinary_user_is_refused_with_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is changed for a user who is not root."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    result = CliRunner().invoke(main, ["uninstall-service"])

    assert result.exit_code == 1
    assert "uninstall-service" in result.output
    assert "sudo" in result.output
