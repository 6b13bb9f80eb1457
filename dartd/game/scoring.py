"""Scoring a match: darts, totals, the end of a visit, undo and redo.

Each function returns the match after it, or raises and changes nothing.
"""

from collections.abc import Sequence

import msgspec

from dartd.errors import ConflictError
from dartd.game.bull_off import BullThrow
from dartd.game.match import Match
from dartd.game.record import Dart, LegRecord, Legs, LegVisit, MatchRecord, Recorded
from dartd.game.rules import RulesError, Total

_STEPS: dict[Recorded, dict[str, Recorded]] = {
    "scheduled": {"start": "running", "stop": "stopped"},
    "running": {"pause": "paused", "stop": "stopped"},
    "paused": {"resume": "running", "stop": "stopped"},
    "stopped": {},
}


def take_step(match: Match, step: str) -> Match:
    """Start, pause, resume or stop a match.

    Raises:
        ConflictError: the match does not allow this step in its status.
    """
    status = match.status
    after = None if status == "finished" else _STEPS[match.record.status].get(step)
    if after is None:
        raise ConflictError(f"a match that is {status} cannot {step}", status=status)
    return match.then(msgspec.structs.replace(match.record, status=after))


def choose_first(match: Match, side: int) -> Match:
    """Let a side begin: the winner of the bull-off chooses.

    Raises:
        ConflictError: the match is not running, or there is nothing to choose.
        RulesError: there is no such side.
    """
    _check_running(match)
    if not match.awaits_choice:
        raise ConflictError("the winner of the bull-off has nothing to choose now", status=match.status)
    if not 0 <= side < len(match.setup.sides):
        raise RulesError(f"$.first: there is no side {side}")
    return match.then(msgspec.structs.replace(match.record, chosen=side))


def throw(match: Match, dart: Dart) -> Match:
    """Add a dart of the board to the visit that is open, or open one. The winner of a bull-off who throws has chosen to begin.

    While the match is paused the dart is kept and not counted, and so is one that lands before the darts of the last visit are taken.

    Raises:
        ConflictError: the match is not running, or a bull-off is to be thrown.
    """
    visit = match.open_visit
    if match.status == "paused":
        dart = msgspec.structs.replace(dart, paused=True)
    elif match.status != "finished" or visit is None:
        _check_running(match)
        match = _begun_by_winner(match)
    if match.phase == "bull_off":
        raise ConflictError("the sides throw for the bull now", status=match.status)
    if visit is None:
        side, thrower = match.on()
        return _with_visit(match, LegVisit(side=side, thrower=thrower, darts=(dart,)))
    index, position = visit
    leg = match.record.legs[index]
    thrown = leg.visits[position]
    changed = msgspec.structs.replace(thrown, darts=(*thrown.darts, dart))
    return _with_leg(match, index, msgspec.structs.replace(leg, visits=(*leg.visits[:position], changed)))


def throw_by_hand(match: Match, beds: Sequence[int]) -> Match:
    """Add one to three darts of the side that is on; the turn passes as soon as the visit is over.

    Raises:
        ConflictError: the match is not running, or a bull-off is to be thrown.
        RulesError: a dart after the end of the visit; the message names the first.
    """
    _check_running(match)
    match = _passed_if_over(match)
    for number, bed in enumerate(beds, 1):
        match = throw(match, Dart(bed=bed))
        index, position = match.open_visit or (0, 0)
        outcome = match.outcome(index, position)
        is_over = match.folded[index].running is not outcome
        if is_over and number < len(beds):
            raise RulesError(f"$.darts[{number}]: the visit is over after dart {number}", dart=number + 1)
        if is_over:
            match = end_visit(match)
    return match


def score_total(match: Match, total: Total) -> Match:
    """Add a whole visit of the side that is on by its total.

    Raises:
        ConflictError: the match is not running, a bull-off is to be thrown, or darts of this visit are counted already.
        RulesError: the game needs beds, or the total cannot be thrown.
    """
    _check_running(match)
    match = _begun_by_winner(match)
    if match.phase == "bull_off":
        raise ConflictError("the sides throw for the bull now", status=match.status)
    match = _passed_if_over(match)
    if match.open_visit is not None:
        raise ConflictError("the visit has darts already: end it first", status=match.status)
    side, thrower = match.on()
    return _with_visit(match, LegVisit(side=side, thrower=thrower, total=total, passed=True))


def end_visit(match: Match, *, by_hand: bool = False) -> Match:
    """Pass the turn on: after a takeout, or `by_hand`, then even when nothing was thrown.

    A takeout without a counted dart passes no turn, and neither does one within a visit while the match is paused.

    Raises:
        ConflictError: by hand, and the match is not running.
    """
    if by_hand:
        _check_running(match)
    visit = match.open_visit
    if visit is None:
        if not by_hand or match.phase == "bull_off":
            return match
        side, thrower = match.on()
        return _with_visit(match, LegVisit(side=side, thrower=thrower, passed=True))
    index, position = visit
    leg = match.record.legs[index]
    is_open = match.folded[index].running is match.outcome(index, position)
    if is_open and not by_hand and (match.status == "paused" or not leg.visits[position].is_thrown):
        return match
    passed = msgspec.structs.replace(leg.visits[position], passed=True)
    return _with_leg(match, index, msgspec.structs.replace(leg, visits=(*leg.visits[:position], passed)))


