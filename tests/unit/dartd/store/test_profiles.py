"""Profiles of players on their way to another board."""

from pathlib import Path

import httpx2
import pytest

from dartd.store.profiles import add_profile, missing_ids, profiles
from tests.support.people import bearer
from tests.support.station import TOKEN, running_station


@pytest.mark.slow
async def test_profile_is_the_same_at_another_board(tmp_path: Path) -> None:
    """As GET answers it there, less the badge, which is of one board; who was ever there is not added again."""
    given = {
        "player_id": "p1",
        "name": "Ada",
        "badge_id": "b-7",
        "group": "Club",
        "preferences": {"preferred_doubles": ["D16"]},
        "shared": True,
    }
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    async with (
        running_station(tmp_path / "one") as one,
        running_station(tmp_path / "other") as other,
        httpx2.AsyncClient(headers=bearer(TOKEN)) as http,
    ):
        await http.post(f"{one.http}/api/v1/players", json=given)
        found = await one.journal.database.read(lambda connection: profiles(connection, {"p1", "p2"}))
        missing = await other.journal.database.read(lambda connection: missing_ids(connection, {"p1", "p2"}))
        await other.journal.database.write(lambda connection: add_profile(connection, found[0]))
        left = await other.journal.database.read(lambda connection: missing_ids(connection, {"p1", "p2"}))
        await http.delete(f"{other.http}/api/v1/players/p1")
        deleted = await other.journal.database.read(lambda connection: missing_ids(connection, {"p1"}))
        await http.put(f"{other.http}/api/v1/players/p1", json={"active": True})
        answers = [(await http.get(f"{each.http}/api/v1/players/p1")).json() for each in (one, other)]

    assert (missing, left, deleted, len(found)) == ({"p1", "p2"}, {"p2"}, set(), 1)
    assert {**answers[0], "badge_id": None, "updated_at": None} == {**answers[1], "updated_at": None}
