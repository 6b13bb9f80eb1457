"""Photos of players."""

import asyncio
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dartd.store.database import Database
from dartd.store.photos import Photo, get_photo, put_photo
from dartd.store.players import PLAYERS

PHOTO = Photo(media_type="image/png", body=b"\x89PNG")


async def test_photo_is_kept_replaced_and_forgotten_with_its_player(tmp_path: Path) -> None:
    """The player's row has a fingerprint of what is there; without a player there is nothing to keep."""
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    plain: dict[str, Any] = {"name": "Ann", "badge_id": None, "group_name": None, "skill_level": None, "boards": "{}", "active": True}
    player = {**plain, "player_id": "ann", "shared": False, "created_at_s": 1.0, "updated_at_s": 1.0}

    def live(connection: sa.Connection) -> list[object]:
        PLAYERS.insert(connection, player)
        marks: list[object] = [put_photo(connection, "eve", PHOTO, at_s=2.0)]
        for photo in (PHOTO, Photo(media_type="image/jpeg", body=b"\xff\xd8"), None, PHOTO):
            marks += [put_photo(connection, "ann", photo, at_s=2.0).photo, get_photo(connection, "ann") == photo]
        PLAYERS.delete(connection, "ann", at_s=3.0)
        return [*marks, get_photo(connection, "ann")]

    unknown, first, *rest = await database.change(live)
    await asyncio.to_thread(database.close)

    assert unknown is None
    assert isinstance(first, str)
    assert rest[1] not in {None, first}
    assert [rest[0], *rest[2:]] == [True, True, None, True, first, True, None]
