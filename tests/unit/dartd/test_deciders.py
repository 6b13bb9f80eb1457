"""The deciders as configured."""

from pathlib import Path

from dartd.config import load_config
from dartd.deciders import build_alerts, build_board, build_sessions, build_tournaments
from dartd.play.corrections import CorrectionDecider
from dartd.play.decider import MatchDecider
from dartd.runtime.clock import LiveClock
from schemas.base import CameraId, DartId

TEXT = """
[board]
id = "left"
[sessions]
idle_s = 5
[[alerts.rules]]
name = "camera_offline"
enabled = false
"""


def test_each_is_as_configured(tmp_path: Path) -> None:
    """The board has its name, sessions and alerts can be recovered under their names, and nothing is due before anything happened."""
    (tmp_path / "dartd.toml").write_text(TEXT)
    config = load_config(tmp_path / "dartd.toml", {})

    board = build_board(config, [CameraId("cam0"), CameraId("cam1")])
    sessions, alerts = build_sessions(config, LiveClock()), build_alerts(config, LiveClock())

    assert board.board_id == "left"
    assert {camera.camera_id for camera in board.snapshot().cameras} == {"cam0", "cam1"}
    assert (sessions.name, alerts.name, alerts.open_alerts()) == ("sessions", "alerts", ())
    assert sessions.deadline() is None
    matches = MatchDecider(config.board.board_id)
    commands, results = build_tournaments(config, LiveClock(), matches, CorrectionDecider(matches, lambda: ((), DartId("d1"))))
    assert (commands.name, results.name, results.memory(0.0)) == ("tournament_commands", "tournament", b"{}")
