"""`dartd run`: what it refuses (what it does is the daemon's test)."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli.run import command, log_of
from dartd.config import Config, LogConfig, ServerConfig


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


def test_debug_level_logs_everything() -> None:
    """`server.debug` wins over `log.level`; the format stays."""
    log = LogConfig(level="warning", format="json")

    assert log_of(Config(log=log)) == log
    assert log_of(Config(log=log, server=ServerConfig(debug=True))) == LogConfig(level="debug", format="json")
