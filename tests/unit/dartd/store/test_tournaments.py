"""Tournaments, lists and fixtures as entities."""

import sqlalchemy as sa

from dartd.store.listing import PageRequest
from dartd.store.projections.tournaments import PROJECTION
from dartd.store.tournaments import FIXTURES, LISTS, TOURNAMENTS
from tests.support.projections import follow
from tests.support.tournaments import added, make_fixture, make_list, make_tournament


def test_entities_are_found_by_their_filters(core: sa.Connection) -> None:
    """Fixtures in the order of their positions."""
    follow(core, PROJECTION, added("tournament", make_tournament("ladder", 2)), added("list", make_list()))
    for k in (2, 1):
        follow(core, PROJECTION, added("fixture", make_fixture(0, 1, fixture_id=f"f{k}", position=k)))

    assert [each.fixture_id for each in FIXTURES.page(core, PageRequest(), {"list_id": "l1"}).rows] == ["f1", "f2"]
    assert [TOURNAMENTS.page(core, PageRequest(), {"format": kind}).total for kind in ("ladder", "knockout")] == [1, 0]
    assert LISTS.page(core, PageRequest(), {"tournament_id": "t1", "type": "round"}).total == 1
