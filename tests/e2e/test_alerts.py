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
name = "camera_offline"
for_s = 1.0
resolve_s = 1.0
"""


async def _until_resolved(client: WebSocketClient) -> list[dict[str, Any]]:
    """Return the events of the camera's alert from its beginning to its end, whatever a busy machine raises besides."""
    found: list[dict[str, Any]] = []
    while not found or found[-1]["alert"]["status"] != "resolved":
        message = await client.receive()
        if message["event_type"] == "alert" and (message["alert"]["alert_type"], message["alert"]["camera_id"]) == (
            "camera_offline",
            STRUCK,
        ):
            found.append(message)
    return found


@pytest.mark.alone
@pytest.mark.timeout(900)
async def test_an_unplugged_camera_raises_an_alert_that_resolves_by_itself(folder: Path) -> None:
    """It is published and listed with its cause, and over when the camera is back; a person acknowledges it all the same."""
    fault = ScriptedFault(kind="unplugged", at_s=0, for_s=20, camera=STRUCK)
    run = FaultRun(folder, [fault], state=folder / "state", rig=RIG, first_s=1000, fps=8.0)
    run.config.write_text(run.config.read_text() + _CONFIG)
    address = f"127.0.0.1:{run.port}"
    async with (
        run,
        websockets.connect(f"ws://{address}/api/v1/ws/alerts?since=0", additional_headers=bearer(TOKEN), proxy=None) as connection,
        httpx2.AsyncClient(base_url=f"http://{address}/api/v1", headers=bearer(TOKEN), trust_env=False) as http,
    ):
        raised, *_, resolved = await _until_resolved(WebSocketClient(connection))
        alert_id = raised["alert"]["alert_id"]
        await http.post(f"/alerts/{alert_id}/acknowledge", json={"action_taken": "plugged it in"})
        listed = (await http.get(f"/alerts?status=resolved&alert_type=camera_offline&camera_id={STRUCK}")).json()["data"]
        anomalies = (await http.get("/anomalies?anomaly_type=camera_offline&resolved=true")).json()["data"]
        today = (await http.get("/metrics/today")).json()
        status = run.end()

    alert = raised["alert"]
    assert (alert["status"], alert["severity"], raised["topic"], resolved["alert"]["alert_id"]) == (
        "pending",
        "high",
        "alerts:high",
        alert_id,
    )
    assert "Check its cable" in alert["message"]
    assert resolved["alert"]["resolved_at"] > alert["timestamp"]
    assert [(each["acknowledged"], each["action_taken"]) for each in listed if each["alert_id"] == alert_id] == [(True, "plugged it in")]
    assert any(each["alert_id"] == alert_id and each["root_cause"] for each in anomalies)
    assert (today["alerts_count"] >= 1, today["anomalies_count"] >= 1, status) == (True, True, 0)
