"""The stream over HTTP, as it is asked for."""

import msgspec
import pytest

from schemas.api.stream import StreamQuery


def test_a_query_is_read_from_text() -> None:
    """Numbers and truth come as words."""
    found = msgspec.convert({"since": "7", "once": "true", "topics": "board:*"}, StreamQuery, strict=False)

    assert found == StreamQuery(since=7, once=True, topics="board:*")


@pytest.mark.parametrize("asked", [{"since": "-1"}, {"since": "x"}, {"place": "7"}])
def test_what_is_no_query_is_refused(asked: dict[str, str]) -> None:
    """Also a field that is unknown."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(asked, StreamQuery, strict=False)
