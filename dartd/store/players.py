"""Players: who throws. A deleted one is hidden, for the throws stay."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from dartd.errors import AlreadyExistsError, ConflictError
from dartd.store.listing import Listing, Page, PageRequest
from dartd.store.tables import photos, players, throws, visits

PLAYERS = Listing(
    players,
    players.c.player_id,
    {"name": players.c.name, "created_at": players.c.created_at_s, "updated_at": players.c.updated_at_s},
    default="name",
)

Row = Any


def insert_player(connection: sa.Connection, values: dict[str, object]) -> Row:
    """Keep a new player and give the row.

    Raises:
        AlreadyExistsError: the id or the badge is taken.
    """
    try:
        connection.execute(sa.insert(players).values(version=1, deleted=False, **values))
    except IntegrityError as error:
        taken = "badge_id" if "badge_id" in str(error.orig) else "player_id"
        raise AlreadyExistsError(
            f"there is a player with {taken} {values[taken]!r} already", field=taken, **{taken: values[taken]}
        ) from error
    return get_player(connection, str(values["player_id"]))


def get_player(connection: sa.Connection, player_id: str) -> Row:
    """Read a player; None when there is none, or none any more."""
    return connection.execute(sa.select(players).where(players.c.player_id == player_id, players.c.deleted.is_(False))).first()


def find_badge(connection: sa.Connection, badge_id: str) -> Row:
    """Read the active player of a badge."""
    held = (players.c.badge_id == badge_id, players.c.deleted.is_(False), players.c.active.is_(True))
    return connection.execute(sa.select(players).where(*held)).first()


def list_players(
    connection: sa.Connection,
    ask: PageRequest,
    *,
    active: bool | None = None,
    group: str | None = None,
    search: str | None = None,
    visible_to: str | None = None,
) -> Page:
    """Read a page of players; `search` is a part of the name, `visible_to` a player who sees himself and those that are shared."""
    where: list[sa.ColumnElement[bool]] = [players.c.deleted.is_(False)]
    if active is not None:
        where.append(players.c.active.is_(active))
    if group is not None:
        where.append(players.c.group_name == group)
    if search is not None:
        where.append(players.c.name.icontains(search, autoescape=True))
    if visible_to is not None:
        where.append(sa.or_(players.c.player_id == visible_to, players.c.shared.is_(True)))
    return PLAYERS.page(connection, ask, where)


def update_player(connection: sa.Connection, player_id: str, changes: dict[str, object], *, at_s: float, version: int | None = None) -> Row:
    """Change a player and give the row as it is then; None when there is none.

    Raises:
        AlreadyExistsError: the badge is another player's.
        ConflictError: it is not of this version any more.
    """
    before = get_player(connection, player_id)
    if before is None:
        return None
    if version not in {None, before.version}:
        raise ConflictError("it was changed meanwhile; read it again", code="PRECONDITION_FAILED", version=before.version)
    change = sa.update(players).where(players.c.player_id == player_id).values(version=before.version + 1, updated_at_s=at_s, **changes)
    try:
        connection.execute(change)
    except IntegrityError as error:
        badge_id = changes.get("badge_id")
        raise AlreadyExistsError(f"the badge {badge_id!r} is another player's", field="badge_id", badge_id=badge_id) from error
    return get_player(connection, player_id)


def delete_player(connection: sa.Connection, player_id: str, *, at_s: float) -> bool:
    """Hide a player, free the badge and forget the photo; False when there is none."""
    connection.execute(sa.delete(photos).where(photos.c.player_id == player_id))
    gone = sa.update(players).where(players.c.player_id == player_id, players.c.deleted.is_(False))
    return bool(connection.execute(gone.values(deleted=True, active=False, badge_id=None, photo=None, updated_at_s=at_s)).rowcount)


def figures_of(connection: sa.Connection, player_id: str) -> Row:
    """Add up a player's throws and visits: `throws`, `points`, `visits`, `best_visit`."""
    thrown = sa.select(sa.func.count().label("throws"), sa.func.coalesce(sa.func.sum(throws.c.points), 0).label("points"))
    thrown = thrown.where(throws.c.player_id == player_id, throws.c.state.not_in(("deleted", "extra")))
    made = sa.select(sa.func.count().label("visits"), sa.func.coalesce(sa.func.max(visits.c.total), 0).label("best_visit"))
    one, two = thrown.subquery(), made.where(visits.c.player_id == player_id).subquery()
    return connection.execute(sa.select(one, two).select_from(one.join(two, sa.true()))).one()
