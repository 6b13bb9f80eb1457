"""`dartd run`: what it refuses (what it does is the daemon's test)."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dartd.cli.configuration import log_of
from dartd.cli.run import command
from dartd.config import Config, LogConfig, ServerConfig
from tests.support.daemon import RunningDaemon, free_port, write_config


@pytest.mark.parametrize(
    ("text", "reason"),
    [
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


@pytest.mark.slow
def test_a_board_without_cameras_starts(tmp_path: Path) -> None:
    """It serves its pages, says where cameras are added, and reports health accordingly."""
    port = free_port()
    with RunningDaemon(write_config(tmp_path, port, cameras=0), port) as daemon:
        health, ready = daemon.until_ready(), daemon.get("/api/v1/board")
        status, out, err = daemon.end()

    assert (health["health"], health["reasons"]) == ("unhealthy", ["no cameras yet: add them on the page /board"])
    assert (ready["status"], ready["cameras"]) == ("starting", [])
    assert (status, f"listens on http://127.0.0.1:{port}/board to set up its cameras" in out, "no cameras yet" in err) == (0, True, True)


def test_debug_level_logs_everything() -> None:
    """`server.debug` wins over `log.level`; the format stays."""
    log = LogConfig(level="warning", format="json")

    assert log_of(Config(log=log)) == log
    assert log_of(Config(log=log, server=ServerConfig(debug=True))) == LogConfig(level="debug", format="json")
