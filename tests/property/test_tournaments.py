"""Draws of every size: each pair once, every seat legal, byes to the best seeds, players of one group apart."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.tournament.crossing import crossed_seats, meeting_round
from dartd.tournament.draw import draw
from dartd.tournament.progress import is_bye, settled, status_of
from tests.support.tournaments import finished, make_tournament


@pytest.mark.parametrize("count", range(3, 21))
def test_round_robin_has_every_pair_once(count: int) -> None:
    """Twice with the sides swapped if everybody plays twice; each plays once a round at most."""
    for twice in (False, True):
        tournament = make_tournament("round_robin", count, double_round=twice)
        fixtures = draw(tournament, range(count), "x", tournament.created_at).fixtures
        pairs = [(one.entrant, other.entrant) for one, other in (each.sides for each in fixtures)]
        rounds: dict[int, list[int | None]] = {}
        for each in fixtures:
            rounds.setdefault(each.round, []).extend(side.entrant for side in each.sides)

        assert len(set(pairs)) == len(pairs) == count * (count - 1) // (1 if twice else 2)
        assert len({frozenset(pair) for pair in pairs}) == count * (count - 1) // 2
        assert all(len(players) == len(set(players)) for players in rounds.values())


@pytest.mark.parametrize("count", range(2, 65))
def test_knockout_of_any_size_is_legal(count: int) -> None:
    """Byes are those of the best seeds, the two best meet in the final only, and the favourites win to the end."""
    tournament = make_tournament("knockout", count, third_place=count >= 4)
    fixtures = settled(tournament, draw(tournament, range(count), "x", tournament.created_at).fixtures, tournament.created_at)
    byes = {
        side.entrant for each in fixtures.values() if is_bye(each) and each.round == 1 for side in each.sides if side.entrant is not None
    }
    size = 1 << (count - 1).bit_length()
    seats = [side.entrant for each in fixtures.values() if each.round == 1 and each.stage == "knockout" for side in each.sides]
    rounds = {each.round for each in fixtures.values()}
    final = None
    while any(each.status != "finished" for each in fixtures.values()):
        each = next(each for each in fixtures.values() if each.status != "finished" and all(side.players for side in each.sides))
        one, other = (side.entrant or 0 for side in each.sides)
        final = {one, other} if each.stage == "knockout" else final
        fixtures[each.fixture_id] = finished(each, 0 if one < other else 1)
        fixtures = settled(tournament, list(fixtures.values()), tournament.created_at)

    assert byes == set(range(size - count))
    assert sorted(each for each in seats if each is not None) == list(range(count))
    assert len(rounds) == (count - 1).bit_length()
    assert (final, status_of(tournament, fixtures.values())) == ({0, 1}, "finished")
    third = [each for each in fixtures.values() if each.stage == "third_place"]
    assert [{side.entrant for side in each.sides if side.entrant is not None} for each in third] == (
        [{2, 3} if count > 3 else set()] if third else []
    )


@given(groups=st.integers(1, 16), advance=st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_players_of_a_group_are_kept_apart(groups: int, advance: int) -> None:
    """Every rank of every group has one seat; the first two of a group can meet in the final only."""
    if groups * advance < 2:
        return
    seats = crossed_seats(groups, advance)
    leaves = {seat: 2 * at + k for at, pair in enumerate(seats) for k, seat in enumerate(pair) if seat is not None}
    last = (len(seats) * 2 - 1).bit_length()

    assert sorted(leaves) == [(group, rank) for group in range(groups) for rank in range(1, advance + 1)]
    if advance >= 2:
        assert {meeting_round(leaves[group, 1], leaves[group, 2]) for group in range(groups)} == {last}


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_any_results_end_with_a_winner(data: st.DataObject) -> None:
    """Whatever the results, walkovers and withdrawals, a knockout ends, and settling again changes nothing."""
    count = data.draw(st.integers(2, 12))
    tournament = make_tournament("knockout", count)
    fixtures = settled(tournament, draw(tournament, range(count), "x", tournament.created_at).fixtures, tournament.created_at)
    gone = data.draw(st.sets(st.integers(0, count - 1), max_size=count - 1))
    if gone:
        entrants = tuple(msgspec.structs.replace(each, withdrawn=k in gone) for k, each in enumerate(tournament.entrants))
        tournament = msgspec.structs.replace(tournament, entrants=entrants)
        fixtures = settled(tournament, list(fixtures.values()), tournament.created_at)
    while waiting := [each for each in fixtures.values() if each.status != "finished" and all(side.players for side in each.sides)]:
        chosen = data.draw(st.sampled_from(waiting))
        fixtures[chosen.fixture_id] = finished(chosen, data.draw(st.integers(0, 1)))
        fixtures = settled(tournament, list(fixtures.values()), tournament.created_at)
    last = max(fixtures.values(), key=lambda each: each.round)

    assert all(each.status == "finished" for each in fixtures.values())
    assert last.result is not None
    assert last.result.winner is not None
    assert last.sides[last.result.winner].entrant not in gone
    assert settled(tournament, list(fixtures.values()), "later") == fixtures
