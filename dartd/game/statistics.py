"""The figures of a player: folds of integers per leg, added up exactly, written as decimals at the very end.

Averages count three darts for each closed visit, bust or short included, and the darts used for the visit that wins.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from dartd.game.decimals import ratio, root
from dartd.game.flow import Flow
from dartd.game.leg import Leg
from dartd.game.rules import SLOTS, VisitOutcome

Thrower = tuple[int, int]  # side, and the player within it

_FIRST_VISITS: Final = 3  # of the first-9 average
_TON: Final = 100


class Figures(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """The figures of a player over one leg, or over any number of legs, as integers.

    `squares`: the sum of the squares of visit points. `best_legs`: fewest darts of a leg won by checkout, by start score.
    `breaks`: legs won that another side began.
    """

    points: int = 0
    darts: int = 0
    thrown: int = 0
    first9_points: int = 0
    first9_darts: int = 0
    checkout_attempts: int = 0
    checkouts: int = 0
    legs: int = 0
    legs_won: int = 0
    highest_checkout: int = 0
    highest_visit: int = 0
    n60: int = 0
    n100: int = 0
    n140: int = 0
    n180: int = 0
    busts: int = 0
    visits: int = 0
    squares: int = 0
    marks: int = 0
    marks_darts: int = 0
    marks_visits: int = 0
    first9_marks: int = 0
    first9_marks_darts: int = 0
    breaks: int = 0
    sets: int = 0
    sets_won: int = 0
    matches: int = 0
    matches_won: int = 0
    best_legs: dict[int, int] = msgspec.field(default_factory=dict)


_HIGHEST: Final = frozenset({"highest_checkout", "highest_visit"})
_NUMBERS: Final = Figures.__struct_fields__[:-1]  # all but `best_legs`, which is the last


def add_up(parts: Iterable[Figures]) -> Figures:
    """Return the figures over several legs."""
    rows = [msgspec.structs.astuple(part) for part in parts]
    if not rows:
        return Figures()
    *columns, best_legs = zip(*rows, strict=True)
    total = {name: max(column) if name in _HIGHEST else sum(column) for name, column in zip(_NUMBERS, columns, strict=True)}
    best: dict[int, int] = {}
    for each in best_legs:
        for start, darts in each.items():
            best[start] = min(darts, best.get(start, darts))
    return Figures(**total, best_legs=best)


def count_leg(
    leg: Leg, throwers: Iterable[Thrower], *, starts: tuple[int, ...] = (), marks: bool = False, starter: int | None = None
) -> dict[Thrower, Figures]:
    """Return the figures of one leg for each thrower.

    `starts`: the start score of each side (X01); `marks`: a game of marks; `starter`: the side that began the leg.
    """
    figures = {thrower: Figures(legs=1) for thrower in throwers}
    for outcome in leg.outcomes:
        if outcome is leg.running:
            continue
        own = figures[outcome.side, outcome.thrower]
        own.thrown += outcome.used + outcome.ignored
        if outcome.void:
            continue
        if marks:
            _count_marks(own, outcome)
        else:
            _count_points(own, outcome)
    if leg.winner is not None:
        for (side, _), own in figures.items():
            if side == leg.winner:
                own.legs_won = 1
                own.breaks = int(starter is not None and starter != side)
    if starts and leg.winner is not None and leg.end == "checkout":
        _count_checkout(leg, figures, starts)
    return figures


def count_match(flow: Flow) -> list[Figures]:
    """Return sets and matches, played and won, of each side; a set or match that is not finished is not played."""
    finished = int(flow.finished)
    return [
        Figures(sets=flow.played_sets, sets_won=won, matches=finished, matches_won=int(flow.winner == side))
        for side, won in enumerate(flow.sets)
    ]


def _count_points(own: Figures, outcome: VisitOutcome) -> None:
    points = outcome.points
    darts = outcome.used if outcome.won else SLOTS
    own.points += points
    own.darts += darts
    if own.visits < _FIRST_VISITS:
        own.first9_points += points
        own.first9_darts += darts
    own.visits += 1
    own.squares += points * points
    own.checkout_attempts += outcome.attempts
    own.busts += outcome.bust
    own.highest_visit = max(own.highest_visit, points)
    if points < 60:
        return
    if points < _TON:
        own.n60 += 1
    elif points < 140:
        own.n100 += 1
    elif points < 180:
        own.n140 += 1
    else:
        own.n180 += 1


def _count_marks(own: Figures, outcome: VisitOutcome) -> None:
    darts = outcome.used if outcome.won else SLOTS
    own.marks += outcome.marks
    own.marks_darts += darts
    if own.marks_visits < _FIRST_VISITS:
        own.first9_marks += outcome.marks
        own.first9_marks_darts += darts
    own.marks_visits += 1


def _count_checkout(leg: Leg, figures: dict[Thrower, Figures], starts: tuple[int, ...]) -> None:
    """Count the winning visit, and the darts that the side needed, for the thrower who checked out."""
    last = next(outcome for outcome in leg.outcomes if outcome.won and outcome.side == leg.winner)
    own = figures[last.side, last.thrower]
    own.checkouts = 1
    own.highest_checkout = last.before
    needed = sum(SLOTS for outcome in leg.outcomes if outcome.side == last.side and not outcome.void) - SLOTS + last.used
    own.best_legs[starts[last.side]] = needed


def written(figures: Figures) -> dict[str, Any]:
    """Return figures as they are published: counts as integers, rates as decimals with two places, null without a denominator."""
    f = figures
    return {
        "points": f.points,
        "darts": f.darts,
        "thrown": f.thrown,
        "first9_points": f.first9_points,
        "first9_darts": f.first9_darts,
        "checkout_attempts": f.checkout_attempts,
        "checkouts": f.checkouts,
        "legs": f.legs,
        "legs_won": f.legs_won,
        "highest_checkout": f.highest_checkout or None,
        "best_leg": min(f.best_legs.values(), default=None),
        "highest_visit": f.highest_visit if f.visits else None,
        "n60": f.n60,
        "n100": f.n100,
        "n140": f.n140,
        "n180": f.n180,
        "busts": f.busts,
        "visits": f.visits,
        "average": ratio(3 * f.points, f.darts),
        "first9": ratio(3 * f.first9_points, f.first9_darts),
        "checkout_pct": ratio(100 * f.checkouts, f.checkout_attempts),
        **_consistency(f),
    }


def marks_written(figures: Figures) -> dict[str, str | None]:
    """Return marks per round, of all visits and of the first three of each leg."""
    return {"mpr": ratio(3 * figures.marks, figures.marks_darts), "first9_mpr": ratio(3 * figures.first9_marks, figures.first9_marks_darts)}


def _consistency(f: Figures) -> dict[str, str | None]:
    """Return mean, sample standard deviation and their quotient, of the points of visits."""
    count = f.visits
    spread = count * f.squares - f.points * f.points  # count² times the population variance
    return {
        "visit_mean": ratio(f.points, count),
        "visit_sd": root(spread, count * (count - 1)) if count > 1 else None,
        "visit_mean_over_sd": root(f.points * f.points * (count - 1), count * spread) if count > 1 else None,
    }
