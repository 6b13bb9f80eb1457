"""The messages of the running match; tests/integration/test_compat.py has those of the board."""

from typing import Any

import msgspec

from dartd.outlets.compat.caller import Caller
from schemas.base import BoardId, VisitId
from schemas.events import LegFinished, MatchFinished, Snapshot, TakeoutFinished, VisitScored, VisitSnapshot
from schemas.match import MatchPlayer, MatchSide, MatchState, MatchTurn
from tests.support.throws import hit


def _match(remaining: int, side: int = 0, leg: int = 1) -> MatchState:
    sides = tuple(
        MatchSide(side=k, name=None, players=(MatchPlayer(name=name),), score={"remaining": remaining if k == 0 else 501})
        for k, name in enumerate(("Ada", "Bob"))
    )
    turn = MatchTurn(side=side, player_id=None, set=1, leg=leg, round=1)
    rules = {"game": "x01", "start": 501}
    return MatchState(match_id="m", status="running", board_id="main", rules=rules, format={}, sides=sides, turn=turn, created_at="")


def _scored(**more: Any) -> VisitScored:
    fields: dict[str, Any] = {"side": 0, "player_id": None, "set": 1, "leg": 1, "round": 1, "darts": (), "points": 0, "thrown_points": 60}
    return (
        VisitScored(match_id="m", bust=False, score={}, **(fields | more))
        if "bust" not in more
        else VisitScored(match_id="m", score={}, **(fields | more))
    )


def test_a_match_has_its_players_and_scores() -> None:
    """A start, darts with what is left after them, a bust, a leg and the match."""
    fold = Caller()
    visit = VisitSnapshot(visit_id=VisitId("v"))
    fold.begin(Snapshot(board_id=BoardId("main"), last_seq=0, state="wait_for_throw", status="throw", visit=visit))
    started = fold.settle(_match(501))
    fold.step(hit("d1", 1, visit="v"))
    (first,) = fold.settle(_match(441))
    fold.step(hit("d2", 2, visit="v"))
    fold.step(_scored(bust=True))
    second = fold.settle(_match(501, side=1))
    pulled = [*fold.step(TakeoutFinished(visit_id=VisitId("v"))), *fold.settle(_match(501, side=1))]
    fold.step(hit("e1", 1, visit="w"))
    fold.step(_scored(side=1))
    end: dict[str, Any] = {"match_id": "m", "winner": 1, "sides": ()}
    fold.step(LegFinished(set=1, leg=1, starter=0, end="won", darts=(2, 1), checkout=60, **end))
    fold.step(MatchFinished(draw=False, **end))
    won = fold.settle(None)

    assert [(each["event"], each["player"], each["game"]["pointsStart"]) for each in started] == [
        ("match-started", "Ada", "501"),
        ("game-started", "Ada", "501"),
    ]
    assert (first["event"], first["player"], first["playerIndex"], first["game"]["pointsLeft"]) == ("dart1-thrown", "Ada", "0", "441")
    assert [each["event"] for each in second] == ["dart2-thrown", "busted"]
    assert (pulled[-1]["player"], pulled[-1]["game"]["busted"]) == ("Bob", "True")
    assert [(each["event"], each["player"]) for each in won] == [("dart1-thrown", "Bob"), ("game-won", "Bob"), ("match-won", "Bob")]
    assert won[-1]["game"] == {"mode": "X01", "dartsThrownValue": "60"}
    assert msgspec.json.encode(won)


def test_the_next_leg_begins() -> None:
    """Once, and not for a match that was there before."""
    fold = Caller()
    visit = VisitSnapshot(visit_id=VisitId("v"))
    match = _match(501)
    fold.begin(Snapshot(board_id=BoardId("main"), last_seq=0, state="wait_for_throw", status="throw", visit=visit, match=match))

    assert fold.settle(match) == []
    assert [each["event"] for each in fold.settle(_match(501, leg=2))] == ["game-started"]
