"""The tables of a tournament."""

from fractions import Fraction

import msgspec

from dartd.tournament.table import averages_of, group_table, knockout_table, ladder_order, results_of, standings
from schemas.tournament import Tournament
from tests.support.tournaments import drawn_fixtures, finished, make_fixture, make_tournament


def _withdrawn(tournament: Tournament, entrant: int) -> Tournament:
    entrants = tuple(msgspec.structs.replace(each, withdrawn=k == entrant) for k, each in enumerate(tournament.entrants))
    return msgspec.structs.replace(tournament, entrants=entrants)


def test_three_who_beat_each_other_share_a_rank_until_a_play_off() -> None:
    """Nothing separates them; the play-off does, and who withdrew is last."""
    tournament = make_tournament("round_robin", 4)
    wins = {(0, 1): 0, (1, 2): 0, (0, 2): 1}
    fixtures = []
    for each in drawn_fixtures(tournament):
        pair = tuple(side.entrant or 0 for side in each.sides)
        low, high = min(pair), max(pair)
        best = low if high == 3 else (low, high)[wins[low, high]]
        fixtures.append(finished(each, pair.index(best)))
    play_off = finished(make_fixture(2, 0, stage="play_off"), 0)

    assert [(each.row.rank, each.entrant) for each in standings(tournament, fixtures)] == [(1, 0), (1, 1), (1, 2), (4, 3)]
    assert [(each.row.rank, each.entrant) for each in group_table(tournament, [*fixtures, play_off], 1)] == [(1, 2), (2, 1), (3, 0), (4, 3)]
    assert [each.entrant for each in standings(_withdrawn(tournament, 0), fixtures)] == [1, 2, 3, 0]


def test_knockout_is_ranked_by_rounds() -> None:
    """The finalists first, then those who lost before, who share a rank."""
    tournament = make_tournament("knockout", 4)
    semis, final = drawn_fixtures(tournament)[:2], make_fixture(0, 1, stage="knockout", round=2)
    fixtures = [*(finished(each, 0) for each in semis), finished(final, 1)]

    assert [(each.row.rank, each.entrant) for each in knockout_table(tournament, fixtures)] == [(1, 1), (2, 0), (3, 2), (3, 3)]
    assert [each.entrant for each in standings(tournament, fixtures)] == [1, 0, 2, 3]


def test_challenger_takes_the_place_of_the_ladder() -> None:
    """In the order in which the challenges ended; who loses stays where they are."""
    tournament = make_tournament("ladder", 4)
    won = finished(make_fixture(3, 1, fixture_id="f1", stage="challenge"), 0, at="1")
    lost = finished(make_fixture(1, 0, fixture_id="f2", stage="challenge"), 1, at="2")

    assert ladder_order(tournament, [lost, won]) == [0, 3, 1, 2]
    assert [each.row.rank for each in standings(tournament, [won])] == [1, 2, 3, 4]


def test_void_results_and_walkovers_have_no_average() -> None:
    """Averages are of all darts of the fixtures that count."""
    counted, void = finished(make_fixture(0, 1), 0), finished(make_fixture(0, 2, void=True), 1)

    assert results_of([counted, void]) == [("0", "1", 2, 0)]
    assert averages_of([counted, void]) == {"0": Fraction(3 * 202, 12), "1": Fraction(3 * 202, 12)}
