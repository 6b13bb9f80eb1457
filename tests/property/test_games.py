"""Any darts, with any corrections: `dartd.game` gives what the second fold of `tests/support/plain_fold.py` gives, visit by visit."""

from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.game.cases.answer import KINDS, answer
from dartd.game.catalog import NAMES
from tests.support import plain_flow, plain_fold, plain_games, plain_practice

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
        "max_rounds": st.integers(1, 6),
        "max_rounds_end": st.sampled_from(["lowest", "bull_off", "draw"]),
        "bull_off_winner": st.just("A"),
    },
)
FINISHING = st.sampled_from([*BEDS, *["T20", "T19", "20", "D20", "D16", "D10", "D1", "BULL", "MISS"] * 12])


@settings(max_examples=400, deadline=None)
@given(legs(X01_RULES, FINISHING))
def test_x01_agrees_with_the_second_fold(case: dict[str, Any]) -> None:
    """Rests, busts, openings, attempts, winners and figures are the same in both."""
    agree({**case, "game": "x01"}, plain_fold.x01_leg)


RING_BEDS = st.sampled_from([*BEDS, *["D1", "T20", "20", "T19", "T18", "T17", "T16", "T15", "BULL", "25"] * 8])
ROUNDS = {"max_rounds": st.integers(1, 6), "bull_off_winner": st.just("A")}
FLAG = st.booleans()
BULLS = st.sampled_from(["25/50", "50/50"])
GAMES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "cricket": {
        "mode": st.sampled_from(["standard", "cut_throat", "no_score"]),
        "numbers": st.sampled_from([[20, 19, 25], [20], [1, 2]]),
        "tactics": FLAG,
        "bull": BULLS,
    },
    "around_the_clock": {
        "mode": st.sampled_from(["full", "single", "outer_single", "double", "triple"]),
        "targets": st.sampled_from([[19, 20, 25], [20, 20, 20], [25], [20, 19, 18, 17]]),
        "order": st.sampled_from(["1-20-bull", "20-1-bull"]),
        "hits": st.integers(1, 3),
        "multiplier_advance": FLAG,
        "bull": FLAG,
    },
    "bobs_27": {"bull": FLAG, "allow_negative": FLAG},
    "shanghai": {"from": st.integers(15, 19), "bull_round": FLAG, "instant_win": FLAG, "bull": BULLS},
    "count_up": {"rounds": st.integers(1, 9), "bull": BULLS},
    "free": {"bull": BULLS},
    "halve_it": {
        "preset": st.sampled_from(["bermuda", "british", "split_score"]),
        "targets": st.sampled_from([[20, "D", "T"], ["D17", "ANY", 25, "BULL"], ["T20", "15", "S20"]]),
        "start": st.sampled_from([0, 40, 61]),
        "rounding": st.sampled_from(["up", "down"]),
        "bull": BULLS,
    },
}


@pytest.mark.parametrize("game", GAMES)
def test_games_agree_with_the_second_fold(game: str) -> None:
    """Every game gives the same in both folds, with its options, with limited rounds, and with corrections."""
    required = {"to": st.just(20)} if game == "shanghai" else {}
    rules = st.fixed_dictionaries(required, optional={**GAMES[game], **ROUNDS})

    @settings(max_examples=150, deadline=None)
    @given(legs(rules, RING_BEDS))
    def agrees(case: dict[str, Any]) -> None:
        agree({**case, "game": game}, partial(plain_games.leg, game))

    agrees()


PRACTICE: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "121": {
        "start": st.sampled_from([41, 50, 121, 170]),
        "darts": st.sampled_from([6, 9, 12]),
        "failure": st.sampled_from(["same", "one_less"]),
    },
    "random_checkout": {},
    "catch_40": {},
    "round_the_world": {},
    "gotcha": {"goal": st.sampled_from([101, 301, 60]), "bull": BULLS},
}
FINISHES = st.sampled_from(["T20", "20", "1", "D20", "D12", "D1", "T19", "5", "BULL", "MISS", "25", "T1", "D11"])


@pytest.mark.parametrize("game", PRACTICE)
def test_practice_games_agree_with_the_second_fold(game: str) -> None:
    """The games for one player, and Gotcha, with limited rounds and corrections."""
    drawn = {"rests": st.sampled_from([[41, 50, 61], [61, 61], [170]])} if game == "random_checkout" else {}
    rules = st.fixed_dictionaries(drawn, optional={**PRACTICE[game], **ROUNDS})

    @settings(max_examples=150, deadline=None)
    @given(legs(rules, FINISHES))
    def agrees(case: dict[str, Any]) -> None:
        agree({**case, "game": game}, partial(plain_practice.leg, game))

    agrees()


KILLER_RULES = st.fixed_dictionaries(
    {},
    optional={
        "lives": st.integers(1, 4),
        "ring": st.sampled_from(["double", "triple", "any"]),
        "opening_double_makes_killer": FLAG,
        "self_hit": FLAG,
        "penalty_not_killer": FLAG,
        "all_killers": FLAG,
        "max_rounds": st.integers(3, 9),
    },
)


