"""Alerts of a real daemon: a fault of a camera raises one, which resolves by itself."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets

from schemas.base import CameraId
from schemas.faults import ScriptedFault
from tests.e2e.conftest import RIG
from tests.support.fault_run import FaultRun
from tests.support.people import bearer
from tests.support.station import TOKEN
from tests.support.websocket_client import WebSocketClient

STRUCK = CameraId("cam1")
_CONFIG = f"""
[auth]
token = "{TOKEN}"
[[alerts.rules]]
name = "camera_fault"
for_s = 1.0
resolve_s = 1.0
[[alerts.rules]]
name = "camera_fps_low"
enabled = false
"""


async def _next_alert(client: WebSocketClient) -> dict[str, Any]:
    """Return the next alert about the camera, whatever a busy machine raises besides."""
    while True:
        message = await client.receive()
        if message["event_type"] == "alert" and message["alert"]["camera_id"] == STRUCK:
            return message


@pytest.mark.alone
@pytest.mark.timeout(900)
async def test_a_black_camera_raises_an_alert_that_resolves_by_itself(folder: Path) -> None:
    """It is published, listed with its cause, acknowledged by a person, and over when the picture is back."""
    fault = ScriptedFault(kind="black", at_s=6, for_s=6, camera=STRUCK)
    run = FaultRun(folder, [fault], state=folder / "state", rig=RIG, first_s=1000, fps=8.0)
    run.config.write_text(run.config.read_text() + _CONFIG)
    async with run:
        async with (
            websockets.connect(f"ws://127.0.0.1:{run.port}/api/v1/ws/alerts", additional_headers=bearer(TOKEN), proxy=None) as connection,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{run.port}/api/v1", headers=bearer(TOKEN), trust_env=False) as http,
        ):
            client = WebSocketClient(connection)
            raised = await _next_alert(client)
            alert = raised["alert"]
            listed = (await http.get("/alerts?status=pending&alert_type=camera_fault")).json()["data"]
            deep = (await http.get(f"http://127.0.0.1:{run.port}/health/deep")).json()["alerts"]
            await http.post(f"/alerts/{alert['alert_id']}/acknowledge", json={"action_taken": "switched the light on"})
            changes = [await _next_alert(client) for _ in range(2)]
            over = (await http.get(f"/alerts/{alert['alert_id']}")).json()
            anomalies = (await http.get("/anomalies?anomaly_type=camera_fault")).json()["data"]
            today = (await http.get("/metrics/today")).json()
        status = run.end()

    assert (alert["alert_type"], alert["severity"], raised["topic"]) == ("camera_fault", "high", "alerts:high")
    assert ("black" in alert["message"], "Check the light" in alert["message"]) == (True, True)
    assert [each["alert_id"] for each in listed] == [alert["alert_id"]]
    assert (deep["status"], deep["open_count"] >= 1) == ("degraded", True)
    assert [(each["alert"]["status"], each["alert"]["acknowledged"]) for each in changes] == [("acknowledged", True), ("resolved", True)]
    assert (over["status"], over["action_taken"], over["resolved_at"] > over["timestamp"]) == ("resolved", "switched the light on", True)
    assert [(each["alert_id"], each["resolved"], each["root_cause"].partition(":")[0]) for each in anomalies] == [
        (alert["alert_id"], True, "the picture of this camera alone")
    ]
    assert (today["alerts_count"] >= 1, today["anomalies_count"] >= 1, status) == (True, True, 0)
