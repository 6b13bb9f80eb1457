"""What changed between two states of a match: the things that are published about it, in their order."""

from collections.abc import Iterator
from typing import Literal

from dartd.game.match import Match, Status
from dartd.game.view import LegView, Turn, leg_of, turn_of
from schemas.base import Value


class StatusChanged(Value, frozen=True, kw_only=True, tag="match_state_changed"):
    """The match has another status."""

    status: Status
    previous_status: Status


class VisitAdded(Value, frozen=True, kw_only=True, tag="visit_scored"):
    """A visit was closed; leg and visit are indices."""

    leg: int
    visit: int


class LegEnded(Value, frozen=True, kw_only=True, tag="leg_finished"):
    """A leg was decided."""

    leg: int
    view: LegView


class LegResumed(Value, frozen=True, kw_only=True, tag="leg_reopened"):
    """A leg that was decided is not any more."""

    leg: int


class SetEnded(Value, frozen=True, kw_only=True, tag="set_finished"):
    """A set was decided."""

    set: int
    winner: int | None


class MatchEnded(Value, frozen=True, kw_only=True, tag="match_finished"):
    """The match was decided."""

    winner: int | None
    draw: bool


class TurnPassed(Value, frozen=True, kw_only=True, tag="turn_changed"):
    """A dart was counted, or another side is on."""

    turn: Turn | None


class RoundBegan(Value, frozen=True, kw_only=True, tag="round_changed"):
    """The next round of the leg begins; `rounds_remaining` come after it, None without a limit."""

    old_round: int
    new_round: int
    rounds_remaining: int | None


class VisitPosition(Value, frozen=True, kw_only=True):
    """Where a visit stands: indices of leg and visit."""

    leg: int
    visit: int


class TurnUpdated(Value, frozen=True, kw_only=True, tag="turn_revised"):
    """An undo or a correction: `changed` names every visit with other darts or another outcome."""

    changed: tuple[VisitPosition, ...]
    turn: Turn | None


Change = StatusChanged | VisitAdded | LegEnded | LegResumed | SetEnded | MatchEnded | TurnPassed | RoundBegan | TurnUpdated
Cause = Literal["play", "revision"]


def changes(before: Match, after: Match, cause: Cause = "play") -> list[Change]:
    """Return what is published after a change: by `play`, or by a `revision` (undo, redo, correction)."""
    found: list[Change] = []
    previous, turn = turn_of(before), turn_of(after)
    if cause == "revision":
        found.append(TurnUpdated(changed=tuple(_changed_visits(before, after)), turn=turn))
    else:
        found += _scored(before, after)
    found += _legs(before, after)
    if after.flow.finished and (before.flow.finished, before.flow.winner) != (True, after.flow.winner):
        found.append(MatchEnded(winner=after.flow.winner, draw=after.flow.draw))
    if before.status != after.status:
        found.append(StatusChanged(status=after.status, previous_status=before.status))
    if cause == "play" and turn != previous:
        found.append(TurnPassed(turn=turn))
        found += _round(after, previous, turn)
    return found


def _round(after: Match, previous: Turn | None, turn: Turn | None) -> Iterator[RoundBegan]:
    """Return that the next round began: the side that is on has had as many visits as any."""
    if previous is None or turn is None or (previous.set, previous.leg) != (turn.set, turn.leg) or turn.round <= previous.round:
        return
    index = after.running_leg
    limit = None if index is None else after.folded[index].rounds
    remaining = None if limit is None else max(0, limit - turn.round)
    yield RoundBegan(old_round=previous.round, new_round=turn.round, rounds_remaining=remaining)


def _scored(before: Match, after: Match) -> Iterator[VisitAdded]:
    """Return the visits that were closed."""
    for index in range(after.counted):
        if index < before.counted and before.folded[index] is after.folded[index]:
            continue
        was_closed = _closed(before, index) if index < before.counted else set()
        for position in sorted(_closed(after, index) - was_closed):
            yield VisitAdded(leg=index, visit=position)


def _closed(match: Match, index: int) -> set[int]:
    """Return the visits of a leg that are closed and count."""
    leg = match.folded[index]
    return {position for position, outcome in enumerate(leg.outcomes) if outcome is not leg.running and not outcome.void}


def _changed_visits(before: Match, after: Match) -> Iterator[VisitPosition]:
    for index in range(max(before.counted, after.counted)):
        old = before.folded[index].outcomes if index < before.counted else []
        new = after.folded[index].outcomes if index < after.counted else []
        if index < min(before.counted, after.counted) and before.folded[index] is after.folded[index]:
            continue
        beds, new_beds = (_beds(match, index) for match in (before, after))
        for position in range(max(len(old), len(new))):
            here = slice(position, position + 1)
            if (old[here], beds[here]) != (new[here], new_beds[here]):
                yield VisitPosition(leg=index, visit=position)


def _beds(match: Match, index: int) -> list[tuple[int, ...]]:
    """Return the beds of each visit of a leg."""
    return [tuple(dart.bed for dart in visit.darts) for visit in match.record.legs[index].visits] if index < match.counted else []


def _legs(before: Match, after: Match) -> Iterator[Change]:
    """Return legs and sets that were decided, or are open again."""
    for index in range(max(before.counted, after.counted)):
        was = before.folded[index] if index < before.counted else None
        now = after.folded[index] if index < after.counted else None
        had_winner, has_winner = was is not None and was.finished, now is not None and now.finished
        if had_winner and not has_winner:
            yield LegResumed(leg=index)
        elif has_winner and (not had_winner or (was is not None and now is not None and was.winner != now.winner)):
            yield LegEnded(leg=index, view=leg_of(after, index))
    old_sets = {row.set_number: row.set_winner for row in before.flow.rows if row.sets is not None}
    for row in after.flow.rows:
        if row.sets is not None and old_sets.get(row.set_number, -1) != row.set_winner:
            yield SetEnded(set=row.set_number, winner=row.set_winner)
