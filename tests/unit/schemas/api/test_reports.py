"""What can be asked of reports."""

import msgspec
import pytest

from schemas.api.reports import ReportQuery


@pytest.mark.parametrize("date", ["2026-13-01", "2026-11-3", "30.11.2026", "2026-11-30\n"])
def test_a_date_is_a_day_of_iso_8601(date: str) -> None:
    """Anything else is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"date": date}, ReportQuery)
