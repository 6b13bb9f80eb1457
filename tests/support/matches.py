"""Matches for tests: short setups, and darts as people write them."""

from typing import Any

from dartd.game.beds import read_bed, read_beds
from dartd.game.catalog import new_game, read_options
from dartd.game.corrections import Correction, correct
from dartd.game.flow import Format
from dartd.game.leg import Leg
from dartd.game.match import Match
from dartd.game.record import Dart, MatchRecord, MatchSetup
from dartd.game.scoring import end_visit, take_step, throw, throw_by_hand


def leg_of(game: str, *visits: str, sides: int = 1, **rules: Any) -> Leg:
    """Return a leg after visits of the sides in turn."""
    options = read_options({"game": game, **rules})
    leg = Leg(new_game(options, sides), options)
    for number, visit in enumerate(visits):
        leg.play(number % sides, 0, read_beds(visit.split()))
    return leg


def started(rules: dict[str, Any] | None = None, *, legs: int = 1, players: tuple[int, ...] = (1, 1), **setup: Any) -> Match:
    """Return a running match, first to so many legs."""
    options = read_options({"game": "x01", **(rules or {})})
    plan = MatchSetup(options=options, sides=players, **{"format": Format(legs=legs), **setup})
    return take_step(Match(plan, MatchRecord()), "start")


def by_hand(match: Match, *visits: str) -> Match:
    """Return the match after visits by hand; one that is not over is ended."""
    for visit in visits:
        match = throw_by_hand(match, read_beds(visit.split()))
        if match.open_visit is not None:
            match = end_visit(match, by_hand=True)
    return match


def on_board(match: Match, *darts: str) -> Match:
    """Return the match after darts of a board; `/` is a takeout."""
    for number, dart in enumerate(" ".join(darts).split()):
        match = end_visit(match) if dart == "/" else throw(match, Dart(bed=read_bed(dart), dart_id=f"d{number}"))
    return match


def corrected(match: Match, operation: Any, visit: int, dart: int, label: str | None = None, leg: int = 0) -> Match:
    """Return the match after a correction."""
    bed = None if label is None else read_bed(label)
    return correct(match, Correction(operation=operation, leg=leg, visit=visit, dart=dart, bed=bed))


def rests(match: Match, leg: int = -1) -> list[int]:
    """Return what the sides of an X01 match have left in a leg."""
    return [match.folded[leg].game.score(side).remaining for side in range(len(match.setup.sides))]  # type: ignore[attr-defined]  # X01
