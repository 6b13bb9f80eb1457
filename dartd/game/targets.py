"""Targets as they are written in the rules of Halve-It and Shanghai: which beds hit them."""

from functools import lru_cache

from dartd.game.beds import BULL, DOUBLES, INNER, MULTIPLIERS, NUMBERS, SCORING, SINGLE_BULL, TRIPLES, read_bed
from dartd.game.rules import RulesError


@lru_cache(maxsize=256)
def target_beds(target: str) -> frozenset[int]:
    """Return the beds that hit a target.

    Raises:
        RulesError: the text is no target.
    """
    named = {"D": {*DOUBLES, BULL}, "T": set(TRIPLES), "ANY": set(SCORING), "25": {SINGLE_BULL, BULL}, "BULL": {BULL}}
    if target in named:
        beds = named[target]
    elif target.isdigit() and 1 <= int(target) <= 20:
        beds = {code for code in SCORING if NUMBERS[code] == int(target)}
    else:
        try:
            beds = {read_bed(target)} & set(SCORING)
        except ValueError:
            beds = set()
        if not beds:
            raise RulesError(f"$.targets: {target!r} is no target: use a number, D, T, a bed such as D17, 25, BULL or ANY")
    return frozenset(beds | {code | INNER for code in beds if MULTIPLIERS[code] == 1 and code != SINGLE_BULL})
