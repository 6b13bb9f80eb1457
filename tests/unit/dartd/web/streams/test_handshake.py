"""The handshake of a WebSocket."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import websockets

from dartd.config import Config
from schemas.events import Presence
from tests.support.people import log_in, make_key, make_player, make_user
from tests.support.station import CONFIG, TOKEN, Station, running_station
from tests.support.websocket_client import Connect, WebSocketClient


def _with_server(**changes: Any) -> Config:
    return msgspec.structs.replace(CONFIG, server=msgspec.structs.replace(CONFIG.server, **changes))


@pytest.mark.slow
async def test_pages_of_other_origins_are_refused(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    """A page elsewhere cannot open a WebSocket; the answer says so."""
    with pytest.raises(websockets.InvalidStatus) as caught:
        await websockets.connect(station.ws, proxy=None, origin=websockets.Origin("https://evil.example"))

    assert caught.value.response.status_code == 403
    assert msgspec.json.decode(caught.value.response.body or b"")["error"]["code"] == "ORIGIN_NOT_ALLOWED"
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_our_own_pages_are_welcome(station: Station, connect: Connect) -> None:
    """The origin of our own host may connect."""
    listener = await connect(origin=websockets.Origin(station.http))

    assert await listener.receive_types(1) == ["hello"]


async def test_one_client_too_many_is_asked_to_come_later(tmp_path: Path) -> None:
    """1013; the seat is free again as soon as somebody leaves."""
    config = msgspec.structs.replace(CONFIG, ws=msgspec.structs.replace(CONFIG.ws, max_clients=1))
    async with running_station(tmp_path, config=config) as station:
        async with websockets.connect(station.ws, proxy=None) as first:
            await WebSocketClient(first).receive()
            async with websockets.connect(station.ws, proxy=None) as second:
                closing = await WebSocketClient(second).until_closed()
        async with websockets.connect(station.ws, proxy=None) as third:
            assert (closing[0], await WebSocketClient(third).receive_types(1)) == (1013, ["hello"])


async def _denied(url: str, **options: Any) -> tuple[int, str]:
    """Return status and code with which a WebSocket is refused."""
    with pytest.raises(websockets.InvalidStatus) as caught:
        await websockets.connect(url, proxy=None, **options)
    return caught.value.response.status_code, msgspec.json.decode(caught.value.response.body or b"")["error"]["code"]


@pytest.mark.parametrize("origin", ["http://[", "null", "https://evil.example:99999"])
async def test_broken_origins_are_refused(station: Station, origin: str) -> None:
    """None of them is an error of the daemon."""
    assert await _denied(station.ws, origin=websockets.Origin(origin)) == (403, "ORIGIN_NOT_ALLOWED")


async def test_another_path_is_not_found(station: Station) -> None:
    """The answer says so, as for a request."""
    assert await _denied(station.ws + "/other") == (404, "RESOURCE_NOT_FOUND")


async def test_one_address_leaves_places_for_others(tmp_path: Path) -> None:
    """An address gets three quarters of the places at most; a key has its own share, whatever its address."""
    config = msgspec.structs.replace(CONFIG, ws=msgspec.structs.replace(CONFIG.ws, max_clients=8))
    async with running_station(tmp_path, config=config) as station:
        opened = [await websockets.connect(station.ws, proxy=None) for _ in range(7)]
        greetings = [(await WebSocketClient(each).receive_types(1)) for each in opened[:6]]
        last = await WebSocketClient(opened[6]).until_closed()
        by_key = await websockets.connect(f"{station.ws}?token={TOKEN}", proxy=None)
        screen = await WebSocketClient(by_key).receive_types(1)
        for each in [*opened, by_key]:
            await each.close()

    assert (greetings, last[0], screen) == ([["hello"]] * 6, 1013, ["hello"])


async def test_invalid_tokens_are_limited_per_address(tmp_path: Path) -> None:
    """After many of them the answer is 429 with the time to wait; a valid one is still accepted."""
    config = msgspec.structs.replace(CONFIG, limits=msgspec.structs.replace(CONFIG.limits, default=5))
    async with running_station(tmp_path, config=config) as station:
        codes = []
        for k in range(5):
            async with websockets.connect(f"{station.ws}?token=wrong{k}", proxy=None) as connection:
                codes.append((await WebSocketClient(connection).until_closed())[0])
        refusal = await _denied(f"{station.ws}?token=wrong")
        async with websockets.connect(f"{station.ws}?token={TOKEN}", proxy=None) as connection:
            valid = await WebSocketClient(connection).receive_types(1)

    assert (codes, refusal, valid) == ([4001] * 5, (429, "RATE_LIMIT_EXCEEDED"), ["hello"])


async def test_a_key_that_may_not_read_is_closed_at_once(station: Station) -> None:
    """4003, not 4001 after five seconds."""
    _, key = await make_key(station, "operator", ("zones:read",))
    async with asyncio.timeout(2), websockets.connect(f"{station.ws}?token={key}", proxy=None) as connection:
        assert (await WebSocketClient(connection).until_closed())[0] == 4003


async def test_topics_at_connect_are_checked(connect: Connect) -> None:
    """A topic that does not exist and one that needs a permission each have their error."""
    listener = await connect("?topics=board:*,nonsense,webhooks")
    messages = [await listener.receive() for _ in range(4)]
    errors = {message["details"]["topic"]: message for message in messages if message["event_type"] == "error"}

    assert errors["nonsense"]["code"] == "VALIDATION_ERROR"
    assert "board" in errors["nonsense"]["details"]["allowed"]
    assert errors["webhooks"]["code"] == "AUTH_INSUFFICIENT_PERMISSIONS"
    assert errors["webhooks"]["details"]["permission"] == "webhooks:read"


async def _may_reset(station: Station, **headers: str) -> bool:
    """Return whether a page with an admin's cookie may command the board."""
    admin = await log_in(station, await make_user(station, "admin"))
    cookie = f"dartd_session={admin['Authorization'].removeprefix('Bearer ')}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with websockets.connect(station.ws, proxy=None, additional_headers={"Cookie": cookie, **named}) as connection:
        listener = WebSocketClient(connection)
        await listener.send(action="reset")
        while (message := await listener.receive())["event_type"] not in {"error", "board_reset"}:
            pass
    return bool(message["event_type"] == "board_reset")


