"""The cases that are no folds of visits."""

from typing import Any

import msgspec
import pytest

from dartd.game.cases.answer import answer


def result(**case: Any) -> Any:
    """Return the result of a case."""
    return answer(msgspec.json.encode({"id": 1, **case}))["result"]


def test_bull_offs() -> None:
    """Level players throw again in reverse order, until one is nearer."""
    case = {"kind": "bull_off", "mode": "official", "players": ["A", "B"], "tie_mm": 1}

    assert result(**case, rounds=[{"A": 3, "B": 5}]) == {"first": None, "decided": False, "next_order": ["B", "A"]}
    assert result(**case, rounds=[{"A": 3, "B": 5}, {"A": 30, "B": 20}]) == {"first": "B", "decided": True, "next_order": None}
    assert result(**case, rounds=[{"A": None, "B": 5}])["next_order"] == ["A", "B"]


def test_standings_and_seats() -> None:
    """Rows of a table, and pairs of a first round."""
    rows = result(kind="standings", players=["A", "B"], results=[["A", "B", 1, 3]], averages={"A": 60.5, "B": "55.10"})

    assert rows[0] == {
        "player": "B", "rank": 1, "played": 1, "won": 1, "drawn": 0, "lost": 0,
        "legs_for": 3, "legs_against": 1, "points": 2, "leg_difference": 2,
    }  # fmt: skip
    assert result(kind="seats", entrants=3) == [(1, None), (2, 3)]


def test_checkouts_groupings_and_beds() -> None:
    """All routes, the spread of a group, and texts that name no bed."""
    assert result(kind="checkouts", remaining=170) == {"routes": [["T20", "T20", "BULL"]], "count": 1}
    assert result(kind="grouping", xy=[[0, 0], [3, 0], [0, 4]])["mean_radius"] == pytest.approx(2.3061, abs=5e-5)
    assert result(kind="grouping", xy=[]) == {"mean": None, "mean_radius": None, "covariance": None}
    assert result(kind="beds", labels=["T20", "21", "treble 20", ""]) == {"refused": ["21", ""]}


def test_unknown_players_are_refused() -> None:
    """A name that is none of the players is an error."""
    case = {"id": 1, "kind": "standings", "players": ["A"], "results": [["A", "X", 1, 0]]}

    assert "'X'" in answer(msgspec.json.encode(case))["error"]
