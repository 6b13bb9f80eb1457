"""Corrections over HTTP and WebSocket: of darts of the board and of darts by hand, with and without somebody who confirms them."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import websockets

from dartd.config import CorrectionsConfig
from dartd.play.imported import events_of_result, play_result, read_result
from dartd.store.journal import Journal
from schemas.base import BoardId
from tests.support.http_client import http_client
from tests.support.people import bearer, log_in_as, make_player
from tests.support.station import CONFIG, TOKEN, Station, running_station
from tests.support.websocket_client import WebSocketClient
from tests.unit.dartd.web.v1.test_matches import GUESTS, OPERATOR, Oche, post

OPPONENT = msgspec.structs.replace(CONFIG, corrections=CorrectionsConfig(confirm="opponent"))


async def ask(http: httpx2.AsyncClient, status: int = 201, *, headers: Any = OPERATOR, **body: Any) -> Any:
    """Ask for a correction and return the answer."""
    answer = await http.post("/api/v1/corrections", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def board_match(http: httpx2.AsyncClient, sides: Any = GUESTS) -> str:
    """Begin a match on the board."""
    return str((await post(http, "", {"rules": {"game": "x01"}, "sides": sides, "board_id": "main"}, 201))["match_id"])


async def remaining(http: httpx2.AsyncClient, match_id: str) -> list[int]:
    """Return the rests of a match."""
    match = (await http.get(f"/api/v1/matches/{match_id}")).json()
    return [side["score"]["remaining"] for side in match["sides"]]


async def test_images_of_a_corrected_dart_are_kept(station: Station, http: httpx2.AsyncClient) -> None:
    """With those of throws with feedback, and the accuracy has the dart as a failure."""
    oche, state_path = Oche(), station.services.config.state_path
    await board_match(http)
    await oche.visit_of(station, "T20", "S5", "S1")
    image = state_path / "images" / "main-d000001" / "cam0-after.jpg"
    await asyncio.to_thread(image.parent.mkdir, parents=True)
    await asyncio.to_thread(image.write_bytes, b"a picture")
    await ask(http, type="change", dart_id="main-d000001", label="T5")
    mode = (await http.get("/api/v1/accuracy")).json()["failure_modes"][0]

    assert await asyncio.to_thread((state_path / "feedback" / "main-d000001" / "cam0-after.jpg").read_bytes) == b"a picture"
    assert (mode["mode"], mode["throw_ids"]) == ("adjacent_sector", ["main-d000001"])


async def test_a_dart_of_the_board_is_corrected_in_throws_visits_and_match(station: Station, http: httpx2.AsyncClient) -> None:
    """The match is folded again, throw and visit have the bed, the correction is an entity with events, and the audit names the dart."""
    oche, match_id = Oche(), await board_match(http)
    await oche.visit_of(station, "T20", "S5", "S1")
    await oche.visit_of(station, "S20", "S20", "S20")
    made = await ask(http, type="change", dart_id="main-d000002", label="T5")
    throw = (await http.get("/api/v1/throws/main-d000002")).json()
    found = (await http.get(f"/api/v1/corrections?match_id={match_id}&status=applied")).json()
    events = [row async for row in _events(station)]
    audited = (await http.get("/api/v1/audit?entity_id=main-d000002", headers=await log_in_as(station, "admin"))).json()["data"]

    assert await remaining(http, match_id) == [501 - 76, 441]
    assert (throw["label"], throw["points"], throw["corrected"]) == ("T5", 15, True)
    assert {name: made[name] for name in ("status", "dart_id", "set", "leg", "visit", "dart", "label", "previous_label")} == {
        "status": "applied", "dart_id": "main-d000002", "set": 1, "leg": 1, "visit": 1, "dart": 2, "label": "T5", "previous_label": "S5",
    }  # fmt: skip
    assert found["data"] == [made]
    assert (await http.get(f"/api/v1/corrections/{made['correction_id']}")).json() == made
    assert [each["event_type"] for each in events[-3:]] == ["ADDED", "dart_corrected", "turn_revised"]
    assert (events[-3]["topic"], events[-3]["payload"]) == ("corrections", made)
    assert [(each["action"], each["entity_type"]) for each in audited] == [("dart.correct", "dart")]


async def _events(station: Station) -> Any:
    for _, _, encoded in await station.journal.read(0, 1000):
        yield msgspec.json.decode(encoded)


async def test_a_position_of_the_match_is_its_dart_on_the_board(station: Station, http: httpx2.AsyncClient) -> None:
    """The throw follows, whether the dart is named by its id or by where it stands."""
    oche, match_id = Oche(), await board_match(http)
    await oche.visit_of(station, "T20", "S5", "S1")
    changed = await ask(http, type="change", match_id=match_id, visit=1, dart=3, label="D1")
    deleted = await ask(http, type="delete", match_id=match_id, visit=1, dart=2)
    inserted = await ask(http, type="insert", match_id=match_id, visit=1, dart=2, label="T1")

    assert [each["dart_id"] for each in (changed, deleted)] == ["main-d000003", "main-d000002"]
    assert (await http.get("/api/v1/throws/main-d000003")).json()["label"] == "D1"
    assert (await http.get("/api/v1/throws/main-d000002")).json()["state"] == "deleted"
    assert inserted["dart_id"] is not None
    assert await remaining(http, match_id) == [501 - 60 - 3 - 2, 501]


async def test_darts_by_hand_are_corrected(http: httpx2.AsyncClient) -> None:
    """Change, insert and delete, as the fold of the leg gives it."""
    match_id = (await post(http, "", {"rules": {"game": "x01"}, "sides": GUESTS}, 201))["match_id"]
    await post(http, f"/{match_id}/throws", {"darts": ["T20", "T20", "T20"]})
    await post(http, f"/{match_id}/throws", {"darts": ["S1"]})
    await post(http, f"/{match_id}/next")
    await ask(http, type="change", match_id=match_id, visit=1, dart=1, label="S20")
    made = await ask(http, type="insert", match_id=match_id, set=1, leg=1, visit=2, dart=1, label="BULL")
    await ask(http, type="delete", match_id=match_id, visit=2, dart=2)

    assert (made["status"], made["dart_id"], made["label"]) == ("applied", None, "BULL")
    assert await remaining(http, match_id) == [501 - 140, 451]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"type": "change", "label": "T20"}, 422, "$.dart_id"),
        ({"type": "change", "dart_id": "main-d000001", "match_id": "m", "label": "T20"}, 422, "$.dart_id"),
        ({"type": "change", "dart_id": "main-d000001"}, 422, "$.label"),
        ({"type": "change", "dart_id": "main-d000001", "label": "T21"}, 422, "$.label"),
        ({"type": "delete", "dart_id": "main-d000001", "label": "T20"}, 422, "$.label"),
        ({"type": "insert", "dart_id": "main-d000001", "label": "T20"}, 422, "$.dart_id"),
        ({"type": "change", "dart_id": "main-d000099", "label": "T20"}, 404, None),
        ({"type": "change", "match_id": "m_none", "visit": 1, "dart": 1, "label": "T20"}, 404, None),
        ({"type": "change", "match_id": "MATCH", "dart": 1, "label": "T20"}, 422, "$.visit"),
        ({"type": "change", "match_id": "MATCH", "visit": 1, "label": "T20"}, 422, "$.dart"),
        ({"type": "change", "match_id": "MATCH", "visit": 9, "dart": 1, "label": "T20"}, 422, "$.visit"),
        ({"type": "change", "match_id": "MATCH", "visit": 1, "dart": 4, "label": "T20"}, 422, "$.dart"),
        ({"type": "insert", "match_id": "MATCH", "visit": 1, "dart": 5, "label": "T20"}, 422, "$.dart"),
        ({"type": "change", "match_id": "MATCH", "leg": 3, "visit": 1, "dart": 1, "label": "T20"}, 422, "$.leg"),
        ({"type": "alter", "match_id": "MATCH", "visit": 1, "dart": 1, "label": "T20"}, 422, "$.type"),
    ],
)
async def test_what_cannot_be_corrected_changes_nothing(
    station: Station, http: httpx2.AsyncClient, body: dict[str, Any], status: int, field: str | None
) -> None:
    """The answer names the path, and nothing is journalled."""
    oche, match_id = Oche(), await board_match(http)
    await oche.visit_of(station, "T20", "S5", "S1")
    before = station.hub.last_seq
    given = {name: match_id if value == "MATCH" else value for name, value in body.items()}
    answer = await ask(http, status, **given)

    assert answer["error"]["details"].get("field") == field
    assert station.hub.last_seq == before
    assert (await http.get("/api/v1/corrections")).json()["pagination"]["total"] == 0


async def test_a_signed_leg_is_not_corrected_and_an_unsigned_one_is(station: Station, http: httpx2.AsyncClient) -> None:
    """By its dart and by its position; neither the throw nor the match changes."""
    oche = Oche()
    body = {"rules": {"game": "x01", "start": 20, "out": "straight"}, "format": {"legs": 2}, "sides": GUESTS, "board_id": "main"}
    match_id = (await post(http, "", body, 201))["match_id"]
    await oche.visit_of(station, "S20")
    await post(http, f"/{match_id}/legs/1/1/sign")
    by_id = await ask(http, 409, type="change", dart_id="main-d000001", label="S1")
    await ask(http, 409, type="change", match_id=match_id, visit=1, dart=1, label="S1")
    label = (await http.get("/api/v1/throws/main-d000001")).json()["label"]
    await post(http, f"/{match_id}/legs/1/1/unsign")
    await ask(http, type="change", dart_id="main-d000001", label="S1")

    assert (by_id["error"]["code"], label) == ("STATE_CONFLICT", "S20")
    assert (await http.get(f"/api/v1/matches/{match_id}")).json()["legs"] == []


async def test_an_opponent_confirms(tmp_path: Path) -> None:
    """Until then the match is as it was; who asked may not confirm; a decision is final."""
    async with running_station(tmp_path, config=OPPONENT) as station, http_client(station.http) as http:
        ada, bob = await make_player(station), await make_player(station)
        as_ada = await log_in_as(station, "player", player_id=ada)
        as_bob = await log_in_as(station, "player", player_id=bob)
        oche, match_id = Oche(), await board_match(http, [{"players": [ada]}, {"players": [bob]}])
        await oche.visit_of(station, "T20", "S5", "S1")
        await oche.visit_of(station, "T20")
        await ask(http, 403, type="change", dart_id="main-d000004", label="T5", headers=as_ada)
        made = await ask(http, type="change", dart_id="main-d000002", label="T5", headers=as_ada)
        path = f"/api/v1/corrections/{made['correction_id']}"
        pending = await remaining(http, match_id)
        own = await http.post(f"{path}/confirm", headers=as_ada)
        changed = await http.put(path, json={"label": "D5"}, headers=as_ada)
        foreign = await http.put(path, json={"label": "D6"}, headers=as_bob)
        confirmed = await http.post(f"{path}/confirm", json={"reason": "seen"}, headers=as_bob)
        late: tuple[tuple[str, str, Any], ...] = (("POST", f"{path}/confirm", {}), ("DELETE", path, None), ("PUT", path, {"label": "T1"}))
        again = [(await http.request(method, where, headers=as_ada, json=body)).status_code for method, where, body in late]

        assert (made["status"], made["player_id"], pending) == ("pending", ada, [435, 441])
        assert (own.status_code, changed.json()["label"], foreign.status_code) == (403, "D5", 403)
        assert (confirmed.json()["status"], confirmed.json()["reason"], again) == ("applied", "seen", [409, 409, 409])
        assert await remaining(http, match_id) == [501 - 71, 441]


async def test_what_is_rejected_or_canceled_counts_for_nothing(tmp_path: Path) -> None:
    """Also after a restart, in which what is pending is kept."""
    async with running_station(tmp_path, config=OPPONENT) as station, http_client(station.http) as http:
        match_id = (await post(http, "", {"rules": {"game": "x01"}, "sides": GUESTS}, 201))["match_id"]
        await post(http, f"/{match_id}/throws", {"darts": ["T20", "T20", "T20"]})
        wrong = {"type": "change", "match_id": match_id, "visit": 1, "dart": 1, "label": "S20"}
        ids = [(await ask(http, **wrong))["correction_id"] for _ in range(2)]
    async with running_station(tmp_path, config=OPPONENT) as station, http_client(station.http) as http:
        admin = await log_in_as(station, "admin")
        rejected = await http.post(f"/api/v1/corrections/{ids[0]}/reject", json={"reason": "no"}, headers=admin)
        canceled = await http.delete(f"/api/v1/corrections/{ids[1]}", headers=OPERATOR)
        found = (await http.get("/api/v1/corrections?sort=created_at")).json()["data"]
        dart = (await http.get("/api/v1/audit?action=dart.correct", headers=admin)).json()["data"][-1]

        assert (rejected.status_code, canceled.status_code) == (200, 204)
        assert [each["status"] for each in found] == ["rejected", "canceled"]
        assert dart["entity_id"] == f"{match_id}/1/1/1/1"
        assert await remaining(http, match_id) == [321, 501]


async def test_ten_a_minute(station: Station, http: httpx2.AsyncClient) -> None:
    """Corrections are limited more than other writes."""
    codes = [
        (await http.post("/api/v1/corrections", json={"type": "delete", "dart_id": "main-d000001"}, headers=bearer(TOKEN))).status_code
        for _ in range(11)
    ]

    assert codes == [404] * 10 + [429]


async def test_the_command_of_the_websocket_is_the_same_order(station: Station, http: httpx2.AsyncClient) -> None:
    """It is in the list, the match follows, and the audit names the dart."""
    oche, match_id = Oche(), await board_match(http)
    await oche.visit_of(station, "T20", "S5", "S1")
    async with websockets.connect(f"{station.ws}?token={TOKEN}", proxy=None) as connection:
        listener = WebSocketClient(connection)
        await listener.receive_types(2)
        await listener.send(action="correct", operation="change", dart_id="main-d000002", label="T5")
        event = await listener.receive()
    found = (await http.get("/api/v1/corrections?dart_id=main-d000002")).json()["data"]
    audited = (await http.get("/api/v1/audit?action=board.correct", headers=await log_in_as(station, "admin"))).json()["data"]

    assert (event["event_type"], event["new_label"]) == ("dart_corrected", "T5")
    assert [(each["status"], each["match_id"], each["label"]) for each in found] == [("applied", match_id, "T5")]
    assert [(each["entity_type"], each["entity_id"]) for each in audited] == [("dart", "main-d000002")]
    assert await remaining(http, match_id) == [501 - 76, 501]


async def test_an_imported_match_is_corrected_in_its_file(tmp_path: Path) -> None:
    """The answer says why its darts are not kept, and what to do."""
    case = {"players": ["A", "B"], "rules": {"start": 2}, "visits": [{"player": "A", "darts": ["D1"]}]}
    journal = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BoardId("main"))
    played = play_result(read_result(msgspec.json.encode(case)), "i_1", [None, None], "2020-01-01T20:00:00.000Z")
    await journal.append(events_of_result(played, "2020-01-01T20:00:00.000Z"), at_s=1.0)
    await asyncio.to_thread(journal.close)
    async with running_station(tmp_path) as station, http_client(station.http, headers=OPERATOR) as http:
        answer = await ask(http, 409, type="change", match_id="i_1", visit=1, dart=1, label="D2")

    assert answer["error"]["details"] == {"match_id": "i_1", "status": "imported"}
    assert "DELETE /api/v1/matches/i_1" in answer["error"]["message"]
