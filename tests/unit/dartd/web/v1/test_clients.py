"""`/api/v1/clients`."""

import httpx2
import pytest

from tests.support.people import log_in_as
from tests.support.station import Station
from tests.support.throws import hit
from tests.support.websocket_client import Connect


async def test_listeners_are_counted(station: Station, http: httpx2.AsyncClient, connect: Connect) -> None:
    """The clients that are connected now."""
    listener = await connect()
    await listener.receive_types(2)
    found = (await http.get("/api/v1/clients", headers=await log_in_as(station, "operator"))).json()

    assert (found["connected"], found["served"], found["refused"]) == (1, 1, 0)


async def test_each_listener_is_described(station: Station, http: httpx2.AsyncClient, connect: Connect) -> None:
    """How it listens, what it was given, and whether it keeps up."""
    listener = await connect("?topics=board:*,camera:*")
    await listener.receive_types(2)
    await station.happen(hit())
    await listener.receive_types(1)
    (found,) = (await http.get("/api/v1/clients?limit=5", headers=await log_in_as(station, "operator"))).json()["data"]

    assert (found["transport"], found["name"], found["topics"]) == ("websocket", "anonymous", ["board:*", "camera:*"])
    assert (found["state"], found["delivered"], found["queued"], found["behind"], found["lags"]) == ("live", 1, 0, 0, 0)


@pytest.mark.slow
async def test_watchers_are_returned_to_clients_that_ask(http: httpx2.AsyncClient, connect: Connect) -> None:
    """A client that lets others see it is in the answer, and in an event to subscribers; one that left is not."""
    listener = await connect("?topics=presence:board:main")
    await listener.receive_types(2)
    watcher = await connect()
    client_id = (await watcher.receive())["client_id"]
    await watcher.send(action="presence", topic="board:main", name="Ada")
    came = await listener.receive()
    answered = (await http.get("/api/v1/presence/board:main")).json()
    await watcher.socket.close()
    left = await listener.receive()

    assert (came["event_type"], came["watched"], came["watchers"]) == ("presence", "board:main", [{"client_id": client_id, "name": "Ada"}])
    assert (answered["count"], left["count"]) == (1, 0)


async def test_what_may_not_be_seen_has_no_watchers(http: httpx2.AsyncClient) -> None:
    """A client that may not listen to a topic does not learn who does."""
    assert (await http.get("/api/v1/presence/webhooks")).status_code == 403


async def test_listeners_are_paged_and_filtered(station: Station, http: httpx2.AsyncClient, connect: Connect) -> None:
    """As all lists are: by cursor, which stays right while others come and go, or by offset."""
    operator = await log_in_as(station, "operator")
    listeners = [await connect() for _ in range(3)]
    ids = [(await listener.receive())["client_id"] for listener in listeners]
    ask = {query: await http.get(f"/api/v1/clients?{query}", headers=operator) for query in ("limit=2", "offset=1", "transport=events")}
    first = ask["limit=2"].json()
    await connect()
    second = (await http.get(f"/api/v1/clients?limit=2&cursor={first['pagination']['next_cursor']}", headers=operator)).json()
    wrong = await http.get("/api/v1/clients?cursor=x", headers=operator)

    assert [each["client_id"] for each in (*first["data"], *second["data"][:1])] == ids
    assert [each["client_id"] for each in ask["offset=1"].json()["data"]] == ids[1:]
    assert ask["transport=events"].json()["pagination"] == {"total": 0, "limit": 20, "offset": 0, "next_cursor": None}
    assert (first["pagination"]["total"], second["pagination"]["next_cursor"], wrong.status_code) == (3, None, 422)
