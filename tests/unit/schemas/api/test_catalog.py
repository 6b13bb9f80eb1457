"""The answers of the catalog."""

from schemas.api.catalog import DatasetSpan
from schemas.codec import encode_json


def test_an_unknown_span_is_null() -> None:
    """A recording has no times of its own."""
    assert encode_json(DatasetSpan(since=None, until=None, seconds=1.5)) == b'{"since":null,"until":null,"seconds":1.5}'
