"""What may be removed from the cache."""

import msgspec
import pytest

from schemas.api.cache import CacheInvalidation


def test_keys_are_bounded() -> None:
    """At most a hundred, none of them empty."""
    assert msgspec.convert({"keys": ["dashboard"]}, CacheInvalidation).keys == ("dashboard",)
    for keys in ([""], ["x"] * 101, ["x" * 201]):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"keys": keys}, CacheInvalidation)
