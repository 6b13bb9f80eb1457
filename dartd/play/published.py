"""A match as it is published: as GET answers it, and the events of a change."""

from collections.abc import Iterator

import msgspec

from dartd.game import changes as game_changes
from dartd.game.beds import bed_label
from dartd.game.changes import Cause, Change, VisitPosition, changes
from dartd.game.cricket import Cricket
from dartd.game.match import Match, counted_darts
from dartd.game.view import LegView, Turn, legs_of, sides_of, turn_of
from dartd.play.played_match import PlayedMatch
from schemas.events import (
    LegFinished,
    LegReopened,
    LegSigned,
    MatchFinished,
    MatchStateChanged,
    PlayEvent,
    RevisedVisit,
    RoundChanged,
    RoundData,
    SetFinished,
    TurnChanged,
    TurnRevised,
    VisitScored,
)
from schemas.match import MatchBot, MatchLeg, MatchSide, MatchState, MatchTurn
from schemas.match_commands import Bot


def state_of(played: PlayedMatch) -> MatchState:
    """Return a match as GET answers it; one that has ended has no `finished_at` here, which is the time of its event."""
    match, info = played.match, played.info
    return MatchState(
        match_id=info.match_id,
        status=match.status,
        board_id=info.board_id,
        rules=msgspec.to_builtins(match.setup.options),
        format=msgspec.to_builtins(match.setup.format.filled()),
        bull_off=match.setup.bull_off,
        bull_winner=match.setup.bull_winner,
        sides=published_sides(played),
        turn=published_turn(played, turn_of(match)),
        legs=tuple(map(_leg, legs_of(match))),
        winner=match.flow.winner,
        draw=match.flow.draw,
        created_at=info.created_at,
        started_at=info.started_at,
    )


def published_sides(played: PlayedMatch) -> tuple[MatchSide, ...]:
    """Return each side with its players and what it has."""
    sides = played.info.sides
    return tuple(
        MatchSide(
            side=view.side,
            name=sides[view.side].name or _joined([player.name for player in sides[view.side].players]),
            players=sides[view.side].players,
            bot=_bot(sides[view.side].bot),
            sets=view.sets,
            legs=view.legs,
            score=msgspec.to_builtins(view.score),
            average=view.average,
            darts=view.darts,
            rank=view.rank,
        )
        for view in sides_of(played.match)
    )


def published_turn(played: PlayedMatch, turn: Turn | None) -> MatchTurn | None:
    """Return a turn with the profile of its player, whose preferences the ways to finish follow."""
    if turn is None:
        return None
    preferences = played.info.preferences.get(played.info.player_id(turn.side, turn.thrower) or "")
    if preferences is not None:
        turn = turn_of(played.match, preferences) or turn
    fields = {name: getattr(turn, name) for name in Turn.__struct_fields__ if name != "thrower"}
    return MatchTurn(player_id=played.info.player_id(turn.side, turn.thrower), **fields)


def events_of(before: PlayedMatch, after: PlayedMatch, cause: Cause, reason: str) -> list[PlayEvent]:
    """Return what is published after a change, in order; `reason` is why the status changed."""
    found = changes(before.match, after.match, cause)
    signed: list[PlayEvent] = list(_signatures(before.match, after.match, after.info.match_id))
    if not found:
        return signed
    sides = published_sides(after)
    return [*(_event(change, before, after, sides, reason) for change in found), *signed]


