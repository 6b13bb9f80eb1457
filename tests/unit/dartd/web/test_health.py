"""The health of the daemon, and what is returned of it."""

from pathlib import Path
from types import SimpleNamespace

import httpx2
import msgspec
import pytest

from dartd.web.health import CameraReport, assess
from dartd.web.host import HostSample
from schemas.base import CameraId
from schemas.events import BoardStatus, Snapshot
from tests.support.http_client import http_client
from tests.support.station import ScriptedBoard, Station, running_station
from tests.support.throws import hit

READY = CameraReport(state="ready", fps=20)
LOST = CameraReport(state="offline", fps=0)
SLOW = CameraReport(state="ready", fps=5, faults=("slow", "bad_frame"))
FROZEN = CameraReport(state="ready", fps=20, faults=("frozen",))


def _snapshot(status: BoardStatus) -> Snapshot:
    board = ScriptedBoard()
    board._status = status
    return board.snapshot()


@pytest.mark.parametrize(
    ("status", "cameras", "database", "expected"),
    [
        ("throw", [READY, READY], "ok", "healthy"),
        ("stopped", [READY], "ok", "healthy"),
        ("throw", [READY, LOST], "ok", "degraded"),
        ("calibrating", [READY], "ok", "degraded"),
        ("throw", [LOST, LOST], "ok", "unhealthy"),
        ("throw", [], "ok", "unhealthy"),
        ("throw", [READY], "error", "unhealthy"),
        ("throw", [READY, FROZEN], "ok", "degraded"),
        ("throw", [READY, SLOW], "ok", "degraded"),
        ("throw", [FROZEN, FROZEN], "ok", "unhealthy"),
        ("error", [READY], "ok", "unhealthy"),
    ],
)
def test_health_is_judged_and_explained(status: BoardStatus, cameras: list[CameraReport], database: str, expected: str) -> None:
    """Whatever is not well has a reason."""
    health, reasons = assess(_snapshot(status), {str(k): camera for k, camera in enumerate(cameras)}, database, {})  # type: ignore[arg-type]

    assert health == expected
    assert (reasons == ()) == (expected == "healthy")


async def test_health_has_every_field(station: Station, http: httpx2.AsyncClient) -> None:
    """The fields are the contract with dashboards."""
    await station.happen(hit())
    answer = (await http.get("/health")).json()

    assert (answer["status"], answer["health"], answer["reasons"], answer["db"]) == ("running", "healthy", [], "ok")
    assert set(answer["components"]["host"]) == {"cpu", "memory", "temperature", "disk", "disk_free_mb"}
    assert answer["components"]["cameras"]["cam0"] == {"state": "ready", "fps": 20.0, "faults": []}
    assert answer["components"]["database"] == "ok"
    assert answer["last_detection_at"].endswith("Z")
    assert answer["timestamp"].endswith("Z")
    assert answer["uptime_seconds"] >= 0
    assert answer["version"] == "0.0"
    assert (answer["board"]["id"], answer["board"]["simulated"]) == ("main", True)


async def test_a_stopped_board_says_so(http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """Detection that is off is `stopped`, and well."""
    await http.post("/api/v1/board/stop", headers=operator)
    answer = (await http.get("/health")).json()

    assert (answer["status"], answer["health"]) == ("stopped", "healthy")


async def test_a_lost_camera_degrades(station: Station, http: httpx2.AsyncClient) -> None:
    """Status, health and reason name it."""
    station.cameras[CameraId("cam1")] = SimpleNamespace(state="offline", fps=0.0, faults=("camera_gone",))
    answer = (await http.get("/health")).json()

    assert (answer["status"], answer["health"], answer["reasons"]) == ("degraded", "degraded", ["camera cam1 is offline"])


async def test_a_fault_of_pictures_degrades_until_it_is_over(station: Station, http: httpx2.AsyncClient) -> None:
    """A camera that works but not well is named with what is wrong, and only as long as it is."""
    station.cameras[CameraId("cam1")] = SimpleNamespace(state="ready", fps=20.0, faults=("bad_frame", "exposure"))
    ill = (await http.get("/health")).json()
    station.cameras[CameraId("cam1")] = SimpleNamespace(state="ready", fps=20.0, faults=())
    well = (await http.get("/health")).json()

    assert (ill["health"], ill["reasons"]) == ("degraded", ["camera cam1: bad frame, exposure"])
    assert (well["health"], well["reasons"]) == ("healthy", [])


async def test_live_and_ready(station: Station, http: httpx2.AsyncClient) -> None:
    """Live while it answers; ready while it can score."""
    live, ready = await http.get("/health/live"), await http.get("/health/ready")
    for camera in station.cameras.values():
        camera.state = "offline"
    lost = await http.get("/health/ready")

    assert (live.status_code, ready.status_code, lost.status_code) == (200, 200, 503)
    assert lost.json()["reasons"][0] == "no camera sees the board"


@pytest.mark.parametrize(("residual_px", "expected"), [(None, 503), (0.4, 200)])
async def test_calibrating_anew_is_ready(tmp_path: Path, residual_px: float | None, expected: int) -> None:
    """Once a camera was calibrated throws can be scored; before that it is not known."""

    class Calibrating(ScriptedBoard):
        """A board that calibrates."""

        def snapshot(self) -> Snapshot:
            """Show it."""
            shown = super().snapshot()
            cameras = tuple(msgspec.structs.replace(each, state="calibrating", residual_px=residual_px) for each in shown.cameras)
            return msgspec.structs.replace(shown, status="calibrating", cameras=cameras)

    running = running_station(tmp_path, board=Calibrating())
    async with running as station, http_client(station.http) as http:
        answer = await http.get("/health/ready")

    assert (answer.status_code, answer.json()["reasons"]) == (expected, ["the board is calibrating"])


async def test_deep_health_asks_every_part(http: httpx2.AsyncClient) -> None:
    """Each with its status and how long it took."""
    answer = (await http.get("/health/deep")).json()
    parts = {name: part for name, part in answer.items() if isinstance(part, dict)}

    assert set(parts) == {"database", "journal", "cache", "webhooks", "outlets", "alerts", "workers", "disk", "hub"}
    assert all(part["status"] == "ok" and part["response_time_ms"] >= 0 for part in parts.values())


def test_an_incomplete_table_is_a_reason() -> None:
    """A derived table that misses an event degrades health, and the reason says how to repair it."""
    health, reasons = assess(_snapshot("throw"), {"cam0": READY}, "ok", {"throws": "event 2: ValueError: mine"})

    assert health == "degraded"
    assert reasons == ("the table throws misses an event (event 2: ValueError: mine): run dartd rebuild",)


async def test_a_nearly_full_disk_degrades(station: Station, http: httpx2.AsyncClient) -> None:
    """People learn of it before the pictures are gone; the board scores on."""
    station.services.host.latest = HostSample(disk=99.0, disk_free_mb=120.0)
    answer = (await http.get("/health")).json()

    assert answer["health"] == "degraded"
    assert [reason for reason in answer["reasons"] if "nearly full (120 MB free)" in reason] != []


async def test_a_store_whose_file_is_gone_is_an_error(station: Station, http: httpx2.AsyncClient) -> None:
    """It is noticed without a dart, for the next one could not be stored."""
    station.journal.file_fault = "dartd.db was removed"
    answer = (await http.get("/health")).json()

    assert (answer["db"], answer["health"]) == ("error", "unhealthy")
