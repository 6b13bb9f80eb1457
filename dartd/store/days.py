"""Days, weeks, months and years of a time zone, as seconds since 1970."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil, floor
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

Period = Literal["day", "week", "month", "year"]
Numbered = Literal["day", "week", "month"]  # what the database can add up by

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the wall clock of any zone
# No two changes of the clock are closer in the tz database of a board's time (the shortest, around Ramadan in Morocco, is four weeks).
_BETWEEN_CHANGES_S: Final = 20 * 86_400.0


class _Day(sa.FunctionElement[int]):
    """The days since 1970-01-01 of a number of seconds that is not negative."""

    inherit_cache = True
    type = sa.Integer()


class _Month(sa.FunctionElement[int]):
    """The month of a number of seconds since 1970 as a number such as 202611."""

    inherit_cache = True
    type = sa.Integer()


@compiles(_Day)
def _day(element: _Day, compiler: Any, **options: Any) -> str:
    return f"CAST(FLOOR(({compiler.process(element.clauses, **options)}) / 86400.0) AS INTEGER)"


@compiles(_Day, "sqlite")
def _day_of_sqlite(element: _Day, compiler: Any, **options: Any) -> str:
    # FLOOR is not part of every SQLite; its CAST cuts the fraction off.
    return f"CAST(({compiler.process(element.clauses, **options)}) / 86400.0 AS INTEGER)"


@compiles(_Month)
def _month(element: _Month, compiler: Any, **options: Any) -> str:
    return f"CAST(TO_CHAR(TO_TIMESTAMP({compiler.process(element.clauses, **options)}) AT TIME ZONE 'UTC', 'YYYYMM') AS INTEGER)"


@compiles(_Month, "sqlite")
def _month_of_sqlite(element: _Month, compiler: Any, **options: Any) -> str:
    return f"CAST(STRFTIME('%Y%m', {compiler.process(element.clauses, **options)}, 'unixepoch') AS INTEGER)"


class Days:
    """Periods of a time zone; None is the one of the machine."""

    def __init__(self, zone: str | None = None) -> None:
        self._zone: tzinfo | None = None if zone is None else ZoneInfo(zone)

    def local(self, at_s: float) -> datetime:
        """Return a moment as the clock on the wall shows it."""
        return datetime.fromtimestamp(at_s, UTC).astimezone(self._zone)

    def began(self, at_s: float, period: Period = "day") -> float:
        """Return when the period of a moment began."""
        moment = self.local(at_s).replace(hour=0, minute=0, second=0, microsecond=0)
        if period == "week":
            moment -= timedelta(days=moment.weekday())
        elif period == "month":
            moment = moment.replace(day=1)
        elif period == "year":
            moment = moment.replace(month=1, day=1)
        return self._seconds(moment)

    def ends(self, at_s: float, period: Period = "day") -> float:
        """Return when the period of a moment ends."""
        longest = {"day": 25, "week": 24 * 7 + 1, "month": 24 * 31 + 1, "year": 24 * 366 + 1}[period]  # hours, with a change of the clock
        return self.began(self.began(at_s, period) + longest * 3600, period)

    def day_of(self, date: str) -> float:
        """Return when a day such as 2026-11-30 begins.

        Raises:
            ValueError: there is no such day.
        """
        return self._seconds(datetime.fromisoformat(date).replace(tzinfo=None))

    def numbering(self, span: tuple[float, float], period: Numbered) -> Callable[[sa.ColumnElement[float]], sa.ColumnElement[int]]:
        """Return the SQL expression that numbers the period of a moment; it is right for moments in the span, after 1970."""
        (_, first_s), *changes = self._offsets(*span)
        held = [(since_s, offset_s) for since_s, offset_s in reversed(changes)]

        def numbered(at_s: sa.ColumnElement[float]) -> sa.ColumnElement[int]:
            offset: Any = sa.case(*((at_s >= since_s, offset_s) for since_s, offset_s in held), else_=first_s) if held else first_s
            if period == "month":
                return _Month(at_s + offset)
            day = _Day(at_s + offset)
            return day if period == "day" else (day + _EPOCH.weekday()) // 7

        return numbered

    def begin_of(self, number: int, period: Numbered) -> float:
        """Return when the period of a number began."""
        if period == "month":
            return self._seconds(datetime(number // 100, number % 100, 1))  # noqa: DTZ001 - the wall clock
        return self._seconds(_EPOCH + timedelta(days=number if period == "day" else 7 * number - _EPOCH.weekday()))

    def _offsets(self, first_s: float, last_s: float) -> list[tuple[float, float]]:
        """Return the offsets of the zone over a span, each with the second since when it holds."""
        found = [(first_s, self._offset_s(first_s))]
        before_s = first_s
        while before_s < last_s:
            after_s = min(before_s + _BETWEEN_CHANGES_S, last_s)
            if (offset_s := self._offset_s(after_s)) != found[-1][1]:
                seconds = range(floor(before_s), ceil(after_s) + 1)
                since = bisect_left(seconds, True, key=lambda at_s: self._offset_s(at_s) == offset_s)
                found.append((float(seconds[since]), offset_s))
            before_s = after_s
        return found

    def _offset_s(self, at_s: float) -> float:
        return (self.local(at_s).utcoffset() or timedelta()).total_seconds()

    def _seconds(self, moment: datetime) -> float:
        """Return a time of the wall clock as seconds since 1970, with the offset that the zone has then."""
        naive = moment.replace(tzinfo=None)
        return (naive.astimezone() if self._zone is None else naive.replace(tzinfo=self._zone)).timestamp()
