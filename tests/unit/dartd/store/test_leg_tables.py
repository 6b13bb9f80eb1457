"""The tables of what players did in legs."""

from dartd.store.leg_tables import FIGURES, SHOWN_FIGURES, leg_beds, player_legs
from dartd.store.tables import METADATA


def test_tables_are_part_of_every_store() -> None:
    """What series show of a leg is a figure of it, and a bed is of a leg by the same key."""
    assert METADATA.tables["leg_beds"] is leg_beds
    assert set(SHOWN_FIGURES) < set(FIGURES)
    assert [column.name for column in player_legs.primary_key] == [column.name for column in leg_beds.primary_key][:-1]
