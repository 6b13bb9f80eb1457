"""What is written behind the answers."""

import asyncio

import httpx2

from dartd.outlets.periodic import flush, publish_status, publish_today
from tests.support.people import make_key, make_user
from tests.support.station import Station
from tests.support.throws import hit
from tests.support.waiting import Waiting
from tests.support.websocket_client import Connect


async def test_use_of_keys_and_limits_is_written(station: Station, http: httpx2.AsyncClient) -> None:
    """Soon after it happened."""
    user = await make_user(station, "admin")
    key_id, key = await make_key(station, "admin", None, user.user_id)
    await http.get("/api/v1/board", headers={"X-API-Key": key})
    await flush(station.services)
    answer = await http.get(f"/api/v1/auth/api-keys/{key_id}", headers={"X-API-Key": key})

    assert answer.json()["last_used_at"] is not None
    assert await station.services.database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM limits").fetchone()) == (1,)


async def test_store_that_cannot_be_written_ends_nothing(station: Station, http: httpx2.AsyncClient) -> None:
    """It is logged, and tried again."""
    await http.get("/api/v1/board")
    await asyncio.to_thread(station.journal.close)
    await flush(station.services)

    assert (await http.get("/health/live")).status_code == 200


async def test_the_day_is_published_to_clients_with_the_permission(
    station: Station, connect: Connect, operator: dict[str, str], waiting: Waiting
) -> None:
    """On the topic `metrics`; no other client receives it."""
    await station.happen(hit("d1", 1))
    listener = await connect("?topics=metrics", additional_headers=operator)
    anonymous = await connect("?topics=metrics,board:*")
    assert await listener.receive_types(2) == ["hello", "snapshot"]
    assert await anonymous.receive_types(3) == ["hello", "snapshot", "error"]  # the topic is refused
    await waiting.soon(lambda: station.hub.statistics().direct == 2)
    await publish_today(station.services)
    event = await listener.receive()
    await anonymous.send(action="ping")

    assert (event["event_type"], event["darts"], event["points"], event["three_dart_average"]) == ("metrics_update", 1, 60, "180.00")
    assert event["clients"] == 2
    assert (await anonymous.receive())["event_type"] == "pong"


async def test_the_system_status_is_published_to_clients_with_the_permission(
    station: Station, connect: Connect, operator: dict[str, str], waiting: Waiting
) -> None:
    """On the topic `system`; no other client receives it."""
    listener = await connect("?topics=system", additional_headers=operator)
    anonymous = await connect("?topics=system,board:*")
    assert await listener.receive_types(2) == ["hello", "snapshot"]
    assert await anonymous.receive_types(3) == ["hello", "snapshot", "error"]  # the topic is refused
    await waiting.soon(lambda: station.hub.statistics().direct == 2)
    publish_status(station.services)
    event = await listener.receive()
    await anonymous.send(action="ping")

    assert (event["event_type"], event["active_webhooks"], event["pending_deliveries"]) == ("system_status", 0, 0)
    assert 0 <= event["cache_hit_rate"] <= 1
    assert (await anonymous.receive())["event_type"] == "pong"
