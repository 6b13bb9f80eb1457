"""The players of a venue; tests/integration/test_venue.py has those of two boards."""

import asyncio
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dartd.central.players import PROJECTION
from dartd.store.database import Database
from dartd.store.tables import players
from schemas.events import EntityAdded, EntityDeleted, EntityUpdated, PlayerErased, PlayerMerged
from tests.support.projections import follow


def _said(player_id: str, name: str, kind: Any = EntityAdded) -> Any:
    """Return an event of a player, as a board publishes it."""
    times = dict.fromkeys(("created_at", "updated_at"), "2026-11-30T20:00:00.000Z")
    nothing = dict.fromkeys(("badge_id", "group", "skill_level", "photo"))
    flags = {"boards": {}, "preferences": {}, "active": True, "shared": False}
    payload: dict[str, Any] = {"player_id": player_id, "name": name, **flags, **nothing, **times}
    return kind(entity_type="player", entity_id=player_id, payload=payload, user_id="u")


async def test_players_are_as_the_boards_last_said(tmp_path: Path) -> None:
    """The last name must count, a deleted player be inactive, and one that was merged or erased be gone; other entities are none."""
    said = (
        *(_said(name, name.title()) for name in ("ann", "ben", "cem", "dan")),
        _said("ann", "Anna", EntityUpdated),
        EntityDeleted(entity_type="player", entity_id="ben", user_id="u"),
        PlayerMerged(player_id="cem", into_player_id="ann", user_id="u"),
        PlayerErased(player_id="dan", user_id="u"),
        EntityAdded(entity_type="player", entity_id="dan", payload={}, user_id="u"),
        EntityAdded(entity_type="zone", entity_id="z", payload={"name": "Zone"}, user_id="u"),
        EntityDeleted(entity_type="zone", entity_id="ann", user_id="u"),
    )
    columns = sa.select(players.c.player_id, players.c.name, players.c.active).order_by(players.c.player_id)
    database = await asyncio.to_thread(Database.open, tmp_path / "central.db")
    await database.change(lambda connection: follow(connection, PROJECTION, *said))
    rows = await database.query(lambda connection: connection.execute(columns).all())
    await asyncio.to_thread(database.close)

    assert [tuple(row) for row in rows] == [("ann", "Anna", True), ("ben", "Ben", False)]
