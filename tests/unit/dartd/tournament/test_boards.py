"""Which fixtures free boards take by themselves; any order of things is in tests/property/test_venue_fixtures.py."""

import msgspec

from dartd.tournament.boards import AssignBoard, BeginFixture, moves_of
from tests.support.tournaments import make_fixture, make_list

_QUEUES = [make_list(list_id=f"q{k}", name=f"b{k}", type="board_queue") for k in (1, 2)]


def test_free_boards_get_fixtures_whose_players_are_free() -> None:
    """In the order in which they were called; a board without a queue gets none."""
    fixtures = [
        make_fixture(0, 1, fixture_id="f1", status="called", called_at="2"),
        make_fixture(0, 2, fixture_id="f2", status="called", called_at="1"),
        make_fixture(1, 3, fixture_id="f3", status="called", called_at="3"),
    ]

    assert moves_of(_QUEUES, fixtures, ["b1", "b2", "b3"]) == [AssignBoard("t1", "b1"), AssignBoard("t1", "b2")]
    assert moves_of(_QUEUES, fixtures[:2], ["b1", "b2"]) == [AssignBoard("t1", "b1")]
    assert moves_of(_QUEUES[1:], fixtures, ["b1", "b3"]) == []
    assert moves_of([msgspec.structs.replace(_QUEUES[0], tournament_id=None)], fixtures, ["b1"]) == []


def test_assigned_fixture_is_begun_first() -> None:
    """Also one that a person assigned; not while one of its players plays, and not at a board that is at play or asked."""
    assigned = make_fixture(0, 1, fixture_id="f1", status="called", board_id="b1", assigned_at="1")
    waiting = make_fixture(2, 3, fixture_id="f2", status="called", called_at="1")
    playing = make_fixture(0, 4, fixture_id="f3", status="playing", board_id="b2", match_id="m3")
    asked = make_fixture(5, 6, fixture_id="f4", status="called", board_id="b1", match_id="m4")

    assert moves_of(_QUEUES, [assigned, waiting], ["b1"]) == [BeginFixture(assigned)]
    assert moves_of(_QUEUES, [assigned, waiting, playing], ["b1", "b2"]) == []
    assert moves_of(_QUEUES, [asked, waiting], ["b1"]) == []
