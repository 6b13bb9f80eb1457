"""`/api/v1/zones`; `tests/integration/test_resources.py` has what every resource does."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from dartd.fusion.camera_pose import pixel_of
from schemas.base import CameraId
from tests.support.people import log_in_as
from tests.support.sightings import camera_at
from tests.support.station import Station, lasting_station
from tests.support.throws import hit

ZONES = "/api/v1/zones"
SQUARE = [[-250, -150], [250, -150], [250, 150], [-250, 150]]
PICTURE = [[0, 0], [800, 0], [800, 600], [0, 600]]


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    """Run a daemon that opens sessions: they are who is at the oche."""
    async with lasting_station(tmp_path, with_sessions=True) as station:
        yield station


async def test_zone_has_all_fields(station: Station, http: httpx2.AsyncClient) -> None:
    """The id may be given; the board is this one unless another is."""
    admin = await log_in_as(station, "admin")
    made = await http.post(ZONES, json={"zone_id": "all", "name": "All", "polygon_coords": SQUARE}, headers=admin)
    times = {made.json().pop(name) for name in ("created_at", "updated_at")}

    assert made.json() | {"created_at": "", "updated_at": ""} == {
        "zone_id": "all",
        "camera_id": None,
        "board_id": "main",
        "name": "All",
        "zone_type": "bed_area",
        "color": "#00FF00",
        "polygon_coords": SQUARE,
        "unit": "mm",
        "min": 0,
        "max": 3,
        "active": True,
        "current_occupancy": 0,
        "created_at": "",
        "updated_at": "",
    }
    assert len(times) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"polygon_coords": SQUARE[:2]}, "polygon_coords"),
        ({"polygon_coords": [[0, 0], [10, 10], [10, 0], [0, 10]]}, "polygon_coords"),
        ({"polygon_coords": [[0, 0], [301, 0], [0, 10]]}, "polygon_coords"),
        ({"polygon_coords": [[k, k * k / 300] for k in range(65)]}, "polygon_coords"),
        ({"unit": "px"}, "camera_id"),
        ({"camera_id": "cam9"}, "camera_id"),
        ({"unit": "px", "camera_id": "cam0", "polygon_coords": [*PICTURE[:3], [0, 601]]}, "polygon_coords"),
        ({"min": 4}, "max"),
        ({"color": "green"}, "color"),
        ({"zone_type": "bed"}, "zone_type"),
    ],
)
async def test_zone_that_is_none_is_refused(station: Station, http: httpx2.AsyncClient, given: dict[str, Any], field: str) -> None:
    """422 with the field."""
    admin = await log_in_as(station, "admin")
    answer = await http.post(ZONES, json={"name": "x", "polygon_coords": SQUARE, **given}, headers=admin)

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, f"$.{field}")


async def test_zones_are_found_by_camera_and_activity(station: Station, http: httpx2.AsyncClient) -> None:
    """Zones of a picture may be as large as it."""
    admin = await log_in_as(station, "admin")
    picture = {"name": "picture", "unit": "px", "camera_id": "cam0", "polygon_coords": PICTURE}
    for body in (picture, {"name": "off", "polygon_coords": SQUARE, "active": False}):
        assert (await http.post(ZONES, json=body, headers=admin)).status_code == 201
    found = [
        (await http.get(f"{ZONES}?{query}", headers=admin)).json()["data"] for query in ("camera_id=cam0", "active=false", "active=true")
    ]

    assert [[each["name"] for each in page] for page in found] == [["picture"], ["off"], ["picture"]]


async def test_zone_counts_the_darts_in_it(station: Station, http: httpx2.AsyncClient) -> None:
    """Those that stand in the board now."""
    admin = await log_in_as(station, "admin")
    path = (await http.post(ZONES, json={"name": "All", "polygon_coords": SQUARE}, headers=admin)).headers["location"]
    await station.happen(hit("d1"), hit("d2"))
    zone = (await http.get(path, headers=admin)).json()

    assert zone["current_occupancy"] == 2


async def test_occupancy_names_the_darts(station: Station, http: httpx2.AsyncClient) -> None:
    """Since when, and whether there are too many; at the oche is who throws."""
    admin = await log_in_as(station, "admin")
    for zone_id, kind in (("all", "bed_area"), ("line", "oche")):
        body = {"zone_id": zone_id, "name": zone_id, "polygon_coords": SQUARE, "max": 1, "zone_type": kind}
        await http.post(ZONES, json=body, headers=admin)
    empty = (await http.get(f"{ZONES}/all/occupancy")).json()
    await station.happen(hit("d1"))
    normal = (await http.get(f"{ZONES}/all/occupancy")).json()
    await station.happen(hit("d2"))
    over, line = [(await http.get(f"{ZONES}/{name}/occupancy")).json() for name in ("all", "line")]
    first = normal["occupants"][0]

    assert [(each["status"], each["current_count"]) for each in (empty, normal, over, line)] == [
        ("empty", 0),
        ("normal", 1),
        ("over", 2),
        ("normal", 1),
    ]
    assert {name: over[name] for name in ("zone_id", "zone_name", "min", "max")} == {
        "zone_id": "all",
        "zone_name": "all",
        "min": 0,
        "max": 1,
    }
    assert (first["dart_id"], first["name"], first["state"], first["duration_seconds"] >= 0) == ("d1", "T20", "hit", True)
    assert first["entry_time"].endswith("Z")
    assert (await http.get(f"{ZONES}/none/occupancy")).status_code == 404


async def test_zone_in_a_picture_counts_what_its_camera_sees_there(station: Station, http: httpx2.AsyncClient) -> None:
    """The points of darts are projected by the calibration of the camera; without one it is not known where they are."""
    admin = await log_in_as(station, "admin")
    calibration = msgspec.structs.replace(camera_at(0, 0.7), camera_id=CameraId("cam0"))
    u, v = pixel_of(calibration, 0.0, 103.0) or (0.0, 0.0)
    for name, left in (("there", u - 20), ("elsewhere", u - 80)):
        corners = [[left, v - 20], [left + 40, v - 20], [left + 40, v + 20], [left, v + 20]]
        body = {"zone_id": name, "name": name, "unit": "px", "camera_id": "cam0", "polygon_coords": corners}
        assert (await http.post(ZONES, json=body, headers=admin)).status_code == 201
    await station.happen(hit("d1"))
    before = (await http.get(f"{ZONES}/there")).json()["current_occupancy"]
    await station.services.calibrations.keep(calibration, at_s=1.0)
    there, elsewhere = [(await http.get(f"{ZONES}/{name}/occupancy")).json()["current_count"] for name in ("there", "elsewhere")]

    assert (before, there, elsewhere) == (0, 1, 0)
