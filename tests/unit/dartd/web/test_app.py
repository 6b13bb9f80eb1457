"""Every route together."""

from pathlib import Path
from typing import get_args

import httpx2
import msgspec
import pytest

from dartd.auth.permissions import PERMISSIONS, RESERVED_PERMISSIONS, RESERVED_TOPICS, TOPIC_PERMISSIONS
from dartd.config import LimitsConfig
from dartd.runtime.hub.topics import kind_of
from dartd.store.event_topics import SHARED_TOPICS
from dartd.web.app import ENDPOINTS
from dartd.web.http.commanded import REASON
from schemas.asyncapi import topic_template_of
from schemas.events import JournalledEvent, LiveEvent
from tests.support.http_client import http_client
from tests.support.station import CONFIG, running_station


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("POST", "/health", "GET"), ("GET", "/api/v1/board/reset", "POST"), ("DELETE", "/", "GET")]
)
async def test_other_methods_are_refused_with_those_allowed(http: httpx2.AsyncClient, method: str, path: str, allowed: str) -> None:
    """405 with `Allow`."""
    answer = await http.request(method, path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert allowed in answer.headers["allow"].replace(" ", "").split(",")


async def test_an_unknown_path_is_named(http: httpx2.AsyncClient) -> None:
    """404 with the path in the details."""
    answer = await http.get("/api/v1/none")

    assert (answer.status_code, answer.json()["error"]["details"]) == (404, {"path": "/api/v1/none"})


async def test_listed_origins_may_read(tmp_path: Path) -> None:
    """CORS for the configured origins, with the headers that pages need; no other origin."""
    server = msgspec.structs.replace(CONFIG.server, cors_origins=("https://darts.example",))
    async with (
        running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station,
        http_client(station.http) as client,
    ):
        ours = await client.get("/health", headers={"Origin": "https://darts.example"})
        other = await client.get("/health", headers={"Origin": "https://evil.example"})

    assert ours.headers["access-control-allow-origin"] == "https://darts.example"
    assert "X-Request-ID" in ours.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in other.headers


async def test_the_path_of_the_websocket_is_configured(tmp_path: Path) -> None:
    """`server.ws_path` moves it, and the page uses it."""
    server = msgspec.structs.replace(CONFIG.server, ws_path="/stream")
    async with (
        running_station(tmp_path, config=msgspec.structs.replace(CONFIG, server=server)) as station,
        http_client(station.http) as client,
    ):
        settings, gone = await client.get("/config.json"), await client.get("/ws")

    assert (settings.json()["ws_path"], gone.status_code) == ("/stream", 404)


async def test_without_anonymous_reads_only_health_is_open(tmp_path: Path) -> None:
    """What shows the board needs the token then; what restarts things does not."""
    config = msgspec.structs.replace(CONFIG, auth=msgspec.structs.replace(CONFIG.auth, anonymous_reads=False))
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as client:
        statuses = [(await client.get(path)).status_code for path in ("/api/v1/board", "/api/v1/events", "/metrics", "/health/live")]

    assert statuses == [401, 401, 401, 200]


def test_every_permission_is_used_or_reserved() -> None:
    """A permission must be asked for by a route, the WebSocket or a topic, or be reserved by a requirement; never both."""
    asked = {permission for endpoint in ENDPOINTS for permission in (endpoint.permission, endpoint.own) if permission is not None}
    asked.add("corrections:write")  # by the WebSocket

    assert set(PERMISSIONS) - asked - set(TOPIC_PERMISSIONS.values()) == set(RESERVED_PERMISSIONS)
    assert asked & set(RESERVED_PERMISSIONS) == set()


def test_every_topic_carries_events_or_is_reserved() -> None:
    """A kind of topic must be that of an event type, or be reserved by a requirement; never both."""
    events = (*get_args(JournalledEvent), *get_args(LiveEvent))
    carried = {kind_of(topic_template_of(event)) for event in events} - {"*", "{entity_type}"}
    published = {endpoint.entity for endpoint in ENDPOINTS if endpoint.publishes or endpoint.no_event_reason == REASON}
    carried |= published - set(SHARED_TOPICS) | set(SHARED_TOPICS.values())

    assert set(TOPIC_PERMISSIONS) - carried == set(RESERVED_TOPICS)
    assert carried & set(RESERVED_TOPICS) == set()


def test_every_rate_class_is_used() -> None:
    """Each configured rate class must limit a route or the WebSocket."""
    configured = set(LimitsConfig.__struct_fields__) - {"admin_factor"}
    used = {endpoint.rate for endpoint in ENDPOINTS} - {"unlimited"} | {"corrections"}  # the WebSocket's `correct`

    assert used == configured