def throw_for_bull(match: Match, dart: BullThrow) -> Match:
    """Add a dart at the bull.

    Raises:
        ConflictError: the match is not running, or no bull-off is to be thrown.
        RulesError: another side throws next.
    """
    _check_running(match)
    bull_off = match.current_bull_off
    if bull_off is None:
        raise ConflictError("no bull-off is to be thrown now", status=match.status)
    record, index = match.record, match.running_leg
    if bull_off is match.bull_off:
        return match.then(msgspec.structs.replace(record, bull_off=(*record.bull_off, dart)))
    if index is None:
        return match.then(msgspec.structs.replace(record, tie_break=(*record.tie_break, dart)))
    leg = record.legs[index]
    return _with_leg(match, index, msgspec.structs.replace(leg, bull=(*leg.bull, dart)))


def undo(match: Match) -> Match:
    """Take back the last counted dart, or the last total, of any side, also across visits and unsigned legs.

    Raises:
        ConflictError: nothing counted is left that is not signed.
    """
    found = _last_counted(match)
    if found is None or match.status in {"scheduled", "stopped"}:
        raise ConflictError("there is no dart to undo", status=match.status)
    index, position, dart = found
    record = match.record
    leg = record.legs[index]
    thrown = leg.visits[position]
    visits = leg.visits[:position]
    before = msgspec.structs.replace(thrown, darts=thrown.darts[:dart], total=None, passed=False)
    if before.darts:
        visits = (*visits, before)
    legs = record.legs[:index]
    if visits:
        legs = (*legs, msgspec.structs.replace(leg, visits=visits, bull=()))
    undone = (*record.undone, record.legs)
    return match.then(msgspec.structs.replace(record, legs=legs, undone=undone))


def redo(match: Match) -> Match:
    """Bring back what the last undo took.

    Raises:
        ConflictError: nothing was undone, or something was thrown since.
    """
    record = match.record
    if not record.undone:
        raise ConflictError("there is nothing to redo", status=match.status)
    return match.then(msgspec.structs.replace(record, legs=record.undone[-1], undone=record.undone[:-1]))


def _last_counted(match: Match) -> tuple[int, int, int] | None:
    """Return leg, visit and dart of the last one that counts, in legs that are not signed."""
    for index in reversed(range(match.counted)):
        leg = match.record.legs[index]
        if leg.signed:
            return None
        for position in reversed(range(len(leg.visits))):
            if leg.visits[position].total is not None and not match.outcome(index, position).void:
                return index, position, 0
            counted = [number for number, reason in enumerate(match.reasons(index, position)) if reason is None]
            if counted:
                return index, position, counted[-1]
    return None


def _passed_if_over(match: Match) -> Match:
    """Return the match with the turn passed on when the visit is over: by hand no takeout is waited for."""
    visit = match.open_visit
    is_over = visit is not None and match.folded[visit[0]].running is not match.outcome(*visit)
    return end_visit(match) if is_over else match


def _begun_by_winner(match: Match) -> Match:
    """Return the match begun by the winner of its bull-off, if they have not chosen otherwise."""
    return choose_first(match, match.flow.starter) if match.awaits_choice else match


def _check_running(match: Match) -> None:
    if match.status != "running":
        raise ConflictError(f"the match is {match.status}", status=match.status)


def _with_visit(match: Match, visit: LegVisit) -> Match:
    """Return the match with one more visit, in the leg that is running or in a new one."""
    index = match.running_leg
    if index is None:
        leg = match.new_leg()
        index = match.counted
    else:
        leg = match.record.legs[index]
    return _with_leg(match, index, msgspec.structs.replace(leg, visits=(*leg.visits, visit)))


def _with_leg(match: Match, index: int, leg: LegRecord) -> Match:
    """Return the match with a leg changed by something new; legs that a reopened leg made void are dropped for good."""
    record = match.record
    legs: Legs = (*record.legs[:index], leg)
    dropped = (*record.dropped, *record.legs[index + 1 :])
    changed = msgspec.structs.replace(record.with_legs(legs), dropped=dropped)
    return match.then(_signed_by_next_leg(match, changed, index))


def _signed_by_next_leg(match: Match, record: MatchRecord, index: int) -> MatchRecord:
    """Return the record with the legs before this one signed, once the first visit of it has passed."""
    if not match.setup.sign_by_next_leg or not record.legs[index].visits[:1] or not record.legs[index].visits[0].passed:
        return record
    legs = tuple(
        msgspec.structs.replace(leg, signed=True) if position < index and not (leg.signed or leg.unsigned) else leg
        for position, leg in enumerate(record.legs)
    )
    return msgspec.structs.replace(record, legs=legs)
