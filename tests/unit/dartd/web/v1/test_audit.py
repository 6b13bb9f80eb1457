"""`/api/v1/audit`."""

import httpx2

from tests.support.people import log_in_as
from tests.support.station import Station


async def test_entries_are_shown_to_admins(station: Station, http: httpx2.AsyncClient) -> None:
    """User, action, time and request; commands of the board as well."""
    admin = await log_in_as(station, "admin")
    made = await http.post("/api/v1/players", json={"player_id": "ann", "name": "Ann"}, headers=admin)
    await http.post("/api/v1/board/reset", headers=admin)
    entries = (await http.get("/api/v1/audit", headers=admin)).json()["data"]
    filtered = (await http.get("/api/v1/audit?entity_type=player", headers=admin)).json()["data"]

    assert [(each["action"], each["entity_id"]) for each in entries] == [("board.reset", "main"), ("player.create", "ann")]
    assert filtered == entries[1:]
    assert entries[1]["trace_id"] == made.headers["x-request-id"]
