"""The cases `game`, `match` and `stats`: what visits come to."""

from collections.abc import Sequence
from typing import Any

import msgspec

from dartd.game.cases.flows import flow_result, flow_rows, side_named
from dartd.game.cases.legs import (
    CaseCorrection,
    CaseVisit,
    Rules,
    case_rules,
    check_players,
    corrected_visits,
    play_leg,
)
from dartd.game.cricket import Cricket
from dartd.game.flow import Flow, Format
from dartd.game.leg import Leg
from dartd.game.rules import VisitOutcome
from dartd.game.statistics import Figures, add_up, count_leg, written
from dartd.game.x01 import X01, start_scores

_EMPTY = msgspec.Raw(b"{}")


class GameCase(msgspec.Struct, frozen=True, kw_only=True):
    """Visits of one leg, and corrections of them."""

    game: str = "x01"
    rules: msgspec.Raw = _EMPTY
    players: tuple[str, ...]
    visits: list[CaseVisit] = []
    corrections: list[CaseCorrection] = []


class CaseLeg(msgspec.Struct, frozen=True, kw_only=True):
    """A leg of a match case."""

    game: str = "x01"
    rules: msgspec.Raw = _EMPTY
    visits: list[CaseVisit] = []


class MatchCase(msgspec.Struct, frozen=True, kw_only=True):
    """Legs of a match; legs after its end are ignored."""

    format: Format | None = None
    players: tuple[str, ...]
    first: str | int | None = None
    legs: list[CaseLeg] = []


class StatsCase(msgspec.Struct, frozen=True, kw_only=True):
    """Legs whose figures are added up."""

    players: tuple[str, ...]
    legs: list[CaseLeg] = []


def game_result(case: GameCase) -> dict[str, Any]:
    """Return the fold of one leg, and the fold after its corrections."""
    rules = case_rules(case.game, bytes(case.rules), case.players)
    answer: dict[str, Any] = {"result": _folded(rules, case.players, case.visits)}
    if case.corrections:
        visits = corrected_visits(case.visits, case.corrections)
        answer["corrected"] = _folded(rules, case.players, visits)
        answer["corrected"]["visits"] = [_visit(visit) for visit in visits]
    return answer


def _folded(rules: Rules, players: tuple[str, ...], visits: list[CaseVisit]) -> dict[str, Any]:
    after: list[dict[str, Any]] = []
    void_rows: dict[tuple[int, int], dict[str, Any]] = {}  # by side and ignored darts, while visits change nothing

    def report(leg: Leg, outcome: VisitOutcome) -> None:
        row = void_rows.get((outcome.side, outcome.ignored)) if outcome.void else None
        if row is None:
            reported = leg.game.report(outcome, players)
            row = {"player": players[outcome.side], "used": outcome.used, "ignored": outcome.ignored, **reported}
        if outcome.void:
            void_rows[outcome.side, outcome.ignored] = row
        else:
            void_rows.clear()
        after.append(row)

    leg = play_leg(rules, players, visits, report)
    result: dict[str, Any] = {"after": after, **_ending(leg, players), **leg.game.totals(players)}
    if isinstance(rules[0], X01):
        result["stats"] = {player: written(figures) for player, figures in zip(players, _figures(rules, leg, players), strict=True)}
    return result


def _visit(visit: CaseVisit) -> dict[str, Any]:
    if visit.points is None:
        return {"player": visit.player, "darts": visit.darts}
    return {"player": visit.player, "points": visit.points, "darts_used": visit.darts_used}


def _ending(leg: Leg, players: Sequence[str]) -> dict[str, Any]:
    winner = None if leg.winner is None else players[leg.winner]
    return {"finished": leg.finished, "winner": winner, "draw": leg.draw, "end": leg.end if leg.finished else None}


def _figures(rules: Rules, leg: Leg, players: Sequence[str]) -> list[Figures]:
    options = rules[0]
    throwers = [(side, 0) for side in range(len(players))]
    by_thrower = count_leg(leg, throwers, starts=start_scores(options, len(players)), marks=isinstance(options, Cricket))
    return [by_thrower[thrower] for thrower in throwers]


def match_result(case: MatchCase) -> dict[str, Any]:
    """Return the fold of a match: its legs, who began and won them, and the figures of all legs that count."""
    players = case.players
    check_players(players)
    flow = Flow(case.format or Format(), len(players), side_named(case.first, players))
    winners, ends, rests = [], [], []
    parts: list[list[Figures]] = [[] for _ in players]
    ignored = 0
    for case_leg in case.legs:
        if flow.finished:
            ignored += 1
            continue
        rules = case_rules(case_leg.game, bytes(case_leg.rules), players)
        remaining: list[Any] = []

        def note(leg: Leg, outcome: VisitOutcome, remaining: list[Any] = remaining) -> None:
            row = leg.game.report(outcome, players)
            remaining.append(row.get("remaining", row.get("score")))

        leg = play_leg(rules, players, case_leg.visits, note)
        winners.append(None if leg.winner is None else players[leg.winner])
        ends.append(leg.end if leg.finished else None)
        rests.append(remaining)
        for own, figures in zip(parts, _figures(rules, leg, players), strict=True):
            own.append(figures)
        if leg.finished:
            flow.add(leg.winner, lost=leg.winner is None and not leg.draw)
    ending = flow_result(flow, players)
    return {
        "leg_winners": winners,
        "leg_ends": ends,
        "flow": [*flow_rows(flow, players), *[{"ignored": True}] * ignored],
        **{key: ending[key] for key in ("winner", "finished", "draw")},
        "rests": rests,
        "stats": {player: written(add_up(own)) for player, own in zip(players, parts, strict=True)},
    }


def stats_result(case: StatsCase) -> dict[str, Any]:
    """Return the figures of each player over all legs."""
    parts: list[list[Figures]] = [[] for _ in case.players]
    check_players(case.players)
    for case_leg in case.legs:
        rules = case_rules(case_leg.game, bytes(case_leg.rules), case.players)
        leg = play_leg(rules, case.players, case_leg.visits)
        for own, figures in zip(parts, _figures(rules, leg, case.players), strict=True):
            own.append(figures)
    return {player: written(add_up(own)) for player, own in zip(case.players, parts, strict=True)}