@settings(max_examples=400, deadline=None)
@given(st.data(), st.integers(2, 3), FLAG)
def test_killer_agrees_with_the_second_fold(data: st.DataObject, count: int, drawn: bool) -> None:  # noqa: FBT001
    """Numbers, killers, lives and the last side alive are the same in both, with numbers given and thrown for."""
    beds = st.sampled_from([f"{ring}{number}" for ring in "SDT" for number in (1, 2, 3)] + ["MISS", "BULL", "20"])
    case = data.draw(legs(KILLER_RULES, beds).filter(lambda case: len(case["players"]) == count))
    if drawn:
        case["rules"]["numbers"] = {player: number for number, player in enumerate(case["players"], 1)}
    agree({**case, "game": "killer"}, partial(plain_games.leg, "killer"))


KEYS = st.sampled_from(["A", "start", "numbers", "player", "darts"])
LEAVES = st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=4) | st.sampled_from(["A", "T20", "x01", "killer"])
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8)
FIELDS = [
    "kind",
    "game",
    "rules",
    "players",
    "visits",
    "corrections",
    "format",
    "legs",
    "leg_winners",
    "rounds",
    "xy",
    "labels",
    "entrants",
]


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.sampled_from([*KINDS, "x"]), st.sampled_from(NAMES), st.booleans())
def test_any_case_is_answered(fields: dict[str, Any], kind: str, game: str, fitting: bool) -> None:  # noqa: FBT001
    """Whatever a case contains, it has its answer: a result or the reason why it is refused."""
    case = {"id": 1, "players": ["A", "B"], "kind": kind, "game": game, **({} if fitting else fields)}
    if fitting:
        case["rules"] = fields
    given_answer = answer(msgspec.json.encode(case))

    assert given_answer["id"] == 1 or "id" in fields
    assert ("error" in given_answer) != ("result" in given_answer)


FORMATS = st.fixed_dictionaries(
    {},
    optional={
        "goal": st.sampled_from(["first_to", "best_of", "fixed"]),
        "legs": st.integers(1, 6),
        "sets": st.one_of(st.none(), st.integers(1, 4)),
        "two_clear": st.sampled_from(["all", "final_set"]),
        "sudden_death_at": st.integers(1, 6),
    },
)


@settings(max_examples=600, deadline=None)
@given(FORMATS, st.integers(1, 3), st.data())
def test_flows_agree_with_the_second_fold(form: dict[str, Any], count: int, data: st.DataObject) -> None:
    """Legs, sets, starters, the winner and the draw are the same in both, for every format that is not refused."""
    players = PLAYERS[:count]
    winners = data.draw(st.lists(st.sampled_from([*players, *players, *players, None]), min_size=4, max_size=40))
    first = data.draw(st.sampled_from(players))
    case = {"id": 1, "kind": "flow", "format": form, "players": players, "first": first, "leg_winners": winners}
    given_answer = answer(msgspec.json.encode(case))
    if "error" in given_answer:
        assert "can end level" in given_answer["error"]
        return

    assert given_answer["result"] == plain_flow.flow(form, players, first, winners)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 5), st.sampled_from([{}, {"legs": 2}, {"goal": "best_of", "legs": 3}, {"sets": 2, "legs": 1}]))
def test_matches_and_their_figures_agree_with_the_second_fold(data: st.DataObject, count: int, form: dict[str, Any]) -> None:
    """A match of legs gives winners, rests and figures that the second folds give, and its figures are those of its legs."""
    players = ["A", "B"]
    rules = {"start": 40, "out": "straight"}
    darts = st.lists(st.sampled_from(["20", "D20", "5", "1", "T20", "MISS"]), max_size=3)
    legs_given: list[dict[str, Any]] = []
    for _ in range(count):
        visits = [{"player": players[number % 2], "darts": data.draw(darts)} for number in range(data.draw(st.integers(0, 12)))]
        legs_given.append({"rules": rules, "visits": visits})
    folds = [plain_fold.x01_leg(players, rules, leg["visits"]) for leg in legs_given]
    case = {"id": 1, "players": players, "format": form, "legs": legs_given}
    result = answer(msgspec.json.encode({**case, "kind": "match"}))["result"]
    flow = plain_flow.flow(form, players, "A", [fold["winner"] for fold in folds if fold["finished"]])
    played = result["leg_winners"]

    assert played == [fold["winner"] for fold in folds[: len(played)]]
    assert result["rests"] == [[row["remaining"] for row in fold["after"]] for fold in folds[: len(played)]]
    assert (result["winner"], result["finished"], result["draw"]) == (flow["winner"], flow["finished"], flow["draw"])
    figures = answer(msgspec.json.encode({"id": 1, "kind": "stats", "players": players, "legs": legs_given[: len(played)]}))["result"]
    assert result["stats"] == figures
    if len(played) == 1:
        assert figures == folds[0]["stats"]
    for name in ("points", "darts", "thrown", "checkout_attempts", "checkouts", "visits", "busts", "n60", "first9_points"):
        for player in players:
            assert figures[player][name] == sum(fold["stats"][player][name] for fold in folds[: len(played)])
