"""`/api/v1/cameras`."""

import json
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from tests.support.cameras import answer_probes
from tests.support.people import log_in_as
from tests.support.station import Station
from tests.support.websocket_client import Connect

PATH = "/api/v1/cameras"
SIMULATED = "sim:?rig=1&seed=1&story=demo&camera=1"


@pytest.fixture(autouse=True)
def probes(station: Station) -> list[tuple[str, tuple[int, int] | None]]:
    """Answer probes at once: `test_camera_processes.py` makes real ones."""
    return answer_probes(station)


async def test_cameras_of_the_file_are_listed_and_read_only(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """With their present state."""
    listed = (await http.get(PATH, headers=operator)).json()
    one = (await http.get(f"{PATH}/cam0", headers=operator)).json()
    changed = await http.put(f"{PATH}/cam0", json={"name": "x"}, headers=operator)
    removed = await http.delete(f"{PATH}/cam0", headers=operator)

    assert "cam0" in [each["camera_id"] for each in listed["data"]]
    assert (one["source"], one["status"], one["kind"]) == ("config", "active", "simulator")
    assert (changed.status_code, removed.status_code) == (409, 409)
    assert changed.json()["error"]["details"] == {"camera_id": "cam0", "source": "config"}


async def test_a_camera_is_added_changed_and_removed(
    station: Station, http: httpx2.AsyncClient, operator: dict[str, str], probes: list[Any]
) -> None:
    """What is left out is found by opening it; it is inactive until its first frame."""
    body = {"camera_id": "left", "name": "Left", "rtsp_url": "rtsp://admin:hunter2@cam/1", "settings": {"near_sector": 8}}
    made = await http.post(PATH, json=body, headers=operator)
    source = station.services.rig.source("left")
    listed = (await http.get(f"{PATH}?status=inactive", headers=operator)).json()
    renamed = await http.put(f"{PATH}/left", json={"name": "Links"}, headers=operator)
    faster = await http.put(f"{PATH}/left", json={"fps": 50, "url": "rtsp://cam/1"}, headers=operator)
    changed = station.services.rig.source("left")
    removed = await http.delete(f"{PATH}/left", headers=operator)

    assert (made.status_code, made.headers["location"]) == (201, f"{PATH}/left")
    shown = {"url": "rtsp://cam/1", "kind": "stream", "resolution": "1280x720", "fps": 25.0, "status": "inactive", "source": "api"}
    assert made.json() | shown == made.json()
    assert source is not None
    assert (source.url, source.near_sector) == ("rtsp://admin:hunter2@cam/1", 8)
    assert [each["camera_id"] for each in listed["data"]] == ["left"]
    assert (renamed.json()["name"], renamed.json()["url"], faster.json()["fps"]) == ("Links", "rtsp://cam/1", 50.0)
    assert changed is not None
    assert (changed.url, changed.fps, changed.near_sector) == ("rtsp://admin:hunter2@cam/1", 50.0, 8)
    assert probes == [("rtsp://admin:hunter2@cam/1", None)]
    assert (removed.status_code, station.services.rig.source("left")) == (204, None)
    assert (await http.get(f"{PATH}/left", headers=operator)).status_code == 404


async def test_credentials_are_shown_nowhere(
    station: Station, http: httpx2.AsyncClient, operator: dict[str, str], connect: Connect
) -> None:
    """Neither in answers nor in events, nor in the database; readers of the board do not get the address either."""
    socket = await connect("?topics=camera:*")
    made = await http.post(PATH, json={"camera_id": "left", "name": "Left", "url": "rtsp://admin:hunter2@10.0.0.7/1"}, headers=operator)
    listed = await http.get(PATH, headers=operator)
    events = await http.get("/api/v1/events", headers=operator)
    stored = await _bytes_of(station.services.config.state_path)
    messages = [await socket.receive()]
    while messages[-1]["event_type"] != "ADDED":
        messages.append(await socket.receive())
    received = json.dumps(messages)

    for text in (made.text, listed.text, events.text, received):
        assert "hunter2" not in text
    assert "10.0.0.7" not in events.text + received
    assert [name for name, content in stored.items() if b"hunter2" in content] == ["camera-credentials.json"]


async def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: await path.read_bytes() async for path in anyio.Path(folder).glob("*") if await path.is_file()}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "L"}, 422, "$.url"),
        ({"name": "L", "url": "file:/etc/passwd"}, 422, "$.url"),
        ({"name": "L", "url": "recording:/tmp"}, 422, "$.url"),
        ({"name": "L", "url": "/dev/../etc/passwd"}, 422, "$.url"),
        ({"name": "L", "url": "ftp://cam"}, 422, "$.url"),
        ({"name": "L", "url": "rtsp://"}, 422, "$.url"),
        ({"name": "L", "url": SIMULATED, "camera_id": "cam0"}, 409, "camera_id"),
        ({"name": "L", "url": SIMULATED, "resolution": "1x1"}, 422, "$.resolution"),
    ],
)
async def test_what_is_not_allowed_is_refused(
    http: httpx2.AsyncClient, operator: dict[str, str], body: dict[str, Any], status: int, field: str
) -> None:
    """With the field that is wrong."""
    answer = await http.post(PATH, json=body, headers=operator)

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (status, field)


async def test_two_cameras_have_two_addresses(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """A device cannot be opened twice; simulated ones can."""
    first = await http.post(PATH, json={"name": "L", "url": "/dev/video0"}, headers=operator)
    second = await http.post(PATH, json={"name": "R", "url": "/dev/video0"}, headers=operator)

    assert (first.status_code, second.status_code, second.json()["error"]["code"]) == (201, 409, "RESOURCE_ALREADY_EXISTS")


async def test_a_camera_that_does_not_answer_may_come_later(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """It is accepted with usual values."""
    made = await http.post(PATH, json={"name": "L", "url": "rtsp://gone/1"}, headers=operator)

    assert (made.status_code, made.json()["resolution"], made.json()["fps"], made.json()["status"]) == (201, "1280x720", 30.0, "inactive")


async def test_viewers_change_nothing(station: Station, http: httpx2.AsyncClient) -> None:
    """Cameras are for operators."""
    viewer = await log_in_as(station, "viewer")

    assert (await http.post(PATH, json={"name": "L", "url": SIMULATED}, headers=viewer)).status_code == 403
    assert (await http.get(PATH)).status_code == 401
