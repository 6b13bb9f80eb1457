"""How a tournament goes on."""

import msgspec

from dartd.tournament.progress import dependents, has_begun, is_bye, legs_needed, settled, status_of, walkover
from schemas.tournament import Fixture, Tournament
from tests.support.tournaments import AT, drawn_fixtures, finished, make_fixture, make_tournament


def _settled(tournament: Tournament, fixtures: list[Fixture]) -> list[Fixture]:
    return list(settled(tournament, fixtures, AT).values())


def _withdrawn(tournament: Tournament, entrant: int) -> Tournament:
    entrants = tuple(msgspec.structs.replace(each, withdrawn=k == entrant) for k, each in enumerate(tournament.entrants))
    return msgspec.structs.replace(tournament, entrants=entrants)


def test_winner_gets_the_seat_and_a_correction_gives_it_to_another() -> None:
    """As long as the fixture has not begun; one that was called waits again when its player is unknown."""
    tournament = make_tournament("knockout", 4)
    one, other, final = _settled(tournament, drawn_fixtures(tournament))
    after = _settled(tournament, [finished(one, 0), finished(other, 1), msgspec.structs.replace(final, status="scheduled")])
    called = msgspec.structs.replace(after[2], status="called", board_id="b1")
    changed = _settled(tournament, [finished(one, 1), after[1], called])
    reopened = _settled(tournament, [msgspec.structs.replace(one, status="playing"), after[1], called])
    begun = _settled(tournament, [finished(one, 1), after[1], msgspec.structs.replace(called, status="playing")])

    assert [side.entrant for side in after[2].sides] == [0, 2]
    assert ([side.entrant for side in changed[2].sides], changed[2].status) == ([3, 2], "called")
    assert ([side.entrant for side in reopened[2].sides], reopened[2].status, reopened[2].board_id) == ([None, 2], "scheduled", None)
    assert [side.entrant for side in begun[2].sides] == [0, 2]
    assert (dependents(one, [one, other, final]), has_begun(begun[2]), has_begun(final)) == ([final], True, False)


def test_results_of_who_withdraws_early_are_void() -> None:
    """Open fixtures are walkovers; from half of the group on results count."""
    tournament = make_tournament("round_robin", 4)
    fixtures = drawn_fixtures(tournament)
    mine = [k for k, each in enumerate(fixtures) if any(side.entrant == 3 for side in each.sides)]
    found = {}
    for played in (1, 2):
        some = [finished(each, 0) if k in mine[:played] else each for k, each in enumerate(fixtures)]
        after = _settled(_withdrawn(tournament, 3), some)
        found[played] = [(each.status, each.walkover, each.void) for each in after if any(side.entrant == 3 for side in each.sides)]

    assert found[1] == [("finished", False, True), ("finished", True, True), ("finished", True, True)]
    assert found[2] == [("finished", False, False)] * 2 + [("finished", True, False)]


def test_seats_of_a_group_wait_until_its_ranks_are_known() -> None:
    """A shared rank leaves the seat open."""
    tournament = make_tournament("groups_knockout", 6, groups=2, advance=1)
    fixtures = drawn_fixtures(tournament)
    group = [each for each in fixtures if each.group == 1]
    open_seats = _settled(tournament, fixtures)[-1]
    best = min(side.entrant or 0 for each in group for side in each.sides)
    won = [
        finished(each, [side.entrant for side in each.sides].index(best)) if best in {s.entrant for s in each.sides} else finished(each, 0)
        for each in group
    ]
    after = _settled(tournament, [*won, *(each for each in fixtures if each.group != 1)])[-1]
    level = [finished(each, 0, (1, 1)) for each in group]
    drawn = [msgspec.structs.replace(each, result=msgspec.structs.replace(each.result, winner=None, draw=True)) for each in level]  # type: ignore[type-var]  # finished ones have a result
    shared = _settled(tournament, [*drawn, *(each for each in fixtures if each.group != 1)])[-1]

    assert [side.entrant for side in open_seats.sides] == [None, None]
    assert [side.entrant for side in after.sides] == [best, None]
    assert [side.entrant for side in shared.sides] == [None, None]


def test_walkover_is_won_by_the_legs_that_are_needed() -> None:
    """A bye has no legs; without a winner there are none either."""
    tournament = make_tournament("knockout", 3)
    bye = next(each for each in _settled(tournament, drawn_fixtures(tournament)) if is_bye(each))
    given = walkover(make_fixture(0, 1), 1, legs_needed(tournament, make_fixture(0, 1)), AT)

    assert (bye.status, bye.result and bye.result.legs, bye.walkover) == ("finished", (), True)
    assert (given.result and given.result.legs, legs_needed(None, make_fixture(0, 1))) == ((0, 2), 1)
    assert status_of(tournament, [bye, given]) == "finished"
