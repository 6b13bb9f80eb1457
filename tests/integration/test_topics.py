"""The matrix of topics: each client, by WebSocket or event stream, receives what its permissions allow, and nothing else."""

from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest
import websockets

from dartd.auth.permissions import ANONYMOUS, ROLES, TOPIC_PERMISSIONS
from dartd.runtime.hub.topics import kind_of
from schemas.events import Presence
from tests.support.people import forged, log_in_as, make_key, make_user
from tests.support.station import Station
from tests.support.waiting import Waiting
from tests.support.websocket_client import WebSocketClient

ONE_OF_EACH = (
    "board:main",
    "camera:cam0",
    "match:m1",
    "player:p1",
    "tournament:t1",
    "list:l1",
    "fixtures:all",
    "zone:z1",
    "session:s1",
    "comments:match:m1",
    "corrections",
    "statistics",
    "webhooks",
    "metrics",
    "alerts",
    "alerts:critical",
    "alerts:performance",
    "system",
    "presence:board:main",
    "user:u1",
    "key:k1",
)
CALLERS = ("anonymous", *ROLES, "key of one permission")
ONE = "zones:read"


async def _caller(station: Station, who: str) -> tuple[dict[str, str], frozenset[str]]:
    if who == "anonymous":
        return {}, ANONYMOUS
    if who.startswith("key"):
        _, key = await make_key(station, "admin", (ONE, "board:read"))
        return {"X-API-Key": key}, frozenset({ONE, "board:read"})
    return await log_in_as(station, who), ROLES[who]


def _allowed(rights: frozenset[str]) -> list[str]:
    return [topic for topic in ONE_OF_EACH if TOPIC_PERMISSIONS[kind_of(topic)] in rights]


def _publish_on_every_topic(station: Station) -> None:
    """Publish a message on every topic."""
    for topic in ONE_OF_EACH:
        station.hub.publish_unjournalled(topic, station.services.encode(Presence(watched=topic, count=0)))


def test_every_kind_is_in_the_matrix() -> None:
    """Whatever kind there is asks for a permission, and is asked here."""
    assert {kind_of(topic) for topic in ONE_OF_EACH} == set(TOPIC_PERMISSIONS)


@pytest.mark.parametrize("who", CALLERS)
async def test_websocket_sends_what_may_be_seen(station: Station, who: str) -> None:
    """A subscription to anything else is refused with its name, and what was asked for by `*` is left out."""
    headers, rights = await _caller(station, who)
    async with websockets.connect(f"{station.ws}?topics=*", additional_headers=headers, proxy=None, close_timeout=0.2) as socket:
        listener = WebSocketClient(socket)
        await listener.receive_types(2)
        await listener.send(action="ping")  # so that it listens to what comes from here on
        await listener.receive_types(1)
        _publish_on_every_topic(station)
        received = [(await listener.receive())["watched"] for _ in _allowed(rights)]
        refused = []
        for topic in ONE_OF_EACH:
            await listener.send(action="subscribe", topic=topic)
            await listener.send(action="ping")
            answer = await listener.receive()
            if answer["event_type"] == "error":
                refused.append((topic, answer["code"], answer["details"]["topic"]))
                answer = await listener.receive()
            assert answer["event_type"] == "pong"

    assert received == _allowed(rights)
    assert refused == [(topic, "AUTH_INSUFFICIENT_PERMISSIONS", topic) for topic in ONE_OF_EACH if topic not in _allowed(rights)]


@pytest.mark.parametrize("who", CALLERS)
async def test_event_stream_sends_what_may_be_seen(station: Station, http: httpx2.AsyncClient, waiting: Waiting, who: str) -> None:
    """The same as the WebSocket."""
    headers, rights = await _caller(station, who)
    async with http.stream("GET", "/api/v1/events/stream?topics=*", headers=headers) as answer:
        events = _data(answer.aiter_lines())
        greeting = [(await waiting.within(anext(events), "the greeting"))["event_type"] for _ in range(2)]
        await waiting.soon(lambda: not any(each.subscription.lagging for each in station.services.clients.by_id.values()))
        _publish_on_every_topic(station)
        received = [(await waiting.within(anext(events), "a topic"))["watched"] for _ in _allowed(rights)]

    assert (greeting, received) == (["hello", "snapshot"], _allowed(rights))


@pytest.mark.parametrize("how", ["expired", "signature", "none"])
async def test_forged_token_receives_nothing(station: Station, http: httpx2.AsyncClient, how: str) -> None:
    """4001 on the WebSocket, by whichever way it is shown; 401 on the event stream."""
    token = forged(await make_user(station, "admin"), how)
    closings = []
    for query, headers in (("", {"Authorization": f"Bearer {token}"}), (f"?token={token}", {}), ("", {"Cookie": f"dartd_session={token}"})):
        async with websockets.connect(station.ws + query, additional_headers=headers, proxy=None, close_timeout=0.2) as socket:
            closings.append(await WebSocketClient(socket).until_closed())
    async with websockets.connect(station.ws, proxy=None, close_timeout=0.2) as socket:
        listener = WebSocketClient(socket)
        await listener.receive_types(2)
        await listener.send(action="auth", token=token)
        closings.append(await listener.until_closed())
    answer = await http.get("/api/v1/events/stream", headers={"Authorization": f"Bearer {token}"})

    assert closings == [(4001, "Unauthorized")] * 4
    assert answer.status_code == 401


async def _data(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, str]]:
    async for line in lines:
        if line.startswith("data: "):
            yield msgspec.json.decode(line[6:])
