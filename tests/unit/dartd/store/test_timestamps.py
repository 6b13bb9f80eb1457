"""Wall time in the format of the API."""

import pytest

from dartd.store.timestamps import seconds_of_timestamp, timestamp_of


@pytest.mark.parametrize(
    ("at_s", "expected"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1795199447.123, "2026-11-20T18:30:47.123Z"),
        (1795199447.9996, "2026-11-20T18:30:48.000Z"),
        (0.0004, "1970-01-01T00:00:00.000Z"),
    ],
)
def test_timestamp_has_milliseconds_and_z(at_s: float, expected: str) -> None:
    """A time is written in UTC, rounded to milliseconds, with three digits and a Z."""
    actual = timestamp_of(at_s)

    assert actual == expected


def test_timestamp_is_read_back() -> None:
    """To the millisecond."""
    assert seconds_of_timestamp(timestamp_of(1795199447.123)) == 1795199447.123
