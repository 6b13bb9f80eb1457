"""What people may ask of the board."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given

from schemas.base import Command
from schemas.codec import decode_command, encode_json
from schemas.commands import BoardCommand, CorrectDart, ResetBoard
from tests.support.values import values_of


@pytest.mark.parametrize("command", get_args(BoardCommand), ids=lambda each: each.__struct_config__.tag)
def test_every_command_says_who_asked(command: type[Command]) -> None:
    """Each command must be able to name the person behind it."""
    assert "user_id" in command.__struct_fields__


@given(values_of(CorrectDart) | values_of(ResetBoard))
def test_command_comes_through_as_it_was_meant(command: BoardCommand) -> None:
    """A command must arrive as it was sent."""
    assert decode_command(encode_json(command)) == command


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"action":"explode"}', "explode"),
        (b"{}", "action"),
        (b'{"action":"reset","force":true}', "force"),
        (b'{"action":"correct","operation":"undo"}', "undo"),
        (b'{"action":"correct","operation":"change","dart_number":"two"}', "dart_number"),
        (b"[]", "object"),
        (b'{"action":"take_calibration"}', "take_calibration"),
    ],
)
def test_unknown_command_is_refused_by_name(payload: bytes, reason: str) -> None:
    """What is no command must be refused, and the refusal must name what was wrong."""
    with pytest.raises(msgspec.ValidationError, match=reason):
        decode_command(payload)
