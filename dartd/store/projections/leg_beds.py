"""How often players hit each bed in each leg, and in how many visits: a part of the projection `player_legs`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from dartd.game.beds import read_bed
from dartd.store.tables import leg_beds, player_legs
from schemas.events import PlayedVisit

LEG_KEY: Final = ("match_id", "set_number", "leg_number", "side", "thrower")


def beds_of(visits: Iterable[PlayedVisit]) -> dict[int, tuple[int, int]]:
    """Return for each bed how often visits hit it, and how many of them did, by the code of the bed."""
    hits, with_hits = Counter[int](), Counter[int]()
    for visit in visits:
        codes = [read_bed(label) for label in visit.beds]
        hits.update(codes)
        with_hits.update(set(codes))
    return {bed: (count, with_hits[bed]) for bed, count in sorted(hits.items())}


def store_beds(connection: sa.Connection, legs: Iterable[tuple[Mapping[str, Any], Sequence[PlayedVisit]]]) -> None:
    """Insert the beds of legs: the row of each in `player_legs`, and its visits."""
    rows = [
        {**{name: row[name] for name in LEG_KEY}, "bed": bed, "hits": hits, "visits": with_hits}
        for row, visits in legs
        for bed, (hits, with_hits) in beds_of(visits).items()
    ]
    if rows:
        connection.execute(sa.insert(leg_beds), rows)


def hit(bed: int) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that a row of `leg_beds` is of a bed and of the leg of a row of `player_legs`."""
    return [*_same_leg(), leg_beds.c.bed == bed]


def drop_beds(connection: sa.Connection, player_id: str) -> None:
    """Delete the beds of all legs of a player, whose rows are there still."""
    connection.execute(sa.delete(leg_beds).where(sa.exists().where(*_same_leg(), player_legs.c.player_id == player_id)))


def _same_leg() -> list[sa.ColumnElement[bool]]:
    return [leg_beds.c[name] == player_legs.c[name] for name in LEG_KEY]
