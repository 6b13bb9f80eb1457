"""Whether a caller may read about a player, wherever a player is named: the same as for `/players/{player_id}`."""

from collections.abc import Iterable

import sqlalchemy as sa

from dartd.auth.principal import Principal
from dartd.store.players import PLAYERS, Row
from dartd.store.tables import players
from dartd.web.http.endpoint import Call
from dartd.web.http.problems import Problem, challenge

_PERMISSION = "players:read"


def may_read_player(principal: Principal, row: Row) -> bool:
    """Return whether the caller may read a player: any, or with `profile:own` themselves and shared ones."""
    if principal.may(_PERMISSION):
        return True
    return row is not None and principal.may("profile:own") and (row.player_id == principal.player_id or bool(row.shared))


def readable_names(connection: sa.Connection, principal: Principal, player_ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of those players whom the caller may read, by their ids."""
    asked = sorted({player_id for player_id in player_ids if player_id is not None})
    if not asked:
        return {}
    rows = connection.execute(sa.select(players).where(players.c.player_id.in_(asked), players.c.deleted.is_(False))).all()
    return {row.player_id: row.name for row in rows if may_read_player(principal, row)}


async def check_player_filter(call: Call, player_id: str | None) -> None:
    """Check that the caller may read the play of one player; None: no player is asked for.

    Raises:
        Problem: 401 without a token, else 403.
    """
    if player_id is None or call.principal.may(_PERMISSION):
        return
    row = await call.read(lambda connection: PLAYERS.get(connection, player_id)) if call.principal.may("profile:own") else None
    if may_read_player(call.principal, row):
        return
    if call.principal.is_anonymous:
        raise challenge(_PERMISSION)
    raise Problem(403, "AUTH_INSUFFICIENT_PERMISSIONS", "this is another player", details={"permission": _PERMISSION, "field": "player_id"})
