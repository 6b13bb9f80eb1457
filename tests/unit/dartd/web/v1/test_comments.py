"""`/api/v1/comments`; `tests/integration/test_resources.py` has what every resource does."""

import httpx2
import pytest
import websockets

from tests.support.people import log_in, log_in_as, make_player, make_user
from tests.support.station import Station
from tests.support.throws import hit
from tests.support.websocket_client import WebSocketClient

COMMENTS = "/api/v1/comments"
ON_D1 = {"parent_type": "throw", "parent_id": "d1"}


async def test_comment_is_published_to_those_who_watch_its_parent(station: Station, http: httpx2.AsyncClient) -> None:
    """Added, changed and deleted on the topic of the parent; the list has those of one parent, the oldest first."""
    await station.happen(hit("d1"), hit("d2", 2))
    user = await make_user(station, "player")
    headers = await log_in(station, user)
    async with websockets.connect(f"{station.ws}?topics=comments:throw:d1", proxy=None, close_timeout=0.2) as socket:
        client = WebSocketClient(socket)
        await client.receive_types(2)
        made = (await http.post(COMMENTS, json={**ON_D1, "text": "first"}, headers=headers)).json()
        await http.post(COMMENTS, json={"parent_type": "throw", "parent_id": "d2", "text": "another"}, headers=headers)
        await http.post(COMMENTS, json={**ON_D1, "text": "second\nline"}, headers=headers)
        changed = (await http.put(f"{COMMENTS}/{made['comment_id']}", json={"text": "edited"}, headers=headers)).json()
        listed = (await http.get(COMMENTS, params=ON_D1)).json()["data"]
        await http.delete(f"{COMMENTS}/{made['comment_id']}", headers=headers)
        events = [await client.receive() for _ in range(4)]

    assert [each["text"] for each in listed] == ["edited", "second\nline"]
    assert (made["author"], made["edited_at"], changed["edited_at"] is None) == (user.user_id, None, False)
    assert [each["event_type"] for each in events] == ["COMMENT_ADDED", "COMMENT_ADDED", "UPDATED", "DELETED"]
    assert (events[0]["payload"], events[2]["payload"], events[3]["payload"]) == (made, changed, ON_D1)


async def test_comment_needs_something_to_be_about(station: Station, http: httpx2.AsyncClient) -> None:
    """A parent that does not exist is refused with 422, and so is an empty text."""
    headers = await log_in_as(station, "operator")
    await station.happen(hit("d1"))
    bodies = [
        {"parent_type": "throw", "parent_id": "d9", "text": "x"},
        {"parent_type": "match", "parent_id": "d1", "text": "x"},
        {"parent_type": "fixture", "parent_id": "f1", "text": "x"},
        {**ON_D1, "text": ""},
        {**ON_D1, "text": " x"},
        {**ON_D1, "text": "x\u202ey"},
        {**ON_D1, "text": "x" * 2001},
    ]
    answers = [await http.post(COMMENTS, json=body, headers=headers) for body in bodies]

    fields = ["$.parent_id"] * 3 + ["$.text"] * 4
    assert [(each.status_code, each.json()["error"]["details"]["field"]) for each in answers] == [(422, field) for field in fields]


@pytest.mark.parametrize("shared", [False, True])
async def test_comments_on_a_player_are_read_like_the_player(station: Station, http: httpx2.AsyncClient, *, shared: bool) -> None:
    """In the list, alone, in the journal and as a topic; others may not comment on a player whom they may not read."""
    player_id = await make_player(station, shared=shared)
    operator, other = await log_in_as(station, "operator"), await log_in_as(station, "player")
    body = {"parent_type": "player", "parent_id": player_id, "text": "leans over the line"}
    made = (await http.post(COMMENTS, json=body, headers=operator)).json()
    one = f"{COMMENTS}/{made['comment_id']}"
    anonymous = await http.get("/api/v1/events")
    readers = [[(await http.get(path, headers=who)).status_code for path in (one,)] for who in (operator, other)]
    lists = [(await http.get(COMMENTS, headers=who)).json()["pagination"]["total"] for who in (operator, other)]
    commented = await http.post(COMMENTS, json=body, headers=other)

    assert (readers, lists) == ([[200], [200 if shared else 404]], [1, int(shared)])
    assert commented.status_code == (201 if shared else 422)
    assert "leans over" not in anonymous.text
