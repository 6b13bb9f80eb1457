"""The cameras that may be added."""

from pathlib import Path

import httpx2
import msgspec
import pytest

from tests.support.http_client import http_client
from tests.support.station import CONFIG, TOKEN, running_station

PATH = "/api/v1/camera-devices"


@pytest.mark.slow
async def test_simulated_cameras_are_offered_where_they_are_used(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """Those of the scene that is shown, with the cameras that use them; the picture of one in use is that of its camera."""
    devices = [each for each in (await http.get(PATH, headers=operator)).json()["data"] if each["kind"] == "simulator"]
    used = await http.get(f"{PATH}/simulated-1/picture", headers=operator)

    assert [(each["device_id"], each["url"], each["camera_id"]) for each in devices] == [
        (f"simulated-{k}", f"sim:?camera={k}", f"cam{k}") for k in range(3)
    ]
    assert (used.status_code, used.content) == (200, b"a picture")
    assert (await http.get(PATH)).status_code == 401
    assert (await http.get(f"{PATH}/nothing/picture", headers=operator)).status_code == 404


@pytest.mark.slow
async def test_a_camera_that_is_not_in_use_has_a_picture(tmp_path: Path) -> None:
    """The board without cameras offers three of one scene."""
    config = msgspec.structs.replace(CONFIG, cameras=())
    operator = {"Authorization": f"Bearer {TOKEN}"}
    async with running_station(tmp_path, config=config) as station, http_client(station.http, timeout=30) as http:
        devices = (await http.get(PATH, headers=operator)).json()["data"]
        picture = await http.get(f"{PATH}/{devices[-1]['device_id']}/picture", headers=operator)

    assert {each["camera_id"] for each in devices} == {None}
    assert (picture.status_code, picture.content[:2]) == (200, b"\xff\xd8")
