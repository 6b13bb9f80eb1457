"""The visits at the board that belong to no match: a part of the projection `player_legs`. A career of matches has many others."""

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from dartd.store.projections.throws import latest_id
from dartd.store.tables import free_visits, match_visits, visits
from schemas.events import VisitCompleted

_CHANGED: Final = "free_visits.changed"  # key of what is noted with a connection
_COLUMNS: Final = ("visit_id", "player_id", "at_s", "total")


def note_visits(connection: sa.Connection, visit_ids: Iterable[str]) -> None:
    """Note the visits that are to be looked at again."""
    connection.info.setdefault(_CHANGED, set()).update(visit_ids)


def note_completed(connection: sa.Connection, event: VisitCompleted, seq: int) -> None:
    """Note the visit of an event, whose row is in the table of visits already."""
    by_seq = None if event.revised else connection.scalar(sa.select(visits.c.visit_id).where(visits.c.seq == seq))
    note_visits(connection, [by_seq or latest_id(connection, visits.c.visit_id, event.visit_id)])


def settle_visits(connection: sa.Connection) -> None:
    """Store those of the noted visits that have a player and belong to no match as they stand, and delete the others."""
    changed: set[str] = connection.info.pop(_CHANGED, set())
    if not changed:
        return
    connection.execute(sa.delete(free_visits).where(free_visits.c.visit_id.in_(changed)))
    of_match = sa.exists().where(match_visits.c.visit_id == visits.c.visit_id)
    stored = sa.select(*(visits.c[name] for name in _COLUMNS)).where(visits.c.visit_id.in_(changed))
    free = stored.where(visits.c.player_id.is_not(None), ~of_match)
    connection.execute(sa.insert(free_visits).from_select(_COLUMNS, free))


def rename_player(connection: sa.Connection, player_id: str, into_player_id: str) -> None:
    """Give the visits of a player to another."""
    connection.execute(sa.update(free_visits).where(free_visits.c.player_id == player_id).values(player_id=into_player_id))


def drop_visits(connection: sa.Connection, player_id: str) -> None:
    """Delete the visits of a player."""
    connection.execute(sa.delete(free_visits).where(free_visits.c.player_id == player_id))
