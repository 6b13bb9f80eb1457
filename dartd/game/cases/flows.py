"""The case `flow`: legs and sets from the winners of the legs."""

from collections.abc import Sequence
from typing import Any

import msgspec

from dartd.game.cases.legs import check_players, side_of
from dartd.game.flow import Flow, FlowLeg, Format


class FlowCase(msgspec.Struct, frozen=True, kw_only=True):
    """Winners of the legs of a match; null is a drawn leg."""

    format: Format | None = None
    players: tuple[str, ...]
    first: str | int | None = None
    leg_winners: list[str | None] = []


def flow_case_result(case: FlowCase) -> dict[str, Any]:
    """Return legs and sets; a leg after the end of the match is ignored."""
    check_players(case.players)
    flow = Flow(case.format or Format(), len(case.players), side_named(case.first, case.players))
    rows: list[dict[str, Any]] = []
    for winner in case.leg_winners:
        row = flow.add(None if winner is None else side_of(winner, case.players))
        rows.append({"ignored": True} if row is None else _written(row, case.players))
    return {"flow": rows, **flow_result(flow, case.players)}


def flow_rows(flow: Flow, players: Sequence[str]) -> list[dict[str, Any]]:
    """Return the legs of a flow as they are printed."""
    return [_written(row, players) for row in flow.rows]


def flow_result(flow: Flow, players: Sequence[str]) -> dict[str, Any]:
    """Return the state of the match as it is printed."""
    return {
        "finished": flow.finished,
        "winner": None if flow.winner is None else players[flow.winner],
        "draw": flow.draw,
        "sets": dict(zip(players, flow.sets, strict=True)),
        "next_starter": None if flow.finished else players[flow.starter],
    }


def side_named(first: str | int | None, players: Sequence[str]) -> int:
    """Return the side that begins: a name, an index, or the first side.

    Raises:
        RulesError: no such player.
    """
    if isinstance(first, int) and 0 <= first < len(players):
        return first
    return 0 if first is None else side_of(str(first), players)


def _written(row: FlowLeg, players: Sequence[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "set": row.set_number,
        "leg": row.leg_number,
        "starter": players[row.starter],
        "winner": None if row.winner is None else players[row.winner],
        "legs": dict(zip(players, row.legs, strict=True)),
    }
    if row.sets is not None:
        answer["set_winner"] = None if row.set_winner is None else players[row.set_winner]
        answer["sets"] = dict(zip(players, row.sets, strict=True))
    return answer
