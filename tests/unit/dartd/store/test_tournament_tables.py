"""The tables of tournaments."""

from dartd.store.tables import METADATA
from dartd.store.tournament_tables import fixtures, lists, tournaments


def test_tables_are_part_of_every_store() -> None:
    """With times in seconds and a version."""
    assert [METADATA.tables[each.name] for each in (tournaments, lists, fixtures)] == [tournaments, lists, fixtures]
    assert {"version", "created_at_s", "sides", "group"} <= set(fixtures.c.keys())
