"""Periods of a time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dartd.store.days import Days, Numbered

BERLIN = Days("Europe/Berlin")


def at(text: str) -> float:
    """Return a time in Berlin as seconds since 1970."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


def test_days_with_a_change_of_the_clock() -> None:
    """They have 23 or 25 hours."""
    assert BERLIN.ends(at("2026-03-29T12:00")) - BERLIN.began(at("2026-03-29T12:00")) == 23 * 3600
    assert BERLIN.ends(at("2026-10-25T00:00")) - BERLIN.day_of("2026-10-25") == 25 * 3600


def test_weeks_months_and_years() -> None:
    """Weeks begin on Monday."""
    moment = at("2026-11-29T23:30")
    began = [BERLIN.local(BERLIN.began(moment, period)).date().isoformat() for period in ("week", "month", "year")]
    ended = [BERLIN.local(BERLIN.ends(moment, period)).date().isoformat() for period in ("week", "month", "year")]

    assert began == ["2026-11-23", "2026-11-01", "2026-01-01"]
    assert ended == ["2026-11-30", "2026-12-01", "2027-01-01"]


def test_the_zone_of_the_machine() -> None:
    """Is the default."""
    now = datetime.now().astimezone()
    today = Days().local(Days().began(now.timestamp()))

    assert (today.hour, today.date()) == (0, now.date())


@pytest.mark.slow
@given(
    st.lists(st.integers(2**20, 2**31).map(float), min_size=1, max_size=8),
    st.sampled_from(["day", "week", "month"]),
    st.sampled_from(["Europe/Berlin", "Africa/Casablanca", "America/St_Johns", "Pacific/Apia", "UTC"]),
)
@example([at("2026-03-29T00:00") - 1, at("2026-03-29T00:00"), at("2026-03-29T23:59"), at("2026-03-30T00:00")], "day", "Europe/Berlin")
@settings(max_examples=40, deadline=None)
def test_the_database_numbers_days(moments: list[float], period: Numbered, zone: str) -> None:
    """Moments of one period have one number, by which it is known when the period began."""
    days = Days(zone)
    numbered = days.numbering((min(moments), max(moments)), period)
    with sa.create_engine("sqlite://").connect() as connection:
        numbers = [connection.execute(sa.select(numbered(sa.literal(moment)))).scalar_one() for moment in moments]

    assert [days.begin_of(number, period) for number in numbers] == [days.began(moment, period) for moment in moments]
