"""The deliveries of one webhook, to a real receiver and a real store."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import sqlalchemy as sa

from dartd.config import WebhooksConfig
from dartd.store.tables import webhooks
from tests.support.http_client import http_client
from tests.support.people import log_in_as
from tests.support.receiver import PRIVATE, Receiver, ok, running_receiver
from tests.support.station import CONFIG, Station, running_station
from tests.support.throws import hit
from tests.support.waiting import DEADLINE_S, Waiting

HITS = {"events": ["dart_hit"], "retry_policy": {"max_retries": 3, "backoff_base": 1, "max_backoff": 1}}


async def _add(station: Station, http: httpx2.AsyncClient, receiver: Receiver, **given: Any) -> dict[str, Any]:
    admin = await log_in_as(station, "admin")
    made = await http.post("/api/v1/webhooks", json={"name": "test", "url": receiver.url, **HITS, **given}, headers=admin)
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def _deliveries(station: Station, http: httpx2.AsyncClient, webhook_id: str, count: int) -> list[dict[str, Any]]:
    """Wait until a webhook has as many deliveries that ended, and return all, the oldest first."""
    admin = await log_in_as(station, "admin")
    async with asyncio.timeout(DEADLINE_S):
        while True:
            answer = await http.get(f"/api/v1/webhooks/{webhook_id}/deliveries?sort=created_at", headers=admin)
            found: list[dict[str, Any]] = answer.json()["data"]
            if sum(each["status"] != "pending" for each in found) >= count:
                return found
            await asyncio.sleep(0.05)


Open = tuple[Station, httpx2.AsyncClient]


async def test_each_event_is_posted_once_in_order_as_on_the_websocket(open_station: Open, receiver: Receiver) -> None:
    """Only those that the webhook wants; the id of a delivery contains that of its event."""
    station, http = open_station
    await station.happen(hit("d0"))  # before the webhook was added
    webhook = await _add(station, http, receiver)
    envelopes = await station.happen(*(hit(f"d{k}") for k in range(1, 6)))
    received = await receiver.wait_for(5)

    assert [each.body for each in received] == [
        envelope.wire for envelope in envelopes if envelope.event.__struct_config__.tag == "dart_hit"
    ]
    assert [each.headers["webhook-id"] for each in received] == [f"{webhook['webhook_id']}.{each.event['event_id']}" for each in received]
    deliveries = await _deliveries(station, http, webhook["webhook_id"], 5)
    assert {(each["status"], each["attempts"], each["last_status_code"], each["last_error"]) for each in deliveries} == {
        ("delivered", 1, 200, None)
    }


async def test_a_failing_receiver_gets_it_again_before_the_next(open_station: Open, receiver: Receiver) -> None:
    """With the same id and body; what is given up is failed, and the next one follows."""
    station, http = open_station
    receiver.answers += [ok("500 Internal Server Error"), None, *[ok("503 Service Unavailable")] * 4]
    webhook = await _add(station, http, receiver)
    await station.happen(hit("d1"), hit("d2"), hit("d3"))
    received = await receiver.wait_for(8)
    deliveries = await _deliveries(station, http, webhook["webhook_id"], 3)

    assert [each.event["dart_id"] for each in received] == ["d1"] * 4 + ["d2"] * 3 + ["d3"]
    assert len({(each.headers["webhook-id"], each.body) for each in received}) == len({each.headers["webhook-id"] for each in received})
    assert [(each["status"], each["attempts"]) for each in deliveries] == [("failed", 4), ("delivered", 3), ("delivered", 1)]
    assert deliveries[0]["last_error"] == "answered 503"


async def test_a_receiver_that_is_gone_gets_no_more(open_station: Open, receiver: Receiver) -> None:
    """410 disables the webhook, as an event says; enabled again it gets what happens from then on."""
    station, http = open_station
    receiver.answers.append(ok("410 Gone"))
    webhook = await _add(station, http, receiver)
    path, admin = f"/api/v1/webhooks/{webhook['webhook_id']}", await log_in_as(station, "admin")
    await station.happen(hit("d1"), hit("d2"))
    await Waiting().soon(lambda: station.services.webhooks.active_count == 0)
    await station.happen(hit("d3"))
    await http.put(path, json={"is_active": True}, headers=admin)
    await station.happen(hit("d4"))
    received = await receiver.wait_for(2)
    events = (await http.get("/api/v1/events?event_type=STATUS_CHANGED", headers=admin)).json()["data"]

    assert [each.event["dart_id"] for each in received] == ["d1", "d4"]
    assert [(each["entity_type"], each["payload"]["status"]) for each in events] == [("webhook", "disabled")]


async def test_position_survives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    """What was not delivered when the daemon ended is delivered by the next one, in order."""
    receiver.answers += [ok(), 60.0]
    async with running_station(tmp_path, config=PRIVATE) as station, http_client(station.http) as http:
        webhook = await _add(station, http, receiver)
        await station.happen(hit("d1"))
        await _deliveries(station, http, webhook["webhook_id"], 1)
        await station.happen(hit("d2"), hit("d3"))
        await receiver.wait_for(2)
    async with running_station(tmp_path, config=PRIVATE):
        received = await receiver.wait_for(4)

    assert [each.event["dart_id"] for each in received] == ["d1", "d2", "d2", "d3"]
    assert received[1].headers["webhook-id"] == received[2].headers["webhook-id"]


async def test_a_slow_receiver_delays_no_other(open_station: Open, receiver: Receiver) -> None:
    """Each webhook has its own worker."""
    station, http = open_station
    async with running_receiver() as slow:
        slow.answers.append(60.0)
        await _add(station, http, slow)
        await _add(station, http, receiver)
        await station.happen(hit("d1"), hit("d2"))
        received = await receiver.wait_for(2)
        assert len(await slow.wait_for(1)) == 1
    assert [each.event["dart_id"] for each in received] == ["d1", "d2"]


async def test_events_that_are_too_old_are_dropped_and_counted(tmp_path: Path, receiver: Receiver) -> None:
    """By webhooks.keep_days, each once, also when the worker begins again; a test's are shorter than the pause."""
    config = msgspec.structs.replace(CONFIG, webhooks=WebhooksConfig(allow_private=True, keep_days=1e-9))
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        webhook = await _add(station, http, receiver)
        await station.happen(hit("d1"))
        registry = station.services.metrics.registry
        await Waiting().soon(lambda: registry.get_sample_value("dartd_webhook_events_dropped_total") == 1.0)
        await http.put(f"/api/v1/webhooks/{webhook['webhook_id']}", json={"name": "again"}, headers=await log_in_as(station, "admin"))
        await station.happen(hit("d2"))
        await Waiting().soon(lambda: registry.get_sample_value("dartd_webhook_events_dropped_total") == 2.0)
        rows = await station.services.database.read(lambda c: c.execute(sa.select(webhooks.c.position)).scalars().all())
    assert rows == [station.services.hub.last_seq]
    assert not receiver.received
