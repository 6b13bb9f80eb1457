"""What is sent about formats."""

import msgspec
import pytest

from schemas.api.formats import FormatSearch, NewFormat


def test_the_smallest_format() -> None:
    """A name and a game are enough."""
    found = msgspec.convert({"name": "x", "rules": {"game": "x01"}}, NewFormat)

    assert (found.format_id, found.format, found.sides) == (None, {}, None)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "x", "rules": 1},
        {"name": "x", "rules": {}, "sides": {"min": 0}},
        {"name": "x", "rules": {}, "tags": ["A b"]},
    ],
)
def test_what_is_none(body: object) -> None:
    """Without rules, with sides without players, with tags that are texts."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, NewFormat)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"q": "x" * 101}, FormatSearch)
