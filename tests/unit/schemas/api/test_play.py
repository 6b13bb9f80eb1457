"""The board, its throws, the journal."""

import msgspec
import pytest

from schemas.api.play import EventsQuery, NoParameters, ThrowsQuery


def test_queries_are_understood_from_text() -> None:
    """Numbers as numbers, filters as text."""
    asked = msgspec.convert({"since": "7", "limit": "3"}, EventsQuery, strict=False)

    assert (asked.since, asked.limit, msgspec.convert({"label": "20"}, ThrowsQuery, strict=False).label) == (7, 3, "20")


def test_command_takes_nothing() -> None:
    """An unknown field is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"x":1}', type=NoParameters)
