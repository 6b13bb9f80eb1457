"""Periods of a time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dartd.store.days import Days

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


@given(st.lists(st.integers(0, 2**31), max_size=20).map(sorted), st.sampled_from(["day", "week", "month", "year"]))
def test_many_moments_begin_as_each_alone(moments: list[float], period: str) -> None:
    """And each is within its own period."""
    begins = BERLIN.begins(moments, period)  # type: ignore[arg-type]

    assert begins == [BERLIN.began(moment, period) for moment in moments]  # type: ignore[arg-type]
    assert all(began <= moment < BERLIN.ends(moment, period) for began, moment in zip(begins, moments, strict=True))  # type: ignore[arg-type]
