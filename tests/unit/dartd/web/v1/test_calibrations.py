"""`/api/v1/cameras/{camera_id}/calibration`."""

import time
from typing import Any

import httpx2
import msgspec
import pytest

from dartd.store.calibrations import Calibrations
from schemas.base import CameraId
from schemas.geometry import Calibration
from schemas.pipe.to_worker import overlay_file
from tests.support.people import log_in_as
from tests.support.sightings import camera_at
from tests.support.station import Station

PATH = "/api/v1/cameras/cam0/calibration"


async def test_calibration_goes_out_as_it_is_kept(station: Station, http: httpx2.AsyncClient) -> None:
    """The JSON is the calibration itself; before there is one the answer is 404; players may not see it."""
    operator, player = await log_in_as(station, "operator"), await log_in_as(station, "player")
    before = await http.get(PATH, headers=operator)
    kept = camera_at(0, 0.4)
    await Calibrations(station.services.database).keep(kept, at_s=time.time())
    after = await http.get(PATH, headers=operator)

    assert (before.status_code, after.status_code) == (404, 200)
    assert msgspec.json.decode(after.content, type=Calibration) == kept
    assert (await http.get(PATH, headers=player)).status_code == 403


async def test_overlay_is_a_picture(station: Station, http: httpx2.AsyncClient) -> None:
    """What the camera's process drew is answered as JPEG; before there is one the answer is 404."""
    operator = await log_in_as(station, "operator")
    before = await http.get(f"{PATH}/overlay", headers=operator)
    path = station.services.config.state_path / overlay_file(CameraId("cam0"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"drawn")
    after = await http.get(f"{PATH}/overlay", headers=operator)

    assert (before.status_code, after.status_code) == (404, 200)
    assert (after.content, after.headers["content-type"]) == (b"drawn", "image/jpeg")


async def test_calibration_comes_in_as_it_went_out(station: Station, http: httpx2.AsyncClient) -> None:
    """What GET returned is put to the board, which publishes that the camera calibrates; players may not."""
    operator, player = await log_in_as(station, "operator"), await log_in_as(station, "player")
    await Calibrations(station.services.database).keep(camera_at(0, 0.4), at_s=time.time())
    given = (await http.get(PATH, headers=operator)).json()
    taken = await http.put(PATH, json=given, headers=operator)
    events = (await http.get("/api/v1/events", headers=operator)).json()["data"]
    entries = (await http.get("/api/v1/audit?action=cameras.calibration.update", headers=await log_in_as(station, "admin"))).json()["data"]

    assert (taken.status_code, taken.json()["action"], taken.json()["seq"]) == (202, "take_calibration", [1])
    assert [(event["event_type"], event["camera_id"], event["state"]) for event in events] == [
        ("calibration_changed", "cam0", "calibrating")
    ]
    assert [entry["entity_id"] for entry in entries] == ["cam0"]
    assert (await http.put(PATH, json=given, headers=player)).status_code == 403


async def test_a_sector_stands_for_a_calibration(station: Station, http: httpx2.AsyncClient) -> None:
    """`near_sector`, or the pixel of the 20, needs no body; a sector that there is not, and a request without any, are not valid."""
    operator = await log_in_as(station, "operator")
    taken = await http.put(f"{PATH}?near_sector=11", headers=operator)
    impossible = await http.put(f"{PATH}?near_sector=21", headers=operator)
    nothing = await http.put(PATH, headers=operator)
    twenty = await http.put(f"{PATH}?twenty_x=412.5&twenty_y=80", headers=operator)
    half = await http.put(f"{PATH}?twenty_x=412.5", headers=operator)

    assert (twenty.status_code, twenty.json()["action"], half.status_code) == (202, "orient_camera", 422)
    assert (taken.status_code, taken.json()["action"], taken.json()["seq"]) == (202, "orient_camera", [1])
    assert (impossible.status_code, nothing.status_code) == (422, 422)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("camera_id", "cam1"),
        ("width", 640),
        ("height", 6000),
        ("focal_x_px", 0.0),
        ("focal_y_px", -600.0),
        ("center_x_px", 900.0),
        ("center_y_px", -1.0),
        ("k1", 40.0),
        ("k2", -40.0),
        ("rotation", [1.0, 0.0, 0.0] * 3),
        ("rotation", [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
        ("rotation", [1.0, 0.0]),
        ("translation_mm", [0.0, 0.0, 1e6]),
        ("translation_mm", [0.0, 0.0, -382.0]),
        ("residual_mm", None),
    ],
)
async def test_what_is_no_calibration_of_the_camera_is_refused(
    station: Station, http: httpx2.AsyncClient, operator: dict[str, str], field: str, value: Any
) -> None:
    """With the path in the JSON; the board receives nothing of it."""
    given = {**msgspec.to_builtins(camera_at(0, 0.4)), field: value}
    answer = await http.put(PATH, json=given, headers=operator)

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, f"$.{field}")
    assert station.hub.last_seq == 0


async def test_camera_that_is_none_takes_no_calibration(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """404, with the id."""
    answer = await http.put("/api/v1/cameras/cam9/calibration", json=msgspec.to_builtins(camera_at(9, 0.4)), headers=operator)

    assert (answer.status_code, answer.json()["error"]["details"]["camera_id"]) == (404, "cam9")
