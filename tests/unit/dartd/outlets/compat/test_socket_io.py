"""Commands of add-ons of darts-caller."""

from typing import Any

import pytest

from dartd.outlets.compat.socket_io import command_of
from schemas.commands import ResetBoard, StartBoard, StopBoard


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ("board-start:0.5", StartBoard()),
        ("board-stop", StopBoard()),
        ("board-reset", ResetBoard()),
        ("hello", None),
        ({"status": "WLED connected"}, None),
        (None, None),
    ],
)
def test_commands_are_texts(message: Any, command: object) -> None:
    """Everything else that they send is no command."""
    assert command_of(message) == command
