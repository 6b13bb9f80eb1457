"""Why an average differs from the usual one: what each part of the play explains of the difference."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from dartd.game.statistics import Figures

Part = Literal["first_nine", "scoring", "doubles", "busts"]
_SLOTS: Final = 3


class Cause(NamedTuple):
    """A part of the play: its own and its usual value, and by how many points of the average it moved the average."""

    part: Part
    own: float
    usual: float
    effect: float


class DayRates(NamedTuple):
    """The rates of a day by which days are compared: average, first nine and checkouts in percent."""

    date: str
    average: float
    first9: float
    checkout_pct: float


def causes_of(own: Figures, usual: Figures) -> list[Cause]:
    """Return the parts of the play, the one that explains most first.

    Each effect is the own average less the one that there would be if only this part were as usual; their sum is about the difference.
    """
    if not own.darts or not usual.darts:
        return []
    average = 3 * own.points / own.darts
    found = []
    if own.first9_darts and usual.first9_darts:
        mine, other = own.first9_points / own.first9_darts, usual.first9_points / usual.first9_darts
        found.append(Cause("first_nine", 3 * mine, 3 * other, 3 * (mine - other) * own.first9_darts / own.darts))
    if _later_darts(own) > 0 and _later_darts(usual) > 0:
        mine, other = _later_points(own) / _later_darts(own), _later_points(usual) / _later_darts(usual)
        found.append(Cause("scoring", 3 * mine, 3 * other, 3 * (mine - other) * _later_darts(own) / own.darts))
    wasted: tuple[tuple[Part, int, int], ...] = (
        ("doubles", own.checkout_attempts - own.checkouts, usual.checkout_attempts - usual.checkouts),
        ("busts", _SLOTS * own.busts, _SLOTS * usual.busts),
    )
    for part, mine_darts, other_darts in wasted:
        other_share = other_darts / usual.darts
        if mine_darts < own.darts and other_share < 1:
            would_be = 3 * own.points * (1 - other_share) / (own.darts - mine_darts)
            found.append(Cause(part, 100 * mine_darts / own.darts, 100 * other_share, average - would_be))
    return sorted(found, key=lambda cause: -abs(cause.effect))


def _later_darts(figures: Figures) -> int:
    """Return the darts after the first nine that were neither at a double nor busted."""
    return figures.darts - figures.first9_darts - figures.checkout_attempts - _SLOTS * figures.busts


def _later_points(figures: Figures) -> int:
    return figures.points - figures.first9_points


def similar_days(day: DayRates, others: Sequence[DayRates], count: int) -> list[DayRates]:
    """Return the days that are most like a day, by the mean square of the relative differences."""

    def distance(other: DayRates) -> float:
        pairs = zip(day[1:], other[1:], strict=True)
        return sum(((float(mine) - float(its)) / max(abs(float(mine)), abs(float(its)), 1.0)) ** 2 for mine, its in pairs)

    return sorted((each for each in others if each.date != day.date), key=distance)[:count]
