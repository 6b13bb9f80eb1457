"""The query of the accuracy."""

import msgspec
import pytest

from schemas.api.accuracy import AccuracyQuery


def test_since_is_a_day_or_a_time() -> None:
    """Both are taken, anything else is refused."""
    for since in ("2026-11-30", "2026-11-30T12:00:00Z"):
        assert msgspec.convert({"since": since}, AccuracyQuery).since == since
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"since": "yesterday"}, AccuracyQuery)
