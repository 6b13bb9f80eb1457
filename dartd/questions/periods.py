"""The time that a question is about."""

import re
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from dartd.questions.languages.words import Words
from dartd.questions.text import Plain, fold, has, is_like
from dartd.store.days import Days
from dartd.store.listing import ALWAYS, Span

_ISO: Final = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DOTTED: Final = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_BUDDHIST_YEARS: Final = 543
_MOST: Final = 3660  # days back that a question may count


class Period(NamedTuple):
    """A period by name, `day` and a date, `weekday` and its number, or the last `number` days; `is_open`: from its beginning until now."""

    kind: str
    number: int = 0
    date: str = ""
    is_open: bool = False


ALL: Final = Period("all")
_CLOSED: Final = frozenset({"yesterday", "last_week", "last_month", "last_year", "day", "weekday", "weekend", "month"})


def find_period(text: Plain, question: str, words: Words) -> Period | None:
    """Return the period that a question names: of several the one with the longest cue; since its beginning if the question says so."""
    period = _named(text, question, words)
    if period is not None and period.kind in _CLOSED and any(has(text, cue, exact=True) for cue in words.since):
        return period._replace(is_open=True)
    return period


def _named(text: Plain, question: str, words: Words) -> Period | None:
    if (day := _date(question)) is not None:
        return Period("day", date=day)
    if (counted := _counted(text, words)) is not None:
        return counted
    found = [(len(cue), kind) for kind, cues in words.periods.items() for cue in cues if has(text, cue, exact=len(cue) < 8)]
    if found:
        return Period(max(found)[1])
    for number, name in enumerate(words.weekdays):
        if has(text, name) or has(text, f"{name}s"):
            return Period("weekday", number)
    for number, name in enumerate(words.months, 1):
        if len(name) > 3 and has(text, name):
            return Period("month", number)
    return None


def _date(question: str) -> str | None:
    if (found := _ISO.search(question)) is not None:
        year, month, day = map(int, found.groups())
    elif (found := _DOTTED.search(question)) is not None:
        day, month, year = map(int, found.groups())
    else:
        return None
    year -= _BUDDHIST_YEARS if year > 2400 else 0
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _counted(text: Plain, words: Words) -> Period | None:
    """Return the last so many days, weeks or months."""
    size = {"day": 1, "week": 7, "month": 30}
    for unit, names in words.units.items():
        for name in names:
            count = _before(text, fold(name), words)
            if count:
                return Period("days", min(count * size[unit], _MOST))
    return None


def _before(text: Plain, unit: str, words: Words) -> int | None:
    """Return the number that stands before a unit after a word such as "last"; in Thai a number next to the unit and such a word."""
    if "\u0e00" <= unit[0] <= "\u0e7f":
        found = re.search(rf"(\d+){unit}", text.joined)
        return int(found[1][:4]) if found and any(has(text, each) for each in words.last) else None
    for number, word in enumerate(text.words[2:], 2):
        if word == unit and any(is_like(text.words[number - 2], fold(each), exact=True) for each in words.last):
            before = text.words[number - 1]
            named = [fold(each) for each in words.numbers]
            return int(before[:4]) if before.isascii() and before.isdecimal() else named.index(before) if before in named else None
    return None


def span_of(period: Period, days: Days, now_s: float) -> Span:
    """Return a period as a span; one that has not ended ends now."""
    span = _whole(period, days, now_s)
    return Span(after_s=span.after_s) if period.is_open else span


def _whole(period: Period, days: Days, now_s: float) -> Span:  # noqa: PLR0911 - one case for each kind
    today_s = days.began(now_s)
    match period.kind:
        case "today":
            return Span(after_s=today_s)
        case "yesterday":
            return Span(after_s=days.began(today_s - 1), before_s=today_s)
        case "this_week" | "this_month" | "this_year":
            return Span(after_s=days.began(now_s, _unit(period)))
        case "last_week" | "last_month" | "last_year":
            ends_s = days.began(now_s, _unit(period))
            return Span(after_s=days.began(ends_s - 1, _unit(period)), before_s=ends_s)
        case "day":
            began_s = days.day_of(period.date)
            return Span(after_s=began_s, before_s=days.ends(began_s))
        case "days":
            first = days.local(now_s).date() - timedelta(days=period.number - 1)
            return Span(after_s=days.day_of(first.isoformat()))
        case "weekday":
            today = days.local(now_s).date()
            began_s = days.day_of((today - timedelta(days=(today.weekday() - period.number) % 7)).isoformat())
            return Span(after_s=began_s, before_s=days.ends(began_s))
        case "weekend":
            today = days.local(now_s).date()
            saturday = today - timedelta(days=(today.weekday() - 5) % 7)
            sunday_s = days.day_of((saturday + timedelta(days=1)).isoformat())
            return Span(after_s=days.day_of(saturday.isoformat()), before_s=days.ends(sunday_s))
        case "month":
            today = days.local(now_s).date()
            year = today.year - (period.number > today.month)
            began_s = days.day_of(f"{year}-{period.number:02d}-01")
            return Span(after_s=began_s, before_s=days.ends(began_s, "month"))
        case _:
            return ALWAYS


def _unit(period: Period) -> Literal["week", "month", "year"]:
    unit = period.kind.partition("_")[2]
    return "week" if unit == "week" else "month" if unit == "month" else "year"
