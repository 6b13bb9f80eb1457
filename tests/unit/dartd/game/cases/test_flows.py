"""The case `flow`."""

import pytest

from dartd.game.cases.flows import FlowCase, flow_case_result, side_named
from dartd.game.flow import Format
from dartd.game.rules import RulesError


def test_a_flow_is_printed_leg_by_leg() -> None:
    """Each leg has its set, starter, winner and the legs won; the last of a set its winner and the sets; later legs are ignored."""
    case = FlowCase(format=Format(legs=1, sets=2), players=("A", "B"), first="B", leg_winners=["B", "B", "A"])

    assert flow_case_result(case) == {
        "flow": [
            {"set": 1, "leg": 1, "starter": "B", "winner": "B", "legs": {"A": 0, "B": 1}, "set_winner": "B", "sets": {"A": 0, "B": 1}},
            {"set": 2, "leg": 1, "starter": "A", "winner": "B", "legs": {"A": 0, "B": 1}, "set_winner": "B", "sets": {"A": 0, "B": 2}},
            {"ignored": True},
        ],
        "finished": True,
        "winner": "B",
        "draw": False,
        "sets": {"A": 0, "B": 2},
        "next_starter": None,
    }


def test_an_unfinished_flow_names_the_next_starter() -> None:
    """A drawn leg has no winner and still changes the order."""
    answer = flow_case_result(FlowCase(format=Format(legs=2), players=("A", "B"), leg_winners=[None]))

    assert (answer["next_starter"], answer["finished"], answer["flow"][0]["winner"]) == ("B", False, None)


def test_the_first_side_is_a_name_or_an_index() -> None:
    """Without one it is the first player."""
    assert [side_named(first, ("A", "B")) for first in (None, "B", 1)] == [0, 1, 1]
    with pytest.raises(RulesError):
        side_named(2, ("A", "B"))
