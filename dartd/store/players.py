"""Players: who throws. A deleted one is inactive and can be brought back, because the throws stay."""

from typing import Any

import sqlalchemy as sa

from dartd.store.entity import Entity
from dartd.store.tables import photos, players, throws, visits

Row = Any


def _delete_photo(connection: sa.Connection, before: Row, after: Row) -> None:
    if after is None:
        connection.execute(sa.delete(photos).where(photos.c.player_id == before.player_id))


PLAYERS = Entity(
    "player",
    players,
    sorts=("name", "created_at", "updated_at"),
    filters={
        "group": lambda group: players.c.group_name == group,
        "search": lambda part: players.c.name.icontains(part, autoescape=True),
    },
    on_delete={"active": False, "badge_id": None, "photo": None, "version": players.c.version + 1},
    after_write=_delete_photo,
)


def find_badge(connection: sa.Connection, badge_id: str) -> Row:
    """Read the active player of a badge."""
    held = (players.c.badge_id == badge_id, players.c.deleted.is_(False), players.c.active.is_(True))
    return connection.execute(sa.select(players).where(*held)).first()


def visible_to(player_id: str) -> sa.ColumnElement[bool]:
    """Return the condition for the players that a player may read: themselves, and those that are shared."""
    return sa.or_(players.c.player_id == player_id, players.c.shared.is_(True))


def figures_of(connection: sa.Connection, player_id: str) -> Row:
    """Add up a player's throws and visits: `throws`, `points`, `visits`, `best_visit`."""
    thrown = sa.select(sa.func.count().label("throws"), sa.func.coalesce(sa.func.sum(throws.c.points), 0).label("points"))
    thrown = thrown.where(throws.c.player_id == player_id, throws.c.state.not_in(("deleted", "extra")))
    made = sa.select(sa.func.count().label("visits"), sa.func.coalesce(sa.func.max(visits.c.total), 0).label("best_visit"))
    one, two = thrown.subquery(), made.where(visits.c.player_id == player_id).subquery()
    return connection.execute(sa.select(one, two).select_from(one.join(two, sa.true()))).one()