@pytest.mark.parametrize(
    ("server", "origin", "may"),
    [
        ({"cors_origins": ("*",)}, "https://evil.example", False),
        ({"cors_origins": ("https://ada.example",)}, "https://ada.example", False),
        ({"cors_origins": ("https://ada.example",), "cors_credentials": True}, "https://ada.example", True),
    ],
)
async def test_cookies_count_only_for_origins_listed_for_it(tmp_path: Path, server: dict[str, Any], origin: str, may: bool) -> None:  # noqa: FBT001
    """With `*` any page may connect, but not as the user of the browser."""
    async with running_station(tmp_path, config=_with_server(**server)) as station:
        assert await _may_reset(station, Origin=origin) is may


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        # nginx's recipe for WebSockets sends neither the host nor the scheme of the client.
        pytest.param({"Origin": "https://darts.example"}, False, id="recipe"),
        pytest.param(
            {"Origin": "https://darts.example", "X_Forwarded_Host": "darts.example", "X_Forwarded_Proto": "https"}, True, id="forwarded"
        ),
        pytest.param({"Origin": "https://darts.example", "X_Forwarded_Host": "darts.example:443"}, True, id="port"),
    ],
)
async def test_pages_connect_through_a_proxy(tmp_path: Path, headers: dict[str, str], may: bool) -> None:  # noqa: FBT001
    """A trusted proxy may leave out the host; then the page may connect, but its cookies do not count."""
    async with running_station(tmp_path, config=_with_server(trusted_proxies=("127.0.0.1",))) as station:
        assert await _may_reset(station, **headers) is may


