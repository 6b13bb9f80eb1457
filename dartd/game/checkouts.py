"""Ways to finish: all of them, ranked by how players choose, and what to leave when there is none.

The cost of a route is the sum over its darts, in hundredths. Its weights reproduce the first choices of published checkout tables;
where the sum does not give what all tables have, `_PUBLISHED` names the first choice.
"""

from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Final, NamedTuple

from dartd.game.beds import BULL, DOUBLES, MULTIPLIERS, NUMBERS, SCORING, SINGLE_BULL, SINGLES, TRIPLES, read_bed
from dartd.game.preferences import NO_PREFERENCES, Preferences
from dartd.game.rules import SLOTS, Bull
from dartd.game.totals import Condition, bed_values, finishes, satisfying

HINTS: Final = 3
HIGHEST_FINISH: Final = 180  # three triples, with straight or master out

Route = tuple[int, ...]
_Ranked = tuple[int, Route, Route]  # cost, values of the darts as negative numbers (the higher first dart wins a tie), route

# Costs of a dart in hundredths, by what it is in the route.
_DART: Final = 250
_TRIPLE: Final = 160
_TRIPLE_BY_NUMBER: Final = 6  # for each number below 20
_LOW_TRIPLE: Final = 140  # below T10
_SINGLE: Final = 200
_SINGLE_BULL: Final = 340
_DOUBLE_BEFORE_LAST: Final = 500
_BULL_BEFORE_LAST: Final = 540
_BULL_LAST: Final = 390
_SINGLE_LAST: Final = 0  # straight out
_SINGLE_LEAVES_NOTHING: Final = 160  # the single of the first triple leaves no finish with two darts
_LAST_DOUBLES: Final = {
    20: 0, 16: 10, 8: 10, 12: 40, 4: 40, 10: 45, 18: 45, 2: 80, 19: 80, 6: 100, 14: 100, 15: 130, 17: 150, 11: 150,
}  # fmt: skip
_LAST_DOUBLE: Final = 220  # all others
_PREFERRED_STEP: Final = 10  # from one preferred double to the next
_NOT_PREFERRED: Final = 200
_AVOIDED_BULL: Final = 2000

_PUBLISHED: Final = {
    33: "1 D16", 35: "3 D16", 62: "T10 D16", 66: "T10 D18", 69: "T19 D6", 77: "T19 D10", 80: "T20 D10", 99: "T19 10 D16",
    102: "T20 10 D16", 119: "T19 T12 D13", 123: "T19 T16 D9", 125: "25 T20 D20", 126: "T19 T19 D6", 130: "T20 T20 D5",
}  # fmt: skip
_FIRST_CHOICE: Final = {rest: tuple(read_bed(bed) for bed in route.split()) for rest, route in _PUBLISHED.items()}

_SETUP_BEDS: Final = (*SINGLES, *TRIPLES[14:], SINGLE_BULL)  # beds that players score with when there is no finish


class _Terms(NamedTuple):
    """What a search needs, worked out once for a way out, a bull and the preferences of a player; tables by code of a bed."""

    values: tuple[int, ...]
    before_last: dict[int, int]
    last: dict[int, int]
    closing: dict[int, list[int]]  # beds that finish a rest
    two_darts: frozenset[int]  # rests that two darts finish


def routes(
    rest: int, darts: int, out: Condition = "double", bull: Bull = "25/50", preferences: Preferences = NO_PREFERENCES
) -> list[Route]:
    """Return all distinct ordered routes of at most so many darts, best first."""
    return _published_first(rest, _search(rest, darts, out, bull, preferences, None), out, preferences)


@lru_cache(maxsize=4096)
def hints(rest: int, darts: int, out: Condition, bull: Bull, preferences: Preferences = NO_PREFERENCES) -> tuple[Route, ...]:
    """Return the best routes, three at most."""
    found = _published_first(rest, _search(rest, darts, out, bull, preferences, HINTS), out, preferences, darts)
    return tuple(found[:HINTS])


