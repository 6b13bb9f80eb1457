"""The statistics of players that a change of a match changes: what each did in each leg, as integers."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from dartd.game.accuracy import Accuracy
from dartd.game.beds import bed_label
from dartd.game.changes import Cause
from dartd.game.match import Match, counted_darts
from dartd.game.match_figures import leg_accuracy, leg_figures, match_figures, throwers
from dartd.game.rules import SLOTS
from dartd.game.statistics import Figures, Thrower, add_up, count_match, marks_written, written
from dartd.play.played_match import PlayedMatch
from schemas.events import PlayedLeg, PlayedVisit, StatisticsUpdated

OF_MATCH: Final = (0, 0)  # set and leg of what is counted once for a match: sets and matches, played and won


def statistics_of(before: PlayedMatch, after: PlayedMatch, cause: Cause) -> list[StatisticsUpdated]:
    """Return an event for each player with a profile whose statistics are others after a change."""
    was, now = before.match, after.match
    legs: dict[str, list[PlayedLeg]] = {}
    for leg in _changed(was, now, cause):
        player_id = after.info.player_id(leg.side, leg.thrower)
        if player_id is not None:
            legs.setdefault(player_id, []).append(leg)
    if not legs:
        return []
    totals = match_figures(now)
    return [
        StatisticsUpdated(
            player_id=player_id,
            match_id=after.info.match_id,
            reason="visit" if cause == "play" else "correction",
            figures=_published(add_up(totals[thrower] for thrower in totals if after.info.player_id(*thrower) == player_id)),
            legs=tuple(changed),
        )
        for player_id, changed in legs.items()
    ]


def _published(figures: Figures) -> dict[str, Any]:
    return {**written(figures), **marks_written(figures)}


def _changed(was: Match, now: Match, cause: Cause) -> Iterator[PlayedLeg]:
    """Return the legs of throwers that are others, and those that count no more, without counts."""
    for index in range(max(was.counted, now.counted)):
        if _is_unchanged(was, now, index, cause):
            continue
        if index >= now.counted:
            yield from _dropped(was, index)
            continue
        old = _legs(was, index) if index < was.counted else {}
        new = _legs(now, index)
        for thrower in throwers(now):
            if new.get(thrower) == old.get(thrower):
                continue
            yield new[thrower] if thrower in new else _without_counts(was, index, thrower)
    game, (set_number, leg_number) = _game(now), OF_MATCH
    old_counts, new_counts = count_match(was.flow), count_match(now.flow)
    for side, number in throwers(now):
        if old_counts[side] != new_counts[side]:
            counts = msgspec.to_builtins(new_counts[side]) or None
            yield PlayedLeg(set=set_number, leg=leg_number, side=side, thrower=number, game=game, finished=True, counts=counts)


def _dropped(match: Match, index: int) -> Iterator[PlayedLeg]:
    """Return a leg that counts no more, for each thrower who had it."""
    leg = match.folded[index]
    threw = {(outcome.side, outcome.thrower) for outcome in leg.outcomes if outcome is not leg.running and not outcome.void}
    for thrower in throwers(match):
        if leg.finished or thrower in threw:
            yield _without_counts(match, index, thrower)


def _without_counts(match: Match, index: int, thrower: Thrower) -> PlayedLeg:
    record, (side, number) = match.record.legs[index], thrower
    finished = match.folded[index].finished
    return PlayedLeg(
        set=record.set_number, leg=record.leg_number, side=side, thrower=number, game=_game(match), finished=finished, counts=None
    )


def _is_unchanged(was: Match, now: Match, index: int, cause: Cause) -> bool:
    """Return whether a leg has no visit closed since, so that what each did in it is the same."""
    if index >= min(was.counted, now.counted):
        return False
    old, new = was.folded[index], now.folded[index]
    if old is new:
        return True
    return cause == "play" and (_closed(was, index), old.finished) == (_closed(now, index), new.finished)


def _closed(match: Match, index: int) -> int:
    leg = match.folded[index]
    return len(leg.outcomes) - (leg.running is not None)


def _legs(match: Match, index: int) -> dict[Thrower, PlayedLeg]:
    """Return what each thrower did in a leg; those without a closed visit follow when the leg is finished."""
    record, leg, game = match.record.legs[index], match.folded[index], _game(match)
    figures, accuracy, visits = leg_figures(match, index), leg_accuracy(match, index), _visits(match, index)
    return {
        (side, thrower): PlayedLeg(
            set=record.set_number,
            leg=record.leg_number,
            side=side,
            thrower=thrower,
            game=game,
            finished=leg.finished,
            counts=msgspec.to_builtins(own, str_keys=True),
            targets=msgspec.to_builtins(accuracy.get((side, thrower), Accuracy()).targets),
            visits=tuple(visits.get((side, thrower), ())),
        )
        for (side, thrower), own in figures.items()
        if leg.finished or visits.get((side, thrower))
    }


def _visits(match: Match, index: int) -> dict[Thrower, list[PlayedVisit]]:
    leg, found = match.folded[index], dict[Thrower, list[PlayedVisit]]()
    for position, outcome in enumerate(leg.outcomes):
        if outcome is leg.running or outcome.void:
            continue
        darts = counted_darts(match, index, position)
        visit = PlayedVisit(
            points=outcome.points,
            darts=outcome.used if outcome.won else SLOTS,
            beds=tuple(bed_label(dart.bed) for dart in darts),
            dart_ids=tuple(dart.dart_id for dart in darts if dart.dart_id is not None),
        )
        found.setdefault((outcome.side, outcome.thrower), []).append(visit)
    return found


def _game(match: Match) -> str:
    return str(type(match.setup.options).__struct_config__.tag)
