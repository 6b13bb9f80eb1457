"""Results of elsewhere: a case of `python -m dartd.game` as a match that has been played, with the statistics of its players."""

from collections.abc import Sequence
from typing import Any

import msgspec

from dartd.game.beds import read_beds
from dartd.game.cases.flows import side_named
from dartd.game.cases.games import CaseLeg, GameCase, MatchCase
from dartd.game.cases.legs import CaseVisit, Rules, case_rules, check_players, corrected_visits, side_of
from dartd.game.flow import Format
from dartd.game.match import Match
from dartd.game.record import Dart, LegVisit, MatchRecord, MatchSetup
from dartd.game.rules import RulesError, Total
from dartd.game.scoring import take_step
from dartd.play.played_match import MatchInfo, PlayedMatch
from dartd.play.published import state_of
from dartd.play.statistics import statistics_of
from schemas.events import MatchImported, StatisticsUpdated
from schemas.match import MatchPlayer
from schemas.match_commands import EnteredSide

KINDS = ("game", "match")  # of cases that are results

_game = msgspec.json.Decoder(GameCase)
_match = msgspec.json.Decoder(MatchCase)


def read_result(case: bytes) -> MatchCase:
    """Return a case of kind `match` or `game`, with its corrections applied, as a match.

    Raises:
        RulesError: it is of another kind, or its corrections cannot be applied.
        ValueError: it is no such case; the message names the path.
    """
    kind = msgspec.json.decode(case, type=dict[str, Any]).get("kind") or "game"
    if kind == "match":
        found = _match.decode(case)
        if found.format is None and len(found.legs) > 1:
            return msgspec.structs.replace(found, format=Format(goal="fixed", legs=len(found.legs)))
        return found
    if kind != "game":
        raise RulesError(f"$.kind: {kind!r} is no result: use one of {', '.join(KINDS)}")
    single = _game.decode(case)
    leg = CaseLeg(game=single.game, rules=single.rules, visits=corrected_visits(single.visits, single.corrections))
    return MatchCase(players=single.players, legs=[leg])


def play_result(case: MatchCase, match_id: str, profiles: Sequence[str | None], played_at: str) -> PlayedMatch:
    """Return the match of a case as it ended; `profiles` has the profile of each player, None for a guest.

    Raises:
        RulesError: its darts do not fit its rules; the message names leg and visit.
    """
    check_players(case.players)
    if not case.legs:
        raise RulesError("$.legs: there is no leg")
    rules = _rules(case)
    sides = tuple(
        EnteredSide(players=(MatchPlayer(player_id=profile) if profile is not None else MatchPlayer(name=name),))
        for name, profile in zip(case.players, profiles, strict=True)
    )
    setup = MatchSetup(
        options=rules[0], format=case.format or Format(), sides=(1,) * len(case.players), first=side_named(case.first, case.players)
    )
    info = MatchInfo(match_id=match_id, board_id=None, sides=sides, created_at=played_at, started_at=played_at)
    match = take_step(Match(setup, MatchRecord()), "start")
    for number, leg in enumerate(case.legs, 1):
        match = _with_leg(match, case, leg, number)
    if not match.flow.finished:
        match = match.then(msgspec.structs.replace(match.record, status="stopped"))
    return PlayedMatch(info, match)


def events_of_result(played: PlayedMatch, played_at: str) -> list[MatchImported | StatisticsUpdated]:
    """Return what is journalled of a match that was played elsewhere."""
    started = played.with_match(take_step(Match(played.match.setup, MatchRecord()), "start"))
    state = msgspec.structs.replace(state_of(played), finished_at=played_at)
    updates = [msgspec.structs.replace(each, played_at=played_at) for each in statistics_of(started, played, "play")]
    return [MatchImported(match_id=played.info.match_id, match=state), *updates]


def _rules(case: MatchCase) -> Rules:
    each = {(leg.game, bytes(leg.rules)) for leg in case.legs}
    if len(each) > 1:
        raise RulesError("$.legs: the legs have different rules: give a match of each")
    return case_rules(case.legs[0].game, bytes(case.legs[0].rules), case.players)


def _with_leg(match: Match, case: MatchCase, leg: CaseLeg, number: int) -> Match:
    if match.flow.finished:
        raise RulesError(f"leg {number}: the match was over before it")
    if match.running_leg is not None:
        raise RulesError(f"leg {number - 1}: it is not finished")
    if not leg.visits:
        raise RulesError(f"leg {number}: it has no visit")
    try:
        visits = tuple(_visit(visit, case.players, at) for at, visit in enumerate(leg.visits, 1))
        record = msgspec.structs.replace(match.new_leg(), starter=visits[0].side, visits=visits, signed=True)
        after = match.then(match.record.with_legs((*match.record.legs, record)))
    except RulesError as error:
        raise RulesError(f"leg {number}: {error.message}") from error
    _check_order(after, number)
    return after


def _check_order(match: Match, number: int) -> None:
    """Refuse a visit after the end of its leg."""
    for at, outcome in enumerate(match.folded[-1].outcomes, 1):
        if outcome.void:
            raise RulesError(f"leg {number}: visit {at} comes after the end of the leg, or its side was out")


def _visit(visit: CaseVisit, players: Sequence[str], number: int) -> LegVisit:
    side = side_of(visit.player, players)
    try:
        if visit.points is None:
            return LegVisit(side=side, thrower=0, darts=tuple(Dart(bed=bed) for bed in read_beds(visit.darts)), passed=True)
        total = {"points": visit.points, "darts_used": visit.darts_used, "darts_at_double": visit.darts_at_double}
        return LegVisit(side=side, thrower=0, total=msgspec.convert(total, Total), passed=True)
    except ValueError as error:
        raise RulesError(f"visit {number}: {error}") from error
