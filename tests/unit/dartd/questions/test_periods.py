"""The time of a question."""

import pytest

from dartd.questions.languages.english import WORDS as ENGLISH
from dartd.questions.languages.german import WORDS as GERMAN
from dartd.questions.languages.thai import WORDS as THAI
from dartd.questions.languages.words import Words
from dartd.questions.periods import Period, find_period, span_of
from dartd.questions.text import plain
from dartd.store.days import Days
from dartd.store.timestamps import seconds_of_timestamp
from tests.support.club import NOW_S, SPANS

UTC = Days("UTC")


@pytest.mark.parametrize(
    ("words", "text", "period"),
    [
        (ENGLISH, "in the last ten days", Period("days", 10)),
        (ENGLISH, "over the past 2 weeks", Period("days", 14)),
        (ENGLISH, "in March", Period("month", 3)),
        (ENGLISH, "on 2026-11-03", Period("day", date="2026-11-03")),
        (ENGLISH, "last week or so, all in all", Period("last_week")),
        (ENGLISH, "on 31.02.2026", None),
        (ENGLISH, "since January", Period("month", 1, is_open=True)),
        (GERMAN, "seit letzter Woche", Period("last_week", is_open=True)),
        (THAI, "ตั้งแต่เมื่อวาน", Period("yesterday", is_open=True)),
        (GERMAN, "in den letzten drei Monaten", Period("days", 90)),
        (GERMAN, "am 3.11.2026", Period("day", date="2026-11-03")),
        (GERMAN, "am Montag", Period("weekday", 0)),
        (THAI, "๗ วันที่ผ่านมา", Period("days", 7)),
        (THAI, "วันที่ 3/11/2569", Period("day", date="2026-11-03")),
        (THAI, "เดือนตุลาคม", Period("month", 10)),
    ],
)
def test_periods_are_found(words: Words, text: str, period: Period | None) -> None:
    """By words, numbers and dates, also of the Buddhist calendar."""
    assert find_period(plain(text), text, words) == period


@pytest.mark.parametrize("kind", SPANS)
def test_spans_are_those_of_the_calendar(kind: str) -> None:
    """As written down from a calendar."""
    number = {"weekday": 4, "days": 30}.get(kind, 0)
    span = span_of(Period(kind, number), UTC, NOW_S)
    wanted = tuple(None if day is None else seconds_of_timestamp(f"{day}T00:00:00.000Z") for day in SPANS[kind])

    assert (span.after_s, span.before_s) == wanted


def test_days_and_months() -> None:
    """A month that has not come yet is the one of last year."""
    day, december = span_of(Period("day", date="2026-11-03"), UTC, NOW_S), span_of(Period("month", 12), UTC, NOW_S)
    last_year, month = span_of(Period("last_year"), UTC, NOW_S), span_of(Period("month", 10), UTC, NOW_S)

    assert (day.after_s, day.before_s) == (seconds_of_timestamp("2026-11-03T00:00:00Z"), seconds_of_timestamp("2026-11-04T00:00:00Z"))
    assert december.after_s == seconds_of_timestamp("2025-12-01T00:00:00Z")
    assert (last_year.after_s, last_year.before_s) == (
        seconds_of_timestamp("2025-01-01T00:00:00Z"),
        seconds_of_timestamp("2026-01-01T00:00:00Z"),
    )
    assert (month.after_s, month.before_s) == (seconds_of_timestamp("2026-10-01T00:00:00Z"), seconds_of_timestamp("2026-11-01T00:00:00Z"))


def test_since_a_period_is_from_its_beginning_until_now() -> None:
    """Also what was played behind it."""
    span = span_of(Period("month", 1, is_open=True), UTC, NOW_S)

    assert (span.after_s, span.before_s) == (seconds_of_timestamp("2026-01-01T00:00:00Z"), None)
