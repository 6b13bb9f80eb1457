"""Metrics of days."""

import msgspec
import pytest

from schemas.api.metrics import MetricsQuery


def test_only_known_periods_are_asked_for() -> None:
    """Today unless another is named."""
    assert msgspec.convert({}, MetricsQuery).period == "today"
    with pytest.raises(msgspec.ValidationError, match="year"):
        msgspec.convert({"period": "year"}, MetricsQuery)
