"""The draw of a tournament; tests/property/test_tournaments.py draws every size."""

import pytest

from dartd.game.rules import RulesError
from dartd.tournament.draw import check_drawable, draw, groups_of, letter, round_name, seated
from schemas.tournament import FixtureSide
from tests.support.tournaments import AT, make_tournament


def test_groups_are_dealt_forwards_and_backwards() -> None:
    """So that they are of equal strength."""
    assert groups_of(range(8), 4) == [[0, 7], [1, 6], [2, 5], [3, 4]]


def test_lists_are_groups_rounds_and_third_place() -> None:
    """In the order in which they are played; a ladder has one list without fixtures."""
    tournament = make_tournament("groups_knockout", 8, groups=2, third_place=True)
    drawn = draw(tournament, range(8), "x", AT)
    ladder = draw(make_tournament("ladder", 3), range(3), "x", AT)

    assert [(each.name, each.type) for each in drawn.lists] == [
        ("Group A", "group"), ("Group B", "group"), ("Semi-finals", "round"), ("Third place", "round"), ("Final", "round"),
    ]  # fmt: skip
    assert [each.stage for each in drawn.fixtures] == ["group"] * 12 + ["knockout"] * 2 + ["third_place", "knockout"]
    assert len({each.fixture_id for each in drawn.fixtures}) == 16
    assert ([each.name for each in ladder.lists], ladder.fixtures) == (["Ladder"], [])
    assert (round_name(8), round_name(1), letter(2), letter(27)) == ("Last 16", "Final", "B", "27")


@pytest.mark.parametrize(
    ("kind", "count", "given", "field"),
    [
        ("knockout", 1, {}, "$.entrants"),
        ("groups_knockout", 8, {"groups": 5}, "$.groups"),
        ("groups_knockout", 9, {"groups": 3, "advance": 4}, "$.groups"),
        ("groups_knockout", 4, {"groups": 1, "advance": 1}, "$.advance"),
        ("round_robin", 64, {}, "$.groups"),
    ],
)
def test_what_cannot_be_drawn_is_refused(kind: str, count: int, given: dict[str, int], field: str) -> None:
    """With the path of what is wrong."""
    with pytest.raises(RulesError) as refused:
        check_drawable(make_tournament(kind, count, **given))  # type: ignore[arg-type]  # of the table above

    assert refused.value.details["field"] == field


def test_seated_side_has_the_player() -> None:
    """The name is that of a guest."""
    tournament = make_tournament("knockout", 2)
    side = seated(FixtureSide(side=1, bye=True), 1, tournament.entrants)

    assert (side.entrant, side.name, side.players[0].name, side.bye) == (1, "P1", "P1", False)
