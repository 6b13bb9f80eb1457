"""The answer to one case: by its kind, or why it is refused."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from dartd.game.cases.flows import FlowCase, flow_case_result
from dartd.game.cases.games import GameCase, MatchCase, StatsCase, game_result, match_result, stats_result
from dartd.game.cases.tables import (
    BedsCase,
    BullOffCase,
    CheckoutsCase,
    GroupingCase,
    SeatsCase,
    StandingsCase,
    beds_result,
    bull_off_result,
    checkouts_result,
    grouping_result,
    seats_result,
    standings_result,
)
from dartd.game.rules import RulesError
from schemas.codec import UNREADABLE


class _Header(msgspec.Struct, frozen=True):
    id: Any = None
    kind: Any = None


def _kind(case: type[Any], result: Callable[[Any], Any]) -> tuple[msgspec.json.Decoder[Any], Callable[[Any], dict[str, Any]]]:
    return msgspec.json.Decoder(case), lambda given: {"result": result(given)}


_HEADER: Final = msgspec.json.Decoder(_Header)
KINDS: Final[dict[str, tuple[msgspec.json.Decoder[Any], Callable[[Any], dict[str, Any]]]]] = {
    "game": (msgspec.json.Decoder(GameCase), game_result),
    "match": _kind(MatchCase, match_result),
    "stats": _kind(StatsCase, stats_result),
    "flow": _kind(FlowCase, flow_case_result),
    "bull_off": _kind(BullOffCase, bull_off_result),
    "standings": _kind(StandingsCase, standings_result),
    "seats": _kind(SeatsCase, seats_result),
    "checkouts": _kind(CheckoutsCase, checkouts_result),
    "grouping": _kind(GroupingCase, grouping_result),
    "beds": _kind(BedsCase, beds_result),
}


def answer(line: bytes) -> dict[str, Any]:
    """Return `{"id", "result", "corrected"?}` for a case, `{"id", "error"}` for one that is refused."""
    try:
        header = _HEADER.decode(line)
    except UNREADABLE as error:
        return {"id": None, "error": str(error)}
    kind = "game" if header.kind is None else str(header.kind)
    if kind not in KINDS:
        return {"id": header.id, "error": f"$.kind: {kind!r} is no kind: use one of {', '.join(KINDS)}"}
    decoder, result = KINDS[kind]
    try:
        return {"id": header.id, **result(decoder.decode(line))}
    except (RulesError, ValueError, RecursionError) as error:
        return {"id": header.id, "error": str(error)}
