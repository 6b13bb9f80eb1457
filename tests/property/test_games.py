"""Any darts, with any corrections: `dartd.game` gives what the second fold of `tests/support/plain_fold.py` gives, visit by visit."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.game.cases.answer import answer
from tests.support import plain_fold

BEDS = [f"{ring}{number}" for number in range(1, 21) for ring in ("", "S", "D", "T", "I")] + ["25", "BULL", "MISS"]
PLAYERS = ["A", "B", "C"]


@st.composite
def corrections(draw: st.DrawFn, visits: list[dict[str, Any]], beds: st.SearchStrategy[str]) -> list[dict[str, Any]]:
    """Draw corrections that fit the visits, each what the ones before it leave."""
    orders: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 4)) if visits else 0):
        now = plain_fold.corrected(visits, orders)
        at = draw(st.integers(0, len(now) - 1))
        length = len(now[at]["darts"])
        op = draw(st.sampled_from(["change", "delete", "insert"] if length else ["insert"]))
        dart = draw(st.integers(1, length + (op == "insert")))
        orders.append({"op": op, "visit": at + 1, "dart": dart, **({} if op == "delete" else {"to": draw(beds)})})
    return orders


@st.composite
def legs(draw: st.DrawFn, rules: st.SearchStrategy[dict[str, Any]], beds: st.SearchStrategy[str]) -> dict[str, Any]:
    """Draw a leg: its rules, one to three players who mostly take turns, and corrections."""
    players = PLAYERS[: draw(st.integers(1, 3))]
    darts = st.lists(beds, min_size=0, max_size=4)
    count = draw(st.integers(0, 24))
    visits = [{"player": players[number % len(players)], "darts": draw(darts)} for number in range(count)]
    return {"players": players, "rules": draw(rules), "visits": visits, "corrections": draw(corrections(visits, beds))}


def agree(case: dict[str, Any], fold: Any) -> None:
    """Assert that both folds give the same for a case, before and after its corrections."""
    given_answer = answer(msgspec.json.encode({"id": 1, **case}))
    visits = plain_fold.corrected(case["visits"], case["corrections"])

    assert given_answer["result"] == fold(case["players"], case["rules"], case["visits"])
    if case["corrections"]:
        corrected = dict(given_answer["corrected"])
        assert corrected.pop("visits") == visits
        assert corrected == fold(case["players"], case["rules"], visits)


X01_RULES = st.fixed_dictionaries(
    {"start": st.sampled_from([2, 4, 32, 40, 50, 60, 101, 170, 301, 501])},
    optional={
        "in": st.sampled_from(["straight", "double", "master"]),
        "out": st.sampled_from(["straight", "double", "master"]),
        "bull": st.sampled_from(["25/50", "50/50"]),
        "start_scores": st.just({"A": 61}),
    },
)
FINISHING = st.sampled_from([*BEDS, *["T20", "T19", "20", "D20", "D16", "D10", "D1", "BULL", "MISS"] * 12])


@settings(max_examples=400, deadline=None)
@given(legs(X01_RULES, FINISHING))
def test_x01_agrees_with_the_second_fold(case: dict[str, Any]) -> None:
    """Rests, busts, openings, attempts, winners and figures are the same in both."""
    agree({**case, "game": "x01"}, plain_fold.x01_leg)
