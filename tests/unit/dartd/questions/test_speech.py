"""Numbers and periods in words."""

import pytest

from dartd.questions.periods import Period
from dartd.questions.speech import Speech
from dartd.store.days import Days
from dartd.store.listing import Span
from tests.support.club import NOW_S

UTC = Days("UTC")


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [("65.32", "65.32", "65,32"), (7, "7", "7"), (2.5, "2.50", "2,50"), (None, "–", "–"), ("D16", "D16", "D16")],
)
def test_numbers_are_those_of_the_language(value: object, english: str, german: str) -> None:
    """With a decimal comma in German; names are left as they are."""
    assert (Speech("en").write(value), Speech("de").write(value)) == (english, german)


def test_differences_and_periods() -> None:
    """A difference has its sign, a day its date."""
    english = Speech("en")

    assert (english.signed("2.50"), english.signed("-2.50"), english.signed(None)) == ("+2.50", "-2.50", "–")
    assert english.period(Period("weekday", 4), Span(after_s=NOW_S), UTC) == "on 2026-11-25"
    assert english.period(Period("month", 11), Span(after_s=NOW_S), UTC) == "in 2026-11"
    assert "30" in Speech("de").period(Period("days", 30), Span(), UTC)
