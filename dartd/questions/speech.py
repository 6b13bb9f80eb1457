"""Facts in the words of a language: numbers, periods, names and sentences."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from dartd.questions.languages.sentences import SENTENCES
from dartd.questions.periods import Period
from dartd.store.days import Days
from dartd.store.listing import Span
from schemas.api.query import QuestionLanguage

_NONE: Final = "–"


class Speech:
    """The sentences of a language."""

    def __init__(self, language: QuestionLanguage) -> None:
        self.language = language
        self._texts = SENTENCES[language]

    def say(self, key: str, **values: Any) -> str:
        """Return a sentence; numbers among the values are written as the language writes them."""
        return self._texts[key].format(**{name: self.write(value) for name, value in values.items()})

    def write(self, value: Any) -> str:
        """Return a value; a decimal of the store is a string with a point."""
        if value is None:
            return _NONE
        if isinstance(value, float):
            value = str(Decimal(str(value)).quantize(Decimal("0.01")))
        if isinstance(value, str) and self.language == "de" and _is_decimal(value):
            return value.replace(".", ",")
        return str(value)

    def signed(self, value: str | float | None) -> str:
        """Return a difference with its sign."""
        written = self.write(value)
        return written if written.startswith("-") or written == _NONE else f"+{written}"

    def period(self, period: Period, span: Span, days: Days) -> str:
        """Return the name of a period."""
        if period.is_open:
            return self.say("period.since", date=_date_of(span, days).isoformat())
        if period.kind in {"day", "weekday", "weekend"}:
            return self.say("period.weekend" if period.kind == "weekend" else "period.day", date=_date_of(span, days).isoformat())
        if period.kind == "month":
            return self.say("period.month", date=_date_of(span, days).isoformat()[:7])
        return self.say(f"period.{period.kind}", count=period.number)


def _is_decimal(value: str) -> bool:
    return value.lstrip("-+").replace(".", "", 1).isdecimal()


def _date_of(span: Span, days: Days) -> date:
    return days.local(span.after_s or 0.0).date()
