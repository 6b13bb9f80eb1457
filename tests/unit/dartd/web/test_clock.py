"""Wall time."""

import re
from datetime import UTC, datetime

from dartd.web.clock import wall_timestamp


def test_timestamps_are_utc_with_milliseconds() -> None:
    """`2026-11-20T18:30:47.123Z`, now."""
    text = wall_timestamp()

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()) < 5
