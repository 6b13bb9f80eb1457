"""Rights that end: clients are disconnected at once, not only at their next request."""

import contextlib
from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest
import websockets

from dartd.store.keys import KEYS
from tests.support.people import PASSWORD, log_in, log_in_as, make_key, make_user
from tests.support.station import Station
from tests.support.throws import hit
from tests.support.waiting import Waiting
from tests.support.websocket_client import WebSocketClient

USERS = "/api/v1/users"


@contextlib.asynccontextmanager
async def _listener(station: Station, shown: dict[str, str], query: str = "") -> AsyncIterator[WebSocketClient]:
    """Listen on the WebSocket; hello and snapshot are received already."""
    async with websockets.connect(station.ws + query, additional_headers=shown, proxy=None, close_timeout=0.2) as socket:
        listener = WebSocketClient(socket)
        await listener.receive_types(2)
        yield listener


@pytest.mark.parametrize("how", ["user", "key", "logout", "lock"])
async def test_websocket_is_closed(station: Station, http: httpx2.AsyncClient, waiting: Waiting, how: str) -> None:
    """With 4001, when the account, the key or the login has ended; no other client notices."""
    admin, user = await log_in_as(station, "admin"), await make_user(station, "viewer")
    key_id, key = await make_key(station, "viewer", None, user.user_id)
    shown = {"X-API-Key": key} if how == "key" else await log_in(station, user)
    async with _listener(station, shown) as listener, _listener(station, {}) as other, _listener(station, admin) as third:
        match how:
            case "user":
                answer = await http.delete(f"{USERS}/{user.user_id}", headers=admin)
            case "key":
                answer = await http.delete(f"/api/v1/auth/api-keys/{key_id}", headers=admin)
            case "lock":
                answer = await http.put(f"{USERS}/{user.user_id}", json={"active": False}, headers=admin)
            case _:
                answer = await http.post("/api/v1/auth/logout", headers=shown)
        closing = await waiting.within(listener.until_closed(), "the end")
        await station.happen(hit())
        received = [await each.receive_types(1) for each in (other, third)]

    assert (answer.is_success, closing, received) == (True, (4001, "Unauthorized"), [["dart_hit"]] * 2)


async def test_token_of_the_first_message_ends_too(station: Station, http: httpx2.AsyncClient, waiting: Waiting) -> None:
    """Whichever way it was shown."""
    key_id, key = await make_key(station, "viewer")
    async with _listener(station, {}) as listener:
        await listener.send(action="auth", token=key)
        await listener.send(action="ping")
        await listener.receive_types(1)
        await http.delete(f"/api/v1/auth/api-keys/{key_id}", headers=await log_in_as(station, "admin"))
        closing = await waiting.within(listener.until_closed(), "the end")

    assert closing == (4001, "Unauthorized")


@pytest.mark.slow
async def test_key_that_another_process_revoked_ends(station: Station, waiting: Waiting) -> None:
    """Within seconds: `dartd key delete` writes to the store behind the daemon's back."""
    key_id, key = await make_key(station, "viewer")
    async with _listener(station, {"X-API-Key": key}) as listener:
        await station.services.database.change(lambda connection: KEYS.delete(connection, key_id))
        await waiting.within(listener.socket.wait_closed(), "the end")

    assert listener.socket.close_code == 4001


async def test_fewer_permissions_receive_less(station: Station, http: httpx2.AsyncClient, waiting: Waiting) -> None:
    """A new role holds for connections that are open, too."""
    admin, user = await log_in_as(station, "admin"), await make_user(station, "admin")
    _, key = await make_key(station, "admin", None, user.user_id)
    async with _listener(station, {"X-API-Key": key}, "?topics=user:*,board:*") as listener:
        await http.post(USERS, json={"username": "one", "password": PASSWORD}, headers=admin)
        before = await listener.receive_types(1)
        await http.put(f"{USERS}/{user.user_id}", json={"role": "player"}, headers=admin)
        (connected,) = station.services.clients.by_id.values()
        await waiting.soon(lambda: "user" not in (connected.subscription.interest.kinds or ()))
        await http.post(USERS, json={"username": "two", "password": PASSWORD}, headers=admin)
        await station.happen(hit())
        after = [await listener.receive_types(1)]
        if after[0] == ["UPDATED"]:  # it was published in the moment of the change
            after = [await listener.receive_types(1)]

    assert (before, after) == (["ADDED"], [["dart_hit"]])


async def test_event_stream_ends(station: Station, http: httpx2.AsyncClient, waiting: Waiting) -> None:
    """With an error that says why; then the token is not let in again."""
    admin, user = await log_in_as(station, "admin"), await make_user(station, "viewer")
    shown = await log_in(station, user)
    async with http.stream("GET", "/api/v1/events/stream", headers=shown) as answer:
        lines = answer.aiter_lines()
        received = [msgspec.json.decode(line[6:]) async for line in _data(lines, 2)]
        await http.delete(f"{USERS}/{user.user_id}", headers=admin)
        rest = await waiting.within(_all(lines), "the end of the stream")
    again = await http.get("/api/v1/events/stream", headers=shown)

    assert [each["event_type"] for each in received] == ["hello", "snapshot"]
    assert [msgspec.json.decode(line[6:])["code"] for line in rest if line.startswith("data: ")] == ["AUTH_INVALID_TOKEN"]
    assert again.status_code == 401


async def _data(lines: AsyncIterator[str], count: int) -> AsyncIterator[str]:
    while count:
        line = await anext(lines)
        if line.startswith("data: "):
            count -= 1
            yield line


async def _all(lines: AsyncIterator[str]) -> list[str]:
    return [line async for line in lines]
