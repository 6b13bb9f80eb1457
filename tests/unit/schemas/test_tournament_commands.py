"""Commands about tournaments."""

from typing import get_args

import pytest

from schemas.base import Command
from schemas.tournament_commands import FixtureCommand, TournamentCommand


@pytest.mark.parametrize("command", get_args(TournamentCommand), ids=lambda each: each.__struct_config__.tag)
def test_every_command_says_when_and_who(command: type[Command]) -> None:
    """And its tag what it is about."""
    assert {"at", "user_id"} <= set(command.__struct_fields__)
    assert str(command.__struct_config__.tag).partition("_")[0] in {"tournament", "list", "fixture"}


def test_commands_about_fixtures_are_among_them() -> None:
    """They need a permission of their own."""
    assert set(get_args(FixtureCommand)) < set(get_args(TournamentCommand))
