"""Days, weeks, months and years of a time zone, as seconds since 1970."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

Period = Literal["day", "week", "month", "year"]


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

    def begins(self, moments: Sequence[float], period: Period) -> list[float]:
        """Return when the period of each moment began; fast for moments in order."""
        # No clock goes on by more than two hours.
        shortest_s = {"day": 22, "week": 24 * 7 - 2, "month": 24 * 28 - 2, "year": 24 * 365 - 2}[period] * 3600.0
        found: list[float] = []
        began_s, safe_s = 0.0, 0.0  # until the second the period lasts in any case
        for at_s in moments:
            if not began_s <= at_s < safe_s:
                began_s = self.began(at_s, period)
                safe_s = began_s + shortest_s
            found.append(began_s)
        return found

    def _seconds(self, moment: datetime) -> float:
        """Return a time of the wall clock as seconds since 1970, with the offset that the zone has then."""
        naive = moment.replace(tzinfo=None)
        return (naive.astimezone() if self._zone is None else naive.replace(tzinfo=self._zone)).timestamp()
