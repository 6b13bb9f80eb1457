"""The figures of a match: of each leg, and of all legs, for each thrower."""

from dartd.game.accuracy import Accuracy, count_darts
from dartd.game.catalog import new_game
from dartd.game.cricket import Cricket
from dartd.game.match import Match
from dartd.game.statistics import Figures, Thrower, add_up, count_leg
from dartd.game.x01 import start_scores


def throwers(match: Match) -> list[Thrower]:
    """Return every side with each of its players."""
    return [(side, thrower) for side, players in enumerate(match.setup.sides) for thrower in range(players)]


def leg_figures(match: Match, leg: int) -> dict[Thrower, Figures]:
    """Return the figures of one leg, finished or running; those of the open visit follow when it is closed."""
    options = match.setup.options
    return count_leg(
        match.folded[leg],
        throwers(match),
        starts=start_scores(options, len(match.setup.sides)),
        marks=isinstance(options, Cricket),
        starter=match.record.legs[leg].starter,
    )


def match_figures(match: Match) -> dict[Thrower, Figures]:
    """Return the figures of all legs that count."""
    legs = [leg_figures(match, leg) for leg in range(match.counted)]
    return {thrower: add_up(leg[thrower] for leg in legs) for thrower in throwers(match)}


def leg_accuracy(match: Match, leg: int) -> dict[Thrower, Accuracy]:
    """Return the beds and targets hit in the closed visits of one leg; a leg with visits by totals has none."""
    folded = match.folded[leg]
    visits = [
        (visit.side, visit.thrower, visit.beds, outcome)
        for visit, outcome in zip(match.record.legs[leg].visits, folded.outcomes, strict=True)
        if outcome is not folded.running
    ]
    if any(visit.total is not None for visit in match.record.legs[leg].visits):
        return {}
    return count_darts(new_game(match.setup.options, len(match.setup.sides)), visits)
