"""What is published of a match: whose turn it is, what each side has, and the legs that are finished."""

from typing import Final

from dartd.game.beds import bed_label
from dartd.game.catalog import new_game
from dartd.game.decimals import ratio
from dartd.game.match import Match, Phase, counted_darts
from dartd.game.match_figures import match_figures
from dartd.game.preferences import NO_PREFERENCES, Preferences
from dartd.game.rules import SLOTS, GameScore
from dartd.game.statistics import add_up
from schemas.base import Value

_PLAYING: Final = {"running", "paused"}


class Turn(Value, frozen=True, kw_only=True):
    """The visit that is open, or the one that begins next. `thrower`: which player of the side; `round`: of the side in the leg.

    `visit`: of all sides in the leg, from 1.
    """

    phase: Phase
    side: int
    thrower: int
    set: int
    leg: int
    round: int
    visit: int
    darts: tuple[str, ...] = ()
    points: int = 0
    bust: bool = False
    darts_left: int = SLOTS
    checkouts: tuple[tuple[str, ...], ...] = ()


class SideView(Value, frozen=True, kw_only=True):
    """What a side has. `darts` and `average` are those of the whole match, `rank` is known when it is finished."""

    side: int
    sets: int
    legs: int
    score: GameScore
    average: str | None
    darts: int
    rank: int | None


class LegView(Value, frozen=True, kw_only=True):
    """A finished leg. `darts`: of each side; `checkout`: the rest that was finished, if one was."""

    set: int
    leg: int
    starter: int
    winner: int | None
    end: str
    darts: tuple[int, ...]
    checkout: int | None
    signed: bool


def turn_of(match: Match, preferences: Preferences = NO_PREFERENCES) -> Turn | None:
    """Return the turn of a match, None unless it is running or paused. `preferences` are those of the player who throws."""
    if match.status not in _PLAYING:
        return None
    side, thrower = match.on()
    index = match.running_leg
    position = match.open_visit
    if position is None:
        return _turn_to_come(match, side, thrower, preferences)
    index, visit = position
    leg, record = match.folded[index], match.record.legs[index]
    outcome = match.outcome(index, visit)
    is_open = leg.running is outcome
    left = SLOTS - outcome.used if is_open else 0
    return Turn(
        phase=match.phase,
        side=side,
        thrower=thrower,
        set=record.set_number,
        leg=record.leg_number,
        round=sum(each.side == side for each in record.visits),
        visit=visit + 1,
        darts=tuple(bed_label(dart.bed) for dart in counted_darts(match, index, visit)),
        points=leg.game.running_points() if is_open else outcome.points,
        bust=outcome.bust,
        darts_left=left,
        checkouts=_labels(leg.game.checkouts(left, preferences)) if is_open else (),
    )


def _turn_to_come(match: Match, side: int, thrower: int, preferences: Preferences) -> Turn:
    """Return the turn of a visit that has no dart yet, in the running leg or the next one."""
    index = match.running_leg
    record = match.new_leg() if index is None else match.record.legs[index]
    game = new_game(match.setup.options, len(match.setup.sides)) if index is None else match.folded[index].game
    game.begin(side)
    is_play = match.phase == "play"
    return Turn(
        phase=match.phase,
        side=side,
        thrower=thrower,
        set=record.set_number,
        leg=record.leg_number,
        round=1 + sum(each.side == side for each in record.visits),
        visit=1 + len(record.visits),
        checkouts=_labels(game.checkouts(SLOTS, preferences)) if is_play else (),
    )


def _labels(routes: list[tuple[int, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(bed_label(bed) for bed in route) for route in routes)


def sides_of(match: Match) -> tuple[SideView, ...]:
    """Return what each side has, in the order of the sides: scores of the running leg, or of the last one when the match is over."""
    index = match.running_leg
    if index is None and match.counted and (match.flow.finished or match.open_visit is not None):
        index = match.counted - 1
    game = new_game(match.setup.options, len(match.setup.sides)) if index is None else match.folded[index].game
    ranks = _ranks(match)
    of_throwers = match_figures(match)
    views = []
    for side in range(len(match.setup.sides)):
        figures = add_up(own for (thrower_side, _), own in of_throwers.items() if thrower_side == side)
        views.append(
            SideView(
                side=side,
                sets=match.flow.sets[side],
                legs=match.flow.legs[side],
                score=game.score(side),
                average=ratio(3 * figures.points, figures.darts),
                darts=figures.darts or figures.marks_darts,
                rank=ranks[side],
            )
        )
    return tuple(views)


def _ranks(match: Match) -> list[int | None]:
    flow = match.flow
    if not flow.finished:
        return [None] * len(flow.legs)
    keys = [(side == flow.winner, sets, legs) for side, (sets, legs) in enumerate(zip(flow.sets, flow.legs, strict=True))]
    return [1 + sum(other > key for other in keys) for key in keys]


def legs_of(match: Match) -> tuple[LegView, ...]:
    """Return the finished legs that count."""
    return tuple(leg_of(match, index) for index in range(match.counted) if match.folded[index].finished)


def leg_of(match: Match, index: int) -> LegView:
    """Return a finished leg."""
    leg, record = match.folded[index], match.record.legs[index]
    darts = [0] * len(match.setup.sides)
    for outcome in leg.outcomes:
        if not outcome.void:
            darts[outcome.side] += outcome.used if outcome.won else SLOTS
    won = [outcome for outcome in leg.outcomes if outcome.won and outcome.side == leg.winner]
    return LegView(
        set=record.set_number,
        leg=record.leg_number,
        starter=record.starter,
        winner=leg.winner,
        end=leg.end or "",
        darts=tuple(darts),
        checkout=won[0].before if won and leg.end == "checkout" else None,
        signed=record.signed,
    )
