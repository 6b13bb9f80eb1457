"""Form over time: recent legs against those before, slumps, and comparisons of two sets of figures."""

from collections.abc import Sequence
from itertools import accumulate
from operator import sub
from typing import Any, Final

import msgspec

from dartd.game.decimals import ratio
from dartd.game.statistics import Figures, add_up

_RECENT_LEGS: Final = 10
_ROLLING_VISITS: Final = 10

# Averages of named levels, in hundredths: about what leagues of that level publish.
LEVELS: Final[dict[str, dict[str, int]]] = {
    "beginner": {"average": 3500, "first9": 3800, "checkout_pct": 800},
    "pub": {"average": 4800, "first9": 5200, "checkout_pct": 1500},
    "league": {"average": 6000, "first9": 6500, "checkout_pct": 2200},
    "county": {"average": 7500, "first9": 8200, "checkout_pct": 3000},
    "tour": {"average": 9000, "first9": 9800, "checkout_pct": 3800},
    "world": {"average": 9800, "first9": 10600, "checkout_pct": 4200},
}


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Rates as numerator and denominator, so that they are compared exactly."""

    average: tuple[int, int]
    first9: tuple[int, int]
    checkout_pct: tuple[int, int]


_RATES: Final = Rates.__struct_fields__


def rates_of(figures: Figures) -> Rates:
    """Return the rates of a player's figures."""
    return Rates(
        average=(3 * figures.points, figures.darts),
        first9=(3 * figures.first9_points, figures.first9_darts),
        checkout_pct=(100 * figures.checkouts, figures.checkout_attempts),
    )


def rates_of_level(name: str) -> Rates:
    """Return the rates of a named level.

    Raises:
        KeyError: no such level.
    """
    level = LEVELS[name]
    return Rates(average=(level["average"], 100), first9=(level["first9"], 100), checkout_pct=(level["checkout_pct"], 100))


def difference(own: Rates, other: Rates) -> dict[str, str | None]:
    """Return how much higher each own rate is, null where one of the two does not exist."""
    answer = {}
    for name in _RATES:
        (points, darts), (other_points, other_darts) = getattr(own, name), getattr(other, name)
        answer[name] = ratio(points * other_darts - other_points * darts, darts * other_darts)
    return answer


def form(legs: Sequence[Figures]) -> dict[str, Any]:
    """Return the average of the last ten finished legs, the oldest first, and its difference to the ten before."""
    recent, before = legs[-_RECENT_LEGS:], legs[-2 * _RECENT_LEGS : -_RECENT_LEGS]
    own, other = rates_of(add_up(recent)), rates_of(add_up(before))
    return {"average": ratio(*own.average), "difference": difference(own, other)["average"]}


def longest_slump(visits: Sequence[int]) -> int:
    """Return the most visits in a row whose rolling average of ten visits is below the average of all, from the points of visits."""
    if len(visits) < _ROLLING_VISITS:
        return 0
    sums = list(accumulate(visits, initial=0))
    rolling = map(sub, sums[_ROLLING_VISITS:], sums)
    average = -(-sums[-1] * _ROLLING_VISITS // len(visits))  # of ten visits, rounded up: the sum of ten is a whole number
    is_below = bytes(map(average.__gt__, rolling))
    return max(map(len, is_below.split(b"\0")))
