"""`/api/v1/board`."""

from pathlib import Path

import httpx2
import pytest

from tests.support.http_client import http_client
from tests.support.people import bearer, log_in_as, make_player
from tests.support.station import TOKEN, Station, running_station
from tests.support.throws import hit


async def test_the_board_is_shown_to_anonymous_callers(station: Station, http: httpx2.AsyncClient) -> None:
    """The snapshot, as the WebSocket sends it."""
    await station.happen(hit())
    board = (await http.get("/api/v1/board")).json()

    assert (board["event_type"], board["last_seq"], board["visit"]["total"]) == ("snapshot", 1, 60)


async def test_a_reset_is_answered_when_it_is_journalled(station: Station, http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """The answer names the seq of what came of it, and that is in the journal already."""
    await station.happen(hit())
    answer = await http.post("/api/v1/board/reset", headers=operator)
    journalled = await station.journal.read(1, 10)

    assert (answer.status_code, answer.json()["seq"], answer.json()["last_seq"]) == (200, [2], 2)
    assert [seq for seq, _, _ in journalled] == [2]


async def test_a_repeated_command_is_done_once(station: Station, http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """With an Idempotency-Key; the audit log has it once, and one that was refused may be tried again."""
    key = {**operator, "Idempotency-Key": "one"}
    answers = [await http.post("/api/v1/board/reset", headers=key) for _ in range(2)]
    other = {**operator, "Idempotency-Key": "two"}
    tries = [await http.post("/api/v1/board/start", headers=other)]
    await http.post("/api/v1/board/stop", headers=operator)
    tries.append(await http.post("/api/v1/board/start", headers=other))
    entries = (await http.get("/api/v1/audit?action=board.reset", headers=await log_in_as(station, "admin"))).json()["data"]

    assert [answer.json() for answer in answers] == [answers[0].json()] * 2
    assert (answers[1].headers["idempotency-replayed"], station.hub.last_seq, len(entries)) == ("true", 3, 1)
    assert [answer.status_code for answer in tries] == [409, 200]


async def test_stop_and_start(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """Detection goes off and on; what is so already is a conflict."""
    answers = [await http.post(f"/api/v1/board/{action}", headers=operator) for action in ("stop", "start", "start")]

    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert [answer.json().get("status") for answer in answers] == ["stopped", "throw", None]
    assert answers[2].json()["error"]["code"] == "STATE_CONFLICT"


@pytest.mark.slow
@pytest.mark.parametrize("action", ["start", "stop", "reset", "calibrate"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_commands_need_the_token(station: Station, http: httpx2.AsyncClient, action: str, headers: dict[str, str]) -> None:
    """Without it nothing happens."""
    answer = await http.post(f"/api/v1/board/{action}", headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"], station.hub.last_seq) == (401, "AUTH_INVALID_TOKEN", 0)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.slow
async def test_who_is_signed_on_stays_over_a_restart(tmp_path: Path) -> None:
    """By badge; a deleted player throws no more, also after a restart."""
    player_ids = []
    for step in ("badge", "look", "delete", "look"):
        async with running_station(tmp_path) as station, http_client(station.http) as http:
            if step == "badge":
                await make_player(station, player_id="ann", badge_id="b-1")
                await http.put("/api/v1/board/player", json={"badge_id": "b-1"}, headers=bearer(TOKEN))
            if step == "delete":
                await http.delete("/api/v1/players/ann", headers=bearer(TOKEN))
            player_ids.append((await http.get("/api/v1/board/player")).json()["player_id"])
            await station.happen(hit(f"d{len(player_ids)}"))
            player_ids.append((await http.get("/api/v1/throws?limit=1")).json()["data"][0]["player_id"])

    assert player_ids == ["ann", "ann", "ann", "ann", None, None, None, None]
