"""Profiles of players as boards of a venue send them to each other: as GET answers them, less what is of one board.

Badges are of a board: two boards may have given the same one. Photos stay with the boards.
"""

from collections.abc import Collection
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.tables import players
from dartd.store.timestamps import seconds_of_timestamp, timestamp_of
from schemas.api.players import Player, PlayerBoards, PlayerPreferences
from schemas.codec import encode_json


def profiles(connection: sa.Connection, player_ids: Collection[str]) -> list[Player]:
    """Return the profiles of players that are there."""
    chosen = sa.select(players).where(players.c.player_id.in_(player_ids), players.c.deleted.is_(False))
    return [_profile(row) for row in connection.execute(chosen.order_by(players.c.player_id))]


def missing_ids(connection: sa.Connection, player_ids: Collection[str]) -> set[str]:
    """Return the ids that no player has or had here."""
    return set(player_ids) - set(connection.scalars(sa.select(players.c.player_id).where(players.c.player_id.in_(player_ids))))


def add_profile(connection: sa.Connection, player: Player) -> None:
    """Add a player of elsewhere."""
    connection.execute(sa.insert(players).values(_columns(player)))


def _profile(row: Any) -> Player:
    return Player(
        player_id=row.player_id,
        name=row.name,
        badge_id=None,
        group=row.group_name,
        skill_level=row.skill_level,
        boards=msgspec.json.decode(row.boards, type=PlayerBoards),
        preferences=msgspec.json.decode(row.preferences, type=PlayerPreferences),
        active=row.active,
        shared=row.shared,
        photo=None,
        created_at=timestamp_of(row.created_at_s),
        updated_at=timestamp_of(row.updated_at_s),
    )


def _columns(player: Player) -> dict[str, Any]:
    return {
        "player_id": player.player_id,
        "name": player.name,
        "group_name": player.group,
        "skill_level": player.skill_level,
        "boards": encode_json(player.boards).decode(),
        "preferences": encode_json(player.preferences).decode(),
        "active": player.active,
        "shared": player.shared,
        "deleted": False,
        "version": 1,
        "created_at_s": seconds_of_timestamp(player.created_at),
        "updated_at_s": seconds_of_timestamp(player.updated_at),
    }
