"""Every route that writes publishes its result."""

from typing import Any

import httpx2
import msgspec
import pytest

from dartd.web.app import ENDPOINTS, RESOURCES
from dartd.web.http.endpoint import Endpoint
from schemas.api.players import PlayerMerge
from tests.support.cameras import answer_probes, make_camera
from tests.support.entities import insert_entity
from tests.support.people import PASSWORD, PNG, begin_pairing, log_in_as, make_key, make_player, make_user
from tests.support.station import Station
from tests.support.throws import hit

_EVENTS = {"create": "ADDED", "update": "UPDATED", "delete": "DELETED", "merge": "UPDATED"}


def _event_type(endpoint: Endpoint) -> str:
    return _EVENTS[str(endpoint.entity_action)] if endpoint.event is None else str(endpoint.event.__struct_config__.tag)


async def test_every_write_is_published_after_its_commit(station: Station, http: httpx2.AsyncClient) -> None:
    """With type, id, who did it, and what GET answers; the audit log has it as well."""
    admin = await log_in_as(station, "admin")
    me = (await http.get("/api/v1/auth/me", headers=admin)).json()["user_id"]
    wrong: list[Any] = []
    answer_probes(station)
    await station.happen(hit("d-known"))
    for endpoint in [each for each in ENDPOINTS if each.publishes]:
        made = {
            "player_id": await make_player(station),
            "user_id": (await make_user(station, "viewer")).user_id,
            "key_id": (await make_key(station, "viewer"))[0],
            "camera_id": await make_camera(station) if endpoint.entity == "camera" else "cam0",
        }
        made |= {each.key: await insert_entity(station, each) for each in RESOURCES if each.key not in made}
        body = {"POST": {"name": "x"}, "PUT": {"name": "y"}}.get(endpoint.method)
        if endpoint.body is PlayerMerge:
            body = {"into": await make_player(station)}
        elif endpoint.example is not None:
            body = msgspec.to_builtins(endpoint.example)
        if endpoint.method == "POST" and endpoint.entity == "user":
            body = {"username": f"u{len(wrong)}{endpoint.path.count('/')}", "password": PASSWORD}
        if endpoint.path.endswith("/pairings/confirm"):
            body = begin_pairing(station, "confirm")
        given: dict[str, Any] = {} if body is None else {"json": body}
        if endpoint.body_media_types:
            given = {"content": PNG, "headers": {"Content-Type": "image/png"}}
        answer = await http.request(endpoint.method, endpoint.path.format(**made), headers={**admin, **given.pop("headers", {})}, **given)
        event = (await http.get(f"/api/v1/events?since={station.hub.last_seq - 1}", headers=admin)).json()["data"][0]
        entity_id = event["entity_id"]
        place = {"player": "/api/v1/players", "user": "/api/v1/users", "key": "/api/v1/auth/api-keys", "camera": "/api/v1/cameras"}
        place |= {each.entity.name: each.path for each in RESOURCES}
        now = (await http.get(f"{place[endpoint.entity]}/{entity_id}", headers=admin)).json() if endpoint.entity_action != "delete" else {}
        audited = (await http.get(f"/api/v1/audit?entity_id={entity_id}&limit=1", headers=admin)).json()["data"][0]
        if endpoint.entity == "comment" and endpoint.entity_action == "delete":
            now = {"parent_type": "throw", "parent_id": "d-known"}
        published = (
            event["event_type"],
            event["entity_type"],
            event["user_id"],
            event["payload"].items() <= now.items(),
            "api_key" in event["payload"],
        )
        if (answer.status_code, published) != (endpoint.status, (_event_type(endpoint), endpoint.entity, me, True, False)):
            wrong.append((endpoint.path, answer.text, published, event, now))
        if (audited["action"], audited["user_id"]) != (endpoint.name, me):
            wrong.append(audited)

    assert wrong == []


def test_every_write_publishes_or_says_why_not() -> None:
    """No route changes anything in silence."""
    assert [each.path for each in ENDPOINTS if each.writes and not (each.publishes or each.no_event_reason)] == []


@pytest.mark.sqlite
async def test_what_cannot_be_published_is_not_done(station: Station, http: httpx2.AsyncClient) -> None:
    """Change, audit entry and event are one commit: no crash can come between them."""
    admin = await log_in_as(station, "admin")
    refuse = "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.event_type = 'ADDED' BEGIN SELECT RAISE(ABORT, 'not now'); END"
    await station.services.database.write(lambda connection: connection.exec_driver_sql(refuse).rowcount)
    failed = await http.post("/api/v1/players", json={"name": "Ann"}, headers=admin)
    players = (await http.get("/api/v1/players", headers=admin)).json()["pagination"]["total"]
    entries = (await http.get("/api/v1/audit?action=player.create", headers=admin)).json()["pagination"]["total"]

    assert (failed.status_code, players, entries) == (503, 0, 0)