def _event(change: Change, before: PlayedMatch, after: PlayedMatch, sides: tuple[MatchSide, ...], reason: str) -> PlayEvent:  # noqa: PLR0911 - one case for each change
    match, match_id = after.match, after.info.match_id
    match change:
        case game_changes.StatusChanged():
            return MatchStateChanged(
                match_id=match_id,
                status=change.status,
                previous_status=change.previous_status,
                reason=reason,
                started_at=after.info.started_at,
            )
        case game_changes.VisitAdded():
            return _visit_scored(after, change.leg, change.visit, sides)
        case game_changes.LegEnded(view=view):
            fields = {name: getattr(view, name) for name in LegView.__struct_fields__ if name != "signed"}
            return LegFinished(match_id=match_id, sides=sides, **fields)
        case game_changes.LegResumed():
            leg = (match if change.leg < len(match.record.legs) else before.match).record.legs[change.leg]
            return LegReopened(match_id=match_id, set=leg.set_number, leg=leg.leg_number)
        case game_changes.SetEnded():
            return SetFinished(match_id=match_id, set=change.set, winner=change.winner, sides=sides)
        case game_changes.MatchEnded():
            return MatchFinished(match_id=match_id, winner=change.winner, draw=change.draw, sides=sides)
        case game_changes.TurnPassed():
            return TurnChanged(match_id=match_id, turn=published_turn(after, change.turn), sides=sides)
        case game_changes.RoundBegan():
            data = RoundData(rounds_remaining=change.rounds_remaining)
            return RoundChanged(match_id=match_id, old_round=change.old_round, new_round=change.new_round, data=data)
        case game_changes.TurnUpdated():
            return TurnRevised(
                match_id=match_id,
                changed=tuple(_revised(before.match, match, position) for position in change.changed),
                turn=published_turn(after, change.turn),
                sides=sides,
                legs=tuple(map(_leg, legs_of(match))),
            )


def _visit_scored(played: PlayedMatch, index: int, position: int, sides: tuple[MatchSide, ...]) -> VisitScored:
    match = played.match
    leg, outcome = match.record.legs[index], match.outcome(index, position)
    is_cricket = isinstance(match.setup.options, Cricket)
    return VisitScored(
        match_id=played.info.match_id,
        side=outcome.side,
        player_id=played.info.player_id(outcome.side, outcome.thrower),
        set=leg.set_number,
        leg=leg.leg_number,
        round=sum(visit.side == outcome.side for visit in leg.visits[: position + 1]),
        visit=position + 1,
        darts=_labels(match, index, position),
        points=outcome.points,
        thrown_points=outcome.thrown_points,
        bust=outcome.bust,
        score=sides[outcome.side].score,
        marks_scored=outcome.marks if is_cricket else None,
        closed=tuple(outcome.closed) if is_cricket else None,
    )


def _revised(before: Match, after: Match, position: VisitPosition) -> RevisedVisit:
    """Return a visit with other darts or another outcome; its points are null when it is no more."""
    is_there = position.leg < after.counted and position.visit < len(after.folded[position.leg].outcomes)
    match = after if is_there else before
    leg, outcome = match.record.legs[position.leg], match.outcome(position.leg, position.visit)
    return RevisedVisit(
        set=leg.set_number,
        leg=leg.leg_number,
        visit=position.visit + 1,
        side=outcome.side,
        darts=_labels(match, position.leg, position.visit) if is_there else (),
        points=outcome.points if is_there else None,
        bust=is_there and outcome.bust,
    )


def _labels(match: Match, leg: int, visit: int) -> tuple[str, ...]:
    return tuple(bed_label(dart.bed) for dart in counted_darts(match, leg, visit))


def _signatures(before: Match, after: Match, match_id: str) -> Iterator[LegSigned]:
    """Return the finished legs that were signed, or whose signature was taken back."""
    for was, leg in zip(before.record.legs, after.record.legs[: after.counted], strict=False):
        if was.signed != leg.signed:
            yield LegSigned(match_id=match_id, set=leg.set_number, leg=leg.leg_number, signed=leg.signed)


def _leg(view: LegView) -> MatchLeg:
    return MatchLeg(**{name: getattr(view, name) for name in LegView.__struct_fields__})


def _bot(bot: Bot | None) -> MatchBot | None:
    return None if bot is None else MatchBot(level=bot.level, like=bot.like)


def _joined(names: list[str | None]) -> str | None:
    """Return the name of a side of guests; None when one of its players has a profile."""
    known = [name for name in names if name is not None]
    return " & ".join(known) if len(known) == len(names) else None
