"""The same POST again."""

import asyncio

import httpx2
import pytest

from tests.support.people import log_in_as
from tests.support.station import Station

PLAYERS = "/api/v1/players"


async def test_repeated_post_is_answered_and_not_done(station: Station, http: httpx2.AsyncClient) -> None:
    """The same answer, one player; another caller's key is another key."""
    admin, other = await log_in_as(station, "admin"), await log_in_as(station, "admin")
    key = {"Idempotency-Key": "one"}
    answers = [await http.post(PLAYERS, json={"name": "Ann"}, headers={**admin, **key}) for _ in range(2)]
    others = await http.post(PLAYERS, json={"name": "Ann"}, headers={**other, **key})
    total = (await http.get(PLAYERS, headers=admin)).json()["pagination"]["total"]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert (answers[0].json(), answers[0].headers["location"]) == (answers[1].json(), answers[1].headers["location"])
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true"]
    assert (others.json()["player_id"] != answers[0].json()["player_id"], total) == (True, 2)


async def test_key_is_for_one_thing(station: Station, http: httpx2.AsyncClient) -> None:
    """Something else under the same key is refused, and so is a key that is none."""
    admin = await log_in_as(station, "admin")
    headers = {**admin, "Idempotency-Key": "one"}
    await http.post(PLAYERS, json={"name": "Ann"}, headers=headers)
    other = await http.post(PLAYERS, json={"name": "Ben"}, headers=headers)
    long = await http.post(PLAYERS, json={"name": "Ben"}, headers={**admin, "Idempotency-Key": "x" * 201})

    assert [(answer.status_code, answer.json()["error"]["code"]) for answer in (other, long)] == [
        (422, "IDEMPOTENCY_KEY_REUSED"),
        (422, "VALIDATION_ERROR"),
    ]


async def test_two_at_once_are_done_once(station: Station, http: httpx2.AsyncClient) -> None:
    """The second gets 409, or the answer of the first."""
    headers = {**await log_in_as(station, "admin"), "Idempotency-Key": "one"}
    answers = await asyncio.gather(*(http.post(PLAYERS, json={"name": "Ann"}, headers=headers) for _ in range(5)))
    total = (await http.get(PLAYERS, headers=headers)).json()["pagination"]["total"]

    assert ({answer.status_code for answer in answers} <= {201, 409}, total) == (True, 1)


async def test_refused_post_may_be_tried_again(station: Station, http: httpx2.AsyncClient) -> None:
    """What was not done is not remembered."""
    headers = {**await log_in_as(station, "admin"), "Idempotency-Key": "one"}
    refused = await http.post(PLAYERS, json={}, headers=headers)
    done = await http.post(PLAYERS, json={"name": "Ann"}, headers=headers)

    assert (refused.status_code, done.status_code) == (422, 201)


async def test_secret_is_returned_once(station: Station, http: httpx2.AsyncClient) -> None:
    """An API key is not kept for a repetition: that it was made is."""
    headers = {**await log_in_as(station, "admin"), "Idempotency-Key": "one"}
    answers = [await http.post("/api/v1/auth/api-keys", json={"name": "k"}, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 409]


@pytest.mark.sqlite
async def test_answer_is_kept_in_the_commit_of_what_was_done(station: Station, http: httpx2.AsyncClient) -> None:
    """When it cannot be kept, nothing is done: no crash can come between the two."""
    headers = {**await log_in_as(station, "admin"), "Idempotency-Key": "one"}
    refuse = "CREATE TRIGGER refuse BEFORE INSERT ON idempotency BEGIN SELECT RAISE(ABORT, 'not now'); END"
    await station.services.database.write(lambda connection: connection.exec_driver_sql(refuse).rowcount)
    failed = await http.post(PLAYERS, json={"name": "Ann"}, headers=headers)
    total = (await http.get(PLAYERS, headers=headers)).json()["pagination"]["total"]
    await station.services.database.write(lambda connection: connection.exec_driver_sql("DROP TRIGGER refuse").rowcount)
    done = await http.post(PLAYERS, json={"name": "Ann"}, headers=headers)

    assert (failed.status_code, total, done.status_code) == (500, 0, 201)
