"""The deciders as configured."""

from pathlib import Path

import msgspec

from dartd.config import load_config
from dartd.deciders import build_alerts, build_board, build_sessions
from dartd.runtime.clock import LiveClock
from schemas.base import CameraId

TEXT = """
[board]
id = "left"
[sessions]
idle_s = 5
[[alerts.rules]]
name = "camera_offline"
enabled = false
"""


def test_each_is_of_the_configured_board(tmp_path: Path) -> None:
    """Board, sessions and alerts have its name; a rule that is switched off is not judged."""
    (tmp_path / "dartd.toml").write_text(TEXT)
    config = load_config(tmp_path / "dartd.toml", {})
    everything = msgspec.structs.replace(config, alerts=msgspec.structs.replace(config.alerts, rules=()))

    board = build_board(config, [CameraId("cam0"), CameraId("cam1")])
    sessions = build_sessions(config, LiveClock())
    rules = [{rule.name for rule in build_alerts(each, LiveClock()).rules} for each in (everything, config)]

    assert (board.board_id, sessions.board_id) == ("left", "left")
    assert len(board.known_darts()) == 0
    assert rules[0] - rules[1] == {"camera_offline"}
