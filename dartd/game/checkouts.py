"""Ways to finish: all of them, ranked by how players choose, and what to leave when there is none.

The cost of a route is the sum over its darts. Its weights reproduce the first choices of published checkout tables; where the sum
does not give what all tables have, `_PUBLISHED` names the first choice.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Final

from dartd.game.beds import BULL, DOUBLES, MULTIPLIERS, NUMBERS, SCORING, SINGLE_BULL, SINGLES, TRIPLES, read_bed
from dartd.game.preferences import NO_PREFERENCES, Preferences
from dartd.game.rules import SLOTS, Bull
from dartd.game.totals import Condition, bed_values, finishes, satisfying

HINTS: Final = 3
HIGHEST_FINISH: Final = 180  # three triples, with straight or master out

Route = tuple[int, ...]

# Costs of a dart, by what it is in the route. Unit: about what one more dart costs, over 2.5.
_DART: Final = 2.5
_TRIPLE: Final = 1.6
_TRIPLE_BY_NUMBER: Final = 0.06  # for each number below 20
_LOW_TRIPLE: Final = 1.4  # below T10
_SINGLE: Final = 2.0
_SINGLE_BULL: Final = 3.4
_DOUBLE_BEFORE_LAST: Final = 5.0
_BULL_BEFORE_LAST: Final = 5.4
_BULL_LAST: Final = 3.9
_SINGLE_LAST: Final = 0.0  # straight out
_SINGLE_LEAVES_NOTHING: Final = 1.6  # the single of the first triple leaves no finish with two darts
_LAST_DOUBLES: Final = {
    20: 0.0, 16: 0.1, 8: 0.1, 12: 0.4, 4: 0.4, 10: 0.45, 18: 0.45, 2: 0.8, 19: 0.8, 6: 1.0, 14: 1.0, 15: 1.3, 17: 1.5, 11: 1.5,
}  # fmt: skip
_LAST_DOUBLE: Final = 2.2  # all others
_PREFERRED_STEP: Final = 0.1  # from one preferred double to the next
_NOT_PREFERRED: Final = 2.0
_AVOIDED_BULL: Final = 20.0

_PUBLISHED: Final = {
    33: "1 D16", 35: "3 D16", 62: "T10 D16", 66: "T10 D18", 69: "T19 D6", 77: "T19 D10", 80: "T20 D10", 99: "T19 10 D16",
    102: "T20 10 D16", 119: "T19 T12 D13", 123: "T19 T16 D9", 125: "25 T20 D20", 126: "T19 T19 D6", 130: "T20 T20 D5",
}  # fmt: skip
_FIRST_CHOICE: Final = {rest: tuple(read_bed(bed) for bed in route.split()) for rest, route in _PUBLISHED.items()}

_SETUP_BEDS: Final = (*SINGLES, *TRIPLES[14:], SINGLE_BULL)  # beds that players score with when there is no finish


def routes(
    rest: int, darts: int, out: Condition = "double", bull: Bull = "25/50", preferences: Preferences = NO_PREFERENCES
) -> list[Route]:
    """Return all distinct ordered routes of at most so many darts, best first."""
    if not 0 < rest <= HIGHEST_FINISH or darts < 1:
        return []
    values = bed_values(bull)
    ranked = [
        (_cost(route, rest, out, bull, preferences), [-values[bed] for bed in route], route) for route in _all(rest, darts, out, bull)
    ]
    ranked.sort()
    found = [route for _, _, route in ranked]
    first = _FIRST_CHOICE.get(rest)
    if first in found and out == "double" and preferences == NO_PREFERENCES:
        found.remove(first)
        found.insert(0, first)
    return found


@lru_cache(maxsize=4096)
def hints(rest: int, darts: int, out: Condition, bull: Bull, preferences: Preferences = NO_PREFERENCES) -> tuple[Route, ...]:
    """Return the best routes, three at most."""
    return tuple(routes(rest, darts, out, bull, preferences)[:HINTS])


@lru_cache(maxsize=4096)
def setup(rest: int, darts: int, out: Condition = "double", bull: Bull = "25/50", preferences: Preferences = NO_PREFERENCES) -> Route:
    """Return the darts that leave the best finish for the next visit, nothing when the rest can be finished or is too low to score."""
    if hints(rest, darts, out, bull, preferences):
        return ()
    values = bed_values(bull)
    best: tuple[tuple[bool, float], Route] | None = None
    for beds in combinations_with_replacement(sorted(_SETUP_BEDS, key=lambda bed: -values[bed]), darts):
        left = rest - sum(values[bed] for bed in beds)
        if left < 2:
            continue
        is_finish, cost = _leave(left, out, bull, preferences)
        rank = (not is_finish, cost + sum(_before_last(bed, bull) for bed in beds) if is_finish else float(left))
        if best is None or rank < best[0]:
            best = rank, beds
    return best[1] if best else ()


@lru_cache(maxsize=4096)
def _leave(rest: int, out: Condition, bull: Bull, preferences: Preferences) -> tuple[bool, float]:
    """Return whether a rest can be finished by the next visit, and the cost of its best route."""
    best = hints(rest, SLOTS, out, bull, preferences)
    return bool(best), _cost(best[0], rest, out, bull, preferences) if best else 0.0


@lru_cache(maxsize=64)
def _closing_by_value(out: Condition, bull: Bull) -> dict[int, tuple[int, ...]]:
    values = bed_values(bull)
    closing = [bed for bed in SCORING if bed in satisfying(out, bull)]
    return {value: tuple(bed for bed in closing if values[bed] == value) for value in {values[bed] for bed in closing}}


def _all(rest: int, darts: int, out: Condition, bull: Bull) -> Iterator[Route]:
    """Find the routes: whatever is left after the darts before it, the last dart takes."""
    values, last = bed_values(bull), _closing_by_value(out, bull)
    for bed in last.get(rest, ()):
        yield (bed,)
    if darts < 2:
        return
    for first in SCORING:
        left = rest - values[first]
        for bed in last.get(left, ()):
            yield (first, bed)
        if darts < SLOTS:
            continue
        for second in SCORING:
            for bed in last.get(left - values[second], ()):
                yield (first, second, bed)


def _cost(route: Route, rest: int, out: Condition, bull: Bull, preferences: Preferences) -> float:
    cost = _DART * len(route) + sum(_before_last(bed, bull) for bed in route[:-1]) + _last(route[-1], bull, preferences)
    if preferences.avoid_bull:
        cost += _AVOIDED_BULL * sum(NUMBERS[bed] == NUMBERS[BULL] for bed in route)
    first = route[0]
    if len(route) > 1 and MULTIPLIERS[first] == 3 and rest - NUMBERS[first] not in _two_darts(out, bull):
        cost += _SINGLE_LEAVES_NOTHING
    return round(cost, 6)  # sums in another order must not make a difference


@lru_cache(maxsize=64)
def _two_darts(out: Condition, bull: Bull) -> frozenset[int]:
    return finishes(2, satisfying(out, bull), bull)


def _before_last(bed: int, bull: Bull) -> float:
    if bed == BULL:
        return _BULL_BEFORE_LAST
    if bed == SINGLE_BULL:
        return _SINGLE_BULL if bull == "25/50" else _BULL_BEFORE_LAST
    multiplier = MULTIPLIERS[bed]
    return _triple(bed) if multiplier == 3 else _SINGLE if multiplier == 1 else _DOUBLE_BEFORE_LAST


def _triple(bed: int) -> float:
    number = NUMBERS[bed]
    return _TRIPLE + _TRIPLE_BY_NUMBER * (20 - number) + (_LOW_TRIPLE if number < 10 else 0.0)


def _last(bed: int, bull: Bull, preferences: Preferences) -> float:
    """Return what the last dart costs; preferred doubles come before all others in their order."""
    if bed in preferences.preferred_doubles:
        return _PREFERRED_STEP * preferences.preferred_doubles.index(bed)
    extra = _NOT_PREFERRED if preferences.preferred_doubles else 0.0
    if bed == BULL or (bed == SINGLE_BULL and bull == "50/50"):
        return _BULL_LAST + extra
    if bed in DOUBLES:
        return _LAST_DOUBLES.get(NUMBERS[bed], _LAST_DOUBLE) + extra
    if bed in TRIPLES:
        return _triple(bed) + extra
    return _SINGLE_LAST if bed != SINGLE_BULL else _SINGLE_BULL
