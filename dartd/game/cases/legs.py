"""Legs of cases: their rules, their visits as written, and corrections of them."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec

from dartd.game.beds import read_beds
from dartd.game.catalog import AnyOptions, new_game, read_options
from dartd.game.leg import Leg
from dartd.game.rules import RulesError, Total, VisitOutcome

_BY_SIDE: Final = ("start_scores", "numbers")  # options with a value for each player
_MOST_RULES: Final = 1000  # kept; cases of one file mostly repeat the same few

Rules = tuple[AnyOptions, int | None]
_rules_read: dict[tuple[str, bytes, tuple[str, ...]], Rules] = {}


class CaseVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit of a case: darts as written, or a total."""

    player: str
    darts: list[str] = []
    points: int | None = None
    darts_used: int = 3
    darts_at_double: int | None = None


class CaseCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """A correction of a case; visit and dart count from 1."""

    op: Literal["change", "insert", "delete"]
    visit: int
    dart: int
    to: str | None = None


def check_players(players: Sequence[str]) -> None:
    """Refuse a list of players that is empty, or in which a name stands twice.

    Raises:
        RulesError: as said.
    """
    if not players or len(set(players)) != len(players):
        raise RulesError("$.players: give at least one player, and each name once")


def case_rules(game: str, raw: bytes, players: tuple[str, ...]) -> Rules:
    """Return the options of a case and the side that wins the bull, if one is named.

    Raises:
        RulesError: rules that the game does not allow.
    """
    raw = b"{}" if raw == b"null" else raw
    key = (game, raw, players)
    known = _rules_read.get(key)
    if known is None:
        if len(_rules_read) >= _MOST_RULES:
            _rules_read.clear()
        known = _rules_read[key] = _read_rules(game, msgspec.json.decode(raw or b"{}", type=dict[str, Any]), players)
    return known


def _read_rules(game: str, rules: dict[str, Any], players: tuple[str, ...]) -> Rules:
    check_players(players)
    bull_winner = rules.pop("bull_off_winner", None)
    for name in _BY_SIDE:
        if isinstance(rules.get(name), dict):
            rules[name] = _by_side(name, rules[name], players, rules.get("start", 501))
    options = read_options({"game": game, **rules})
    new_game(options, len(players))  # refuses options that do not fit the number of players
    return options, None if bull_winner is None else side_of(bull_winner, players)


def _by_side(name: str, given: dict[str, Any], players: tuple[str, ...], start: object) -> list[Any]:
    for player in given:
        side_of(player, players)
    if name == "start_scores":
        return [given.get(player, start) for player in players]
    missing = [player for player in players if player not in given]
    if missing:
        raise RulesError(f"$.rules.{name}: nothing for {', '.join(missing)}")
    return [given[player] for player in players]


def side_of(player: str, players: Sequence[str]) -> int:
    """Return the side of a player.

    Raises:
        RulesError: no such player.
    """
    try:
        return players.index(player)
    except ValueError:
        raise RulesError(f"{player!r} is none of the players {', '.join(players)}") from None


def play_leg(
    rules: Rules, players: Sequence[str], visits: Sequence[CaseVisit], each: Callable[[Leg, VisitOutcome], None] | None = None
) -> Leg:
    """Return the leg after all visits; `each` is called after each one.

    Raises:
        RulesError: an unknown player, a text that names no bed, or a total that cannot be thrown.
    """
    options, bull_winner = rules
    leg = Leg(new_game(options, len(players)), options, bull_winner=bull_winner)
    sides = {player: side for side, player in enumerate(players)}
    for number, visit in enumerate(visits, 1):
        try:
            if visit.points is None:
                outcome = leg.play(sides[visit.player], 0, read_beds(visit.darts))
            else:
                outcome = leg.play_total(sides[visit.player], 0, _total(visit, visit.points))
        except KeyError:
            raise RulesError(f"visit {number}: {visit.player!r} is none of the players {', '.join(players)}") from None
        except (RulesError, ValueError) as error:
            raise RulesError(f"visit {number}: {error}") from None
        if each is not None:
            each(leg, outcome)
    leg.settle_draw()
    return leg


def _total(visit: CaseVisit, points: int) -> Total:
    fields = {"points": points, "darts_used": visit.darts_used, "darts_at_double": visit.darts_at_double}
    return msgspec.convert(fields, Total)


def corrected_visits(visits: Sequence[CaseVisit], corrections: Sequence[CaseCorrection]) -> list[CaseVisit]:
    """Return the visits after all corrections, each applied to what the ones before it gave.

    Raises:
        RulesError: no such visit or dart, or no bed where one is needed.
    """
    changed = list(visits)
    for number, correction in enumerate(corrections, 1):
        at = correction.visit - 1
        if not 0 <= at < len(changed):
            raise RulesError(f"correction {number}: there is no visit {correction.visit}")
        if changed[at].points is not None:
            raise RulesError(f"correction {number}: visit {correction.visit} is a total and has no darts")
        darts = list(changed[at].darts)
        last = len(darts) + (correction.op == "insert")
        if not 1 <= correction.dart <= last:
            raise RulesError(f"correction {number}: visit {correction.visit} has no dart {correction.dart} to {correction.op}")
        if correction.op == "delete":
            del darts[correction.dart - 1]
        elif correction.to is None:
            raise RulesError(f"correction {number}: {correction.op} needs `to`")
        elif correction.op == "change":
            darts[correction.dart - 1] = correction.to
        else:
            darts.insert(correction.dart - 1, correction.to)
        changed[at] = msgspec.structs.replace(changed[at], darts=darts)
    return changed
