"""`/api/v1/webhooks`; `tests/integration/test_resources.py` has what every resource does."""

from typing import Any

import httpx2
import pytest

from tests.support.people import log_in_as
from tests.support.station import Station

WEBHOOKS = "/api/v1/webhooks"
GIVEN = {"webhook_id": "chat", "name": "Chat", "url": "https://hooks.example.com/darts"}


@pytest.mark.sqlite
async def test_webhook_has_all_fields_and_shows_its_secret_once(station: Station, http: httpx2.AsyncClient) -> None:
    """The secret is in the answer to the creation and nowhere else: not in lists, events or the store."""
    admin = await log_in_as(station, "admin")
    made = (await http.post(WEBHOOKS, json=GIVEN, headers=admin)).json()
    secret = made.pop("secret")
    read = await http.get(f"{WEBHOOKS}/chat", headers=admin)
    events = (await http.get("/api/v1/events?topic=webhooks", headers=admin)).text
    stored = "\n".join(await station.services.database.query(lambda c: list(c.connection.iterdump())))

    assert secret.startswith("whsec_")
    assert read.json() == made
    assert {name: value for name, value in made.items() if not name.endswith("_at")} == {
        **GIVEN,
        "description": "",
        "events": ["*"],
        "is_active": True,
        "retry_policy": {"max_retries": 3, "backoff_base": 2.0, "max_backoff": 3600.0},
        "timeout_seconds": 30.0,
        "ssl_verify": True,
        "status": "operational",
    }
    assert made["last_used_at"] is None
    assert '"entity_id":"chat"' in events
    assert not any(secret[6:] in text for text in (read.text, events, stored))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "http://127.0.0.1/"}, "$.url"),
        ({"url": "http://2130706433/"}, "$.url"),
        ({"url": "http://[::ffff:10.0.0.1]/"}, "$.url"),
        ({"url": "https://user:password@example.com/"}, "$.url"),
        ({"url": "ftp://example.com/"}, "$.url"),
        ({"events": []}, "$.events"),
        ({"events": ["dart_flew"]}, "$.events"),
        ({"retry_policy": {"max_retries": -1}}, "$.retry_policy.max_retries"),
        ({"timeout_seconds": 0}, "$.timeout_seconds"),
        ({"secret": "mine"}, "$.secret"),
    ],
)
async def test_what_is_not_valid_is_refused(station: Station, http: httpx2.AsyncClient, given: dict[str, Any], field: str) -> None:
    """At creation and change, with the field; nothing is stored."""
    admin = await log_in_as(station, "admin")
    created = await http.post(WEBHOOKS, json={**GIVEN, **given}, headers=admin)
    none = await http.get(WEBHOOKS, headers=admin)
    await http.post(WEBHOOKS, json=GIVEN, headers=admin)
    changed = await http.put(f"{WEBHOOKS}/chat", json=given, headers=admin)

    assert [(each.status_code, each.json()["error"]["details"]["field"]) for each in (created, changed)] == [(422, field)] * 2
    assert none.json()["data"] == []


async def test_deliveries_of_what_does_not_exist(station: Station, http: httpx2.AsyncClient) -> None:
    """404 each."""
    admin = await log_in_as(station, "admin")
    answers = [
        await http.get(f"{WEBHOOKS}/none/deliveries", headers=admin),
        await http.post(f"{WEBHOOKS}/none/test", headers=admin),
        await http.post(f"{WEBHOOKS}/none/rotate-secret", headers=admin),
        await http.post(f"{WEBHOOKS}/deliveries/none/redeliver", headers=admin),
    ]
    assert [each.status_code for each in answers] == [404] * 4
