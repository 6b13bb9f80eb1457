"""`/api/v1/alerts` and `/api/v1/anomalies`."""

from typing import Any

import httpx2
import msgspec

from schemas.events import AlertChanged
from tests.support.alerts import ALERT, ANOMALY
from tests.support.people import log_in_as
from tests.support.station import Station
from tests.support.websocket_client import Connect

LOW = AlertChanged(alert=ALERT, anomaly=ANOMALY)
FULL = AlertChanged(
    alert=msgspec.structs.replace(
        ALERT, alert_id=2, alert_type="disk_nearly_full", severity="critical", operation_type="storage", camera_id=None
    )
)


async def get(http: httpx2.AsyncClient, path: str, headers: dict[str, str]) -> Any:
    """Return what a path answers."""
    answer = await http.get(f"/api/v1/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_alerts_are_listed_acknowledged_and_counted(station: Station, http: httpx2.AsyncClient) -> None:
    """By filters, one or many at a time; a change is seen in the cached list, in the event, and in health, metrics and the day."""
    admin, viewer = await log_in_as(station, "admin"), await log_in_as(station, "viewer")
    await station.happen(LOW, FULL)
    listed = await get(http, "alerts", viewer)
    filtered = [
        [each["alert_id"] for each in (await get(http, f"alerts?{query}", viewer))["data"]]
        for query in ("severity=critical", "status=pending&camera_id=cam0", "alert_type=turn_idle", "acknowledged=true", "limit=1")
    ]
    refused = [
        (await http.post("/api/v1/alerts/1/acknowledge", headers=viewer)).status_code,
        (await http.get("/api/v1/alerts")).status_code,
        (await http.get("/api/v1/alerts/9", headers=viewer)).status_code,
        (await http.post("/api/v1/alerts/x/acknowledge", headers=admin)).status_code,
    ]
    one = (await http.post("/api/v1/alerts/1/acknowledge", json={"action_taken": "plugged in"}, headers=admin)).json()
    again = (await http.post("/api/v1/alerts/1/acknowledge", headers=admin)).json()
    many = (await http.post("/api/v1/alerts/acknowledge", json={"alert_ids": [1, 2, 3]}, headers=admin)).json()
    after = (await get(http, "alerts?acknowledged=true", viewer))["data"]
    events = [each["alert"]["status"] for each in (await get(http, "events?event_type=alert", admin))["data"]]
    audited = [each["action"] for each in (await get(http, "audit?entity_type=alert", admin))["data"]]

    assert ([each["alert_id"] for each in listed["data"]], listed["pagination"]["total"]) == ([2, 1], 2)
    assert filtered == [[2], [1], [], [], [2]]
    assert refused == [403, 401, 404, 404]
    assert (one["status"], one["acknowledged"], one["action_taken"], again) == ("acknowledged", True, "plugged in", one)
    assert one["acknowledged_by"]
    assert one["acknowledged_at"].endswith("Z")
    assert (many, [each["alert_id"] for each in after]) == ({"acknowledged": 1, "failed": 2}, [2, 1])
    assert events == ["pending", "pending", "acknowledged", "acknowledged"]
    assert sorted(set(audited)) == ["alerts.acknowledge"]


async def test_what_is_open_is_in_the_figures(station: Station, http: httpx2.AsyncClient, operator: dict[str, str]) -> None:
    """Prometheus, deep health, and the anomalies with their causes; a resolved one is acknowledged and stays resolved."""
    await station.happen(LOW, FULL)
    deep, text = (await http.get("/health/deep")).json()["alerts"], (await http.get("/metrics")).text
    resolved = AlertChanged(
        alert=msgspec.structs.replace(ALERT, status="resolved", resolved_at=ALERT.timestamp),
        anomaly=msgspec.structs.replace(ANOMALY, resolved=True, resolved_at=ALERT.timestamp),
    )
    await station.happen(resolved)
    late = (await http.post("/api/v1/alerts/1/acknowledge", headers=operator)).json()
    anomalies = (await get(http, "anomalies?resolved=true&anomaly_type=camera_fps_low", operator))["data"]
    warned = (await get(http, "anomalies?severity=critical", operator))["data"]
    left = (await http.get("/health/deep")).json()["alerts"]

    assert (deep["status"], deep["open_count"], deep["critical_count"], left["open_count"]) == ("degraded", 2, 1, 1)
    assert 'dartd_alerts{severity="warning"} 1.0' in text
    assert 'dartd_alerts_raised_total{alert_type="camera_fps_low"} 1.0' in text
    assert (late["status"], late["acknowledged"]) == ("resolved", True)
    assert [(each["root_cause"], each["alert_id"], each["evidence"]) for each in anomalies] == [
        (ANOMALY.root_cause, 1, {"cpu_percent": 97.0})
    ]
    assert warned == []


async def test_clients_subscribe_by_severity_performance_or_alias(
    station: Station, connect: Connect, operator: dict[str, str], http: httpx2.AsyncClient
) -> None:
    """With the messages that existing clients send; each alert comes once."""
    everything = await connect("?topics=alerts", additional_headers=operator)
    critical = await connect(additional_headers=operator)
    slow = await connect(additional_headers=operator)
    for client, channel in ((critical, "critical_alerts"), (slow, "performance_warnings")):
        await client.receive_types(2)
        await client.send(type="subscribe", channels=[channel])
        await client.send(action="ping")
        assert await client.receive_types(1) == ["pong"]
    await everything.receive_types(2)
    await everything.send(action="subscribe", topics=["alerts:critical", "alerts:warning"])
    await everything.send(action="ping")
    await everything.receive_types(1)
    await station.happen(LOW, FULL)
    journalled = [
        [each["alert"]["alert_id"] for each in (await get(http, f"events?topic={topic}", operator))["data"]]
        for topic in ("alerts", "alerts:warning", "alerts:critical", "performance_warnings", "alerts:info")
    ]
    seen = [(await client.receive())["alert"]["alert_id"] for client in (everything, everything, critical, slow)]
    for client in (everything, critical, slow):
        await client.send(action="ping")
        assert await client.receive_types(1) == ["pong"]

    assert seen == [1, 2, 2, 1]
    assert journalled == [[1, 2], [1], [2], [1], []]
