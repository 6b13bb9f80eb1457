"""Commands about corrections."""

from typing import get_args

import pytest

from schemas.base import Command
from schemas.correction import CorrectionCommand


@pytest.mark.parametrize("command", get_args(CorrectionCommand), ids=lambda each: each.__struct_config__.tag)
def test_every_command_names_its_correction_and_who_asked(command: type[Command]) -> None:
    """And its tag cannot be taken for a command to the board."""
    assert {"correction_id", "user_id"} <= set(command.__struct_fields__)
    assert str(command.__struct_config__.tag).startswith("correction_")
