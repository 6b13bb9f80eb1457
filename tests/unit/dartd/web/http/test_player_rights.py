"""What callers may read about a player."""

import httpx2
import pytest

from tests.support.people import bearer, log_in_as, make_player
from tests.support.station import TOKEN, Station


@pytest.mark.parametrize(
    ("caller", "player", "status"),
    [
        ("anonymous", "ann", 401),
        ("player", "ann", 200),
        ("player", "bob", 403),
        ("player", "eve", 200),
        ("player", "none", 403),
        ("viewer", "bob", 200),
    ],
)
async def test_play_of_one_player_is_as_private_as_the_player(
    station: Station, http: httpx2.AsyncClient, caller: str, player: str, status: int
) -> None:
    """A list that is filtered by player, the profile, and the name of the player at the board have the same readers."""
    for player_id in ("ann", "bob", "eve"):
        await make_player(station, player_id=player_id, shared=player_id == "eve")
    headers = {} if caller == "anonymous" else await log_in_as(station, caller, player_id="ann")
    if player != "none":
        await http.put("/api/v1/board/player", json={"player_id": player}, headers=bearer(TOKEN))
    lists = [(await http.get(f"/api/v1/{what}?player_id={player}", headers=headers)).status_code for what in ("throws", "visits")]
    profile = (await http.get(f"/api/v1/players/{player}", headers=headers)).status_code
    signed_on = (await http.get("/api/v1/board/player", headers=headers)).json()

    assert lists == [status] * 2
    assert profile == status
    assert signed_on["name"] == (player if status == 200 else None)
    assert (await http.get("/api/v1/throws", headers=headers)).status_code == 200
