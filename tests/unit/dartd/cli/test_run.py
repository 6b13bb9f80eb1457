"""`dartd run`: what it refuses (what it does is the daemon's test)."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli.run import command


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cameras"),
        ("[server]\nprot = 1\n", "prot"),
        ('[server]\nport = "x"\n', "server.port"),
        ("[server\n", "line 1"),
    ],
)
def test_wrong_configuration_is_refused_before_anything_starts(tmp_path: Path, text: str, reason: str) -> None:
    """Status 2, the reason on stderr, and no state directory."""
    path = tmp_path / "dartd.toml"
    path.write_text(text)

    result = CliRunner().invoke(command, ["--config", str(path)], env={"DARTD_STATE_DIR": str(tmp_path / "state")})

    assert result.exit_code == 2
    assert reason in result.stderr
    assert not (tmp_path / "state").exists()
