"""All webhooks: workers are started, changed and ended with their rows."""

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook

from tests.support.people import log_in_as
from tests.support.receiver import running_receiver
from tests.support.station import Station
from tests.support.throws import hit
from tests.support.waiting import Waiting

WEBHOOKS = "/api/v1/webhooks"


@pytest.mark.slow
async def test_a_change_takes_effect_at_once(open_station: tuple[Station, httpx2.AsyncClient]) -> None:
    """Another address and other events; after the deletion nothing is posted."""
    station, http = open_station
    admin = await log_in_as(station, "admin")
    async with running_receiver() as first, running_receiver() as second:
        made = (await http.post(WEBHOOKS, json={"name": "a", "url": first.url, "events": ["dart_hit"]}, headers=admin)).json()
        path = f"{WEBHOOKS}/{made['webhook_id']}"
        await station.happen(hit("d1"))
        await first.wait_for(1)
        await http.put(path, json={"url": second.url}, headers=admin)
        await station.happen(hit("d2"))
        await second.wait_for(1)
        counts = (station.services.webhooks.active_count, station.services.webhooks.pending_count, station.services.webhooks.failed_count)
        assert (await http.delete(path, headers=admin)).status_code == 204
        third = (await http.post(WEBHOOKS, json={"name": "b", "url": first.url, "events": ["dart_hit"]}, headers=admin)).json()
        await station.happen(hit("d3"))
        await first.wait_until(lambda received: received[-1].event["dart_id"] == "d3")

    assert counts == (1, 0, 0)
    assert [each.event["dart_id"] for each in second.received] == ["d2"]
    assert first.received[-1].headers["webhook-id"].startswith(third["webhook_id"])


async def test_signatures_are_verified_before_and_after_a_rotation(open_station: tuple[Station, httpx2.AsyncClient]) -> None:
    """By the package of the specification; for a day both secrets are valid."""
    station, http = open_station
    admin = await log_in_as(station, "admin")
    async with running_receiver() as receiver:
        made = (await http.post(WEBHOOKS, json={"name": "a", "url": receiver.url, "events": ["dart_hit"]}, headers=admin)).json()
        await station.happen(hit("d1"))
        await receiver.wait_for(1)
        rotated = await http.post(f"{WEBHOOKS}/{made['webhook_id']}/rotate-secret", headers=admin)
        await station.happen(hit("d2"))
        received = await receiver.wait_for(2)
    old, new = Webhook(made["secret"]), Webhook(rotated.json()["secret"])

    assert rotated.status_code == 200
    assert made["secret"] != rotated.json()["secret"]
    assert old.verify(received[0].body.decode(), received[0].headers) == received[0].event
    assert old.verify(received[1].body.decode(), received[1].headers) == received[1].event
    assert new.verify(received[1].body.decode(), received[1].headers) == received[1].event


async def test_test_and_redelivery_are_posted(open_station: tuple[Station, httpx2.AsyncClient]) -> None:
    """A test is an event of its own type; a redelivery has the id and body of its delivery."""
    station, http = open_station
    admin = await log_in_as(station, "admin")
    async with running_receiver() as receiver:
        made = (await http.post(WEBHOOKS, json={"name": "a", "url": receiver.url, "events": ["dart_hit"]}, headers=admin)).json()
        tested = await http.post(f"{WEBHOOKS}/{made['webhook_id']}/test", headers=admin)
        await receiver.wait_for(1)
        await station.happen(hit("d1"))
        first = (await receiver.wait_for(2))[1]
        registry, delivered = station.services.metrics.registry, {"outcome": "delivered"}
        await Waiting().soon(lambda: registry.get_sample_value("dartd_webhook_deliveries_total", delivered) == 2.0)
        again = await http.post(f"{WEBHOOKS}/deliveries/{first.headers['webhook-id']}/redeliver", headers=admin)
        received = await receiver.wait_for(3)

    assert (tested.status_code, again.status_code) == (202, 202)
    assert received[0].headers["webhook-id"] == tested.json()["delivery_id"]
    assert received[0].event["event_type"] == "webhook_test"
    assert (received[2].headers["webhook-id"], received[2].body) == (first.headers["webhook-id"], first.body)


async def test_a_webhook_that_loses_an_event_fails_until_one_is_taken(open_station: tuple[Station, httpx2.AsyncClient]) -> None:
    """For an hour at least, so that it is an alert; one that is switched off is no longer counted."""
    station, http = open_station
    admin = await log_in_as(station, "admin")
    body = {"name": "chat", "url": "http://127.0.0.1:1/", "events": ["dart_hit"], "retry_policy": {"max_retries": 0}}
    async with running_receiver() as receiver:
        made = (await http.post(WEBHOOKS, json=body, headers=admin)).json()
        webhooks, path = station.services.webhooks, f"{WEBHOOKS}/{made['webhook_id']}"
        await Waiting().soon(lambda: webhooks.active_count == 1)
        (quiet,) = webhooks.samples()
        await station.happen(hit("d1"))
        await Waiting().soon(lambda: webhooks.samples()[0].lost == 1)
        (failing,) = webhooks.samples()
        await http.put(path, json={"url": receiver.url}, headers=admin)
        await station.happen(hit("d2"))
        await receiver.wait_for(1)
        await Waiting().soon(lambda: webhooks.samples()[0].lost == 0)
        (taken,) = webhooks.samples()
        await http.put(path, json={"is_active": False}, headers=admin)
        await Waiting().soon(lambda: webhooks.samples() == ())

    assert [(each.failing_s, each.lost, each.name) for each in (quiet, taken)] == [(0.0, 0, "chat")] * 2
    assert failing.failing_s >= 3600.0
