"""Names of games in requests."""

import httpx2
import pytest

from tests.support.people import log_in_as
from tests.support.station import Station


@pytest.mark.parametrize(
    "path",
    ["matches?", "formats?", "formats/search?q=501&", "leaderboard?", "players/p_ada/statistics?", "performance?player_id=p_ada&"],
    ids=lambda path: path,
)
async def test_unknown_game_is_refused_with_those_there_are(station: Station, http: httpx2.AsyncClient, path: str) -> None:
    """A misspelt name must not look like a game that was never played."""
    admin = await log_in_as(station, "admin")
    await http.post("/api/v1/players", json={"player_id": "p_ada", "name": "Ada"}, headers=admin)
    refused = await http.get(f"/api/v1/{path}game=501", headers=admin)
    found = await http.get(f"/api/v1/{path}game=x01", headers=admin)

    assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, "game")
    assert "x01, cricket" in refused.json()["error"]["message"]
    assert found.status_code == 200
