"""Legs of cases: rules by player name, visits, corrections."""

import pytest

from dartd.game.cases.legs import CaseCorrection, CaseVisit, case_rules, check_players, corrected_visits, play_leg, side_of
from dartd.game.rules import RulesError
from dartd.game.x01 import X01

VISITS = [CaseVisit(player="A", darts=["20", "5"]), CaseVisit(player="B", darts=["T20"])]


def test_rules_by_name_become_rules_by_side() -> None:
    """Start scores and the winner of the bull are given by player; a player who is left out has the common start score."""
    raw = b'{"start": 301, "start_scores": {"B": 501}, "bull_off_winner": "B"}'

    assert case_rules("x01", raw, ("A", "B")) == (X01(start=301, start_scores=(301, 501)), 1)
    assert case_rules("x01", raw, ("A", "B")) is case_rules("x01", raw, ("A", "B"))


@pytest.mark.parametrize("raw", [b'{"start_scores": {"C": 5}}', b'{"bull_off_winner": "C"}', b'{"legs": 3}'])
def test_wrong_rules_are_refused(raw: bytes) -> None:
    """Unknown players and options raise."""
    with pytest.raises(RulesError):
        case_rules("x01", raw, ("A", "B"))


def test_players_have_names_of_their_own() -> None:
    """Each name stands once, and a visit names one of them."""
    with pytest.raises(RulesError, match="players"):
        check_players(["A", "A"])
    with pytest.raises(RulesError, match="players"):
        check_players([])
    assert side_of("B", "AB") == 1
    with pytest.raises(RulesError, match="visit 2: 'B'"):
        play_leg(case_rules("x01", b"{}", ("A",)), ("A",), VISITS)


def test_visits_may_be_totals() -> None:
    """A visit by points is counted as one by darts."""
    leg = play_leg(case_rules("x01", b"{}", ("A",)), ("A",), [CaseVisit(player="A", points=60), CaseVisit(player="A", darts=["20"])])

    assert [outcome.points for outcome in leg.outcomes] == [60, 20]
    with pytest.raises(RulesError, match=r"visit 1: .*180"):
        play_leg(case_rules("x01", b"{}", ("A",)), ("A",), [CaseVisit(player="A", points=181)])


def test_corrections_build_on_each_other() -> None:
    """Each correction changes what the ones before it gave."""
    orders = [
        CaseCorrection(op="insert", visit=1, dart=3, to="1"),
        CaseCorrection(op="delete", visit=1, dart=1),
        CaseCorrection(op="change", visit=2, dart=1, to="T19"),
    ]

    assert [visit.darts for visit in corrected_visits(VISITS, orders)] == [["5", "1"], ["T19"]]
    assert [visit.darts for visit in VISITS] == [["20", "5"], ["T20"]]


@pytest.mark.parametrize("order", [
    CaseCorrection(op="change", visit=3, dart=1, to="1"),
    CaseCorrection(op="change", visit=1, dart=3, to="1"),
    CaseCorrection(op="insert", visit=1, dart=4, to="1"),
    CaseCorrection(op="change", visit=1, dart=1),
])  # fmt: skip
def test_a_correction_of_nothing_is_refused(order: CaseCorrection) -> None:
    """A visit or dart that is not there, or a missing bed, raises."""
    with pytest.raises(RulesError, match="correction 1"):
        corrected_visits(VISITS, [order])
    with pytest.raises(RulesError, match="total"):
        corrected_visits([CaseVisit(player="A", points=60)], [CaseCorrection(op="insert", visit=1, dart=1, to="1")])
