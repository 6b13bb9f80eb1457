"""`/api/v1/cameras/{camera_id}/calibration`."""

import time

import httpx2
import msgspec

from dartd.store.calibrations import Calibrations
from schemas.base import CameraId
from schemas.geometry import Calibration
from schemas.worker import overlay_file
from tests.support.people import log_in_as
from tests.support.sightings import station as camera_at
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