async def test_forwarded_headers_of_others_are_ignored(station: Station, http: httpx2.AsyncClient) -> None:
    """Neither the host nor the address of a client that is no trusted proxy."""
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "203.0.113.9"}
    refusal = await _denied(station.ws, origin=websockets.Origin("http://evil.example"), additional_headers=headers)
    remaining = [
        (await http.get("/api/v1/board", headers={"X-Forwarded-For": f"203.0.113.{k}"})).headers["X-RateLimit-Remaining"] for k in range(3)
    ]

    assert refusal == (403, "ORIGIN_NOT_ALLOWED")
    assert len(set(remaining)) == 3


async def test_an_unforeseen_error_is_answered_in_the_usual_shape(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 before the connection is accepted, 1011 afterwards."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(station.services.hub, "subscribe", fail)
    async with websockets.connect(station.ws, proxy=None) as connection:
        closed = await WebSocketClient(connection).until_closed()
    monkeypatch.setattr(station.services.accounts, "principal_of", fail)

    assert closed == (1011, "internal error")
    assert await _denied(station.ws) == (500, "INTERNAL_ERROR")


async def test_other_paths_have_other_topics(station: Station) -> None:
    """Alerts and the system, or what moves; without the permission an error names the topic, and a token that comes later is enough."""
    base = station.ws.removesuffix("/ws")
    published = ("alerts:high", "system", "zone:z1", "session:s1", "metrics", "board:main")
    received: dict[str, list[str]] = {}
    for path in ("/api/v1/ws/alerts", "/api/v1/ws/tracking", "/ws/alerts", "/ws/tracking"):
        async with websockets.connect(base + path, proxy=None) as connection:
            client = WebSocketClient(connection)
            refused = [(await client.receive()) for _ in range(4)]
            await client.send(type="auth", token=TOKEN)
            await client.send(type="ping")
            await client.receive_types(1)
            for topic in published:
                station.hub.publish_unjournalled(topic, station.services.encode(Presence(watched=topic, count=0)))
            await client.send(type="ping")
            received[path] = []
            while (message := await client.receive())["event_type"] != "pong":
                received[path].append(message["watched"])
        named = [each["details"]["topic"] for each in refused if each["event_type"] == "error"]
        assert named == (["alerts", "system"] if "alerts" in path else ["alerts", "metrics"])

    assert received == {
        "/api/v1/ws/alerts": ["alerts:high", "system"],
        "/api/v1/ws/tracking": ["alerts:high", "zone:z1", "session:s1", "metrics"],
        "/ws/alerts": ["alerts:high", "system"],
        "/ws/tracking": ["alerts:high", "zone:z1", "session:s1", "metrics"],
    }


async def test_a_player_receives_what_concerns_their_player(station: Station, http: httpx2.AsyncClient) -> None:
    """Changes of their own player, live and in the journal, and nothing of other players."""
    admin = await log_in(station, await make_user(station, "admin"))
    for player_id in ("ann", "bob"):
        await make_player(station, player_id=player_id)
    player = await log_in(station, await make_user(station, "player", player_id="ann"))
    async with websockets.connect(f"{station.ws}?topics=player:*", proxy=None, additional_headers=player) as connection:
        ear = WebSocketClient(connection)
        await ear.receive_types(2)
        for player_id in ("bob", "ann"):
            await http.put(f"/api/v1/players/{player_id}", json={"name": player_id.title()}, headers=admin)
        heard = await ear.receive()
        await ear.send(action="subscribe", topic="player:bob")
        refused = await ear.receive()
    journalled = (await http.get("/api/v1/events?topic=player:*", headers=player)).json()["data"]

    assert (heard["event_type"], heard["entity_id"]) == ("UPDATED", "ann")
    assert refused["code"] == "AUTH_INSUFFICIENT_PERMISSIONS"
    assert {event["entity_id"] for event in journalled} == {"ann"}
