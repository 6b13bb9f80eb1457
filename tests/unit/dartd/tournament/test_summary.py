"""A tournament in figures."""

import msgspec

from dartd.tournament.summary import summary_of
from tests.support.tournaments import drawn_fixtures, finished, make_fixture, make_tournament


def test_summary_counts_fixtures_and_names_the_places() -> None:
    """Places are known once the tournament is finished."""
    tournament = make_tournament("knockout", 4)
    semis = [finished(each, 0) for each in drawn_fixtures(tournament)[:2]]
    running = summary_of(tournament, [*semis, make_fixture(0, 1, stage="knockout", round=2, status="called")])
    over = summary_of(
        msgspec.structs.replace(tournament, status="finished"), [*semis, finished(make_fixture(0, 1, stage="knockout", round=2), 1)]
    )

    assert [(each.name, each.called, each.finished) for each in running.entrants] == [
        ("P0", 1, 1),
        ("P1", 1, 1),
        ("P2", 0, 1),
        ("P3", 0, 1),
    ]
    assert (running.places, [(each.rank, each.name) for each in over.places]) == ((), [(1, "P1"), (2, "P0"), (3, "P2"), (3, "P3")])