@lru_cache(maxsize=4096)
def setup(rest: int, darts: int, out: Condition = "double", bull: Bull = "25/50", preferences: Preferences = NO_PREFERENCES) -> Route:
    """Return the darts that leave the best finish for the next visit, nothing when the rest can be finished or is too low to score."""
    if hints(rest, darts, out, bull, preferences):
        return ()
    terms = _terms(out, bull, preferences)
    best: tuple[tuple[bool, int], Route] | None = None
    for beds in combinations_with_replacement(sorted(_SETUP_BEDS, key=lambda bed: -terms.values[bed]), darts):
        left = rest - sum(terms.values[bed] for bed in beds)
        if left < 2:
            continue
        finish = _search(left, SLOTS, out, bull, preferences, HINTS) if left <= HIGHEST_FINISH else ()
        cost = finish[0][0] + sum(terms.before_last[bed] for bed in beds) if finish else left
        rank = (not finish, cost)
        if best is None or rank < best[0]:
            best = rank, beds
    return best[1] if best else ()


def _published_first(rest: int, ranked: tuple[_Ranked, ...], out: Condition, preferences: Preferences, darts: int = SLOTS) -> list[Route]:
    """Return the routes with the first choice of published tables before the others."""
    found = [route for _, _, route in ranked]
    first = _FIRST_CHOICE.get(rest)
    if first is None or not found or out != "double" or preferences != NO_PREFERENCES or len(first) > darts:
        return found
    return [first, *(route for route in found if route != first)]


@lru_cache(maxsize=16384)
def _search(
    rest: int, darts: int, out: Condition, bull: Bull, preferences: Preferences, limit: int | None, *, is_first: bool = True
) -> tuple[_Ranked, ...]:
    """Return the best routes: one dart that finishes, or a dart and the best routes for what it leaves."""
    if not 0 < rest <= HIGHEST_FINISH or darts < 1:
        return ()
    terms = _terms(out, bull, preferences)
    values = terms.values
    found: list[_Ranked] = [(terms.last[bed], (-rest,), (bed,)) for bed in terms.closing.get(rest, ())]
    if darts > 1:
        for bed in SCORING:
            cost = terms.before_last[bed]
            if is_first and MULTIPLIERS[bed] == 3 and rest - NUMBERS[bed] not in terms.two_darts:
                cost += _SINGLE_LEAVES_NOTHING
            for rest_cost, key, route in _search(rest - values[bed], darts - 1, out, bull, preferences, limit, is_first=False):
                found.append((cost + rest_cost, (-values[bed], *key), (bed, *route)))
    found.sort()
    return tuple(found[:limit])


@lru_cache(maxsize=256)
def _terms(out: Condition, bull: Bull, preferences: Preferences) -> _Terms:
    values, closing = bed_values(bull), [bed for bed in SCORING if bed in satisfying(out, bull)]
    avoided = {BULL, SINGLE_BULL} if preferences.avoid_bull else set()
    extra = {bed: _DART + (_AVOIDED_BULL if bed in avoided else 0) for bed in SCORING}
    return _Terms(
        values=values,
        before_last={bed: extra[bed] + _before_last(bed, bull) for bed in SCORING},
        last={bed: extra[bed] + _last(bed, bull, preferences) for bed in closing},
        closing={value: [bed for bed in closing if values[bed] == value] for value in {values[bed] for bed in closing}},
        two_darts=finishes(2, closing, bull),
    )


def _before_last(bed: int, bull: Bull) -> int:
    if bed == BULL or (bed == SINGLE_BULL and bull == "50/50"):
        return _BULL_BEFORE_LAST
    if bed == SINGLE_BULL:
        return _SINGLE_BULL
    multiplier = MULTIPLIERS[bed]
    return _triple(bed) if multiplier == 3 else _SINGLE if multiplier == 1 else _DOUBLE_BEFORE_LAST


def _triple(bed: int) -> int:
    number = NUMBERS[bed]
    return _TRIPLE + _TRIPLE_BY_NUMBER * (20 - number) + (_LOW_TRIPLE if number < 10 else 0)


def _last(bed: int, bull: Bull, preferences: Preferences) -> int:
    """Return what the last dart costs; preferred doubles come before all others in their order."""
    if bed in preferences.preferred_doubles:
        return _PREFERRED_STEP * preferences.preferred_doubles.index(bed)
    extra = _NOT_PREFERRED if preferences.preferred_doubles else 0
    if bed == BULL or (bed == SINGLE_BULL and bull == "50/50"):
        return _BULL_LAST + extra
    if bed in DOUBLES:
        return _LAST_DOUBLES.get(NUMBERS[bed], _LAST_DOUBLE) + extra
    if bed in TRIPLES:
        return _triple(bed) + extra
    return _SINGLE_LAST if bed != SINGLE_BULL else _SINGLE_BULL
