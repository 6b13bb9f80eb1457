"""Pairing a screen over HTTP."""

import asyncio

import httpx2

from dartd.auth.permissions import ROLES
from tests.support.people import log_in_as
from tests.support.station import Station


async def test_a_screen_is_paired_by_its_code(station: Station, http: httpx2.AsyncClient) -> None:
    """The screen waits, an operator enters the code, the screen gets a key of a scorer once; all of it is in the audit log."""
    operator = await log_in_as(station, "operator")
    screen = (await http.post("/api/v1/auth/pairings")).json()
    claim = {"secret": screen["secret"]}
    before = (await http.post("/api/v1/auth/pairings/claim", json=claim)).json()
    made = await http.post("/api/v1/auth/pairings/confirm", json={"code": screen["code"], "name": "tv"}, headers=operator)
    after = (await http.post("/api/v1/auth/pairings/claim", json=claim)).json()
    again = await http.post("/api/v1/auth/pairings/claim", json=claim)
    me = (await http.get("/api/v1/auth/me", headers={"X-API-Key": after["api_key"]})).json()
    audit = (await http.get("/api/v1/audit?limit=100", headers=await log_in_as(station, "admin"))).json()["data"]

    assert before == {"status": "waiting", "api_key": None}
    assert (made.status_code, made.json()["role"], made.json()["name"], "api_key" in made.json()) == (201, "scorer", "tv", False)
    assert (after["status"], again.status_code, set(me["permissions"])) == ("paired", 404, set(ROLES["scorer"]))
    assert {"auth.pairings", "key.create"} <= {each["action"] for each in audit}
    assert screen["secret"] not in str(audit)


async def test_two_who_enter_a_code_at_once_make_one_key(station: Station, http: httpx2.AsyncClient) -> None:
    """The other one is refused, and no key is left over that no screen has."""
    headers = await log_in_as(station, "operator")
    code = (await http.post("/api/v1/auth/pairings")).json()["code"]
    answers = await asyncio.gather(*[http.post("/api/v1/auth/pairings/confirm", json={"code": code}, headers=headers) for _ in range(4)])
    keys = (await http.get("/api/v1/auth/api-keys", headers=await log_in_as(station, "admin"))).json()["data"]

    assert sorted(each.status_code for each in answers) == [201, 404, 404, 404]
    assert [each["role"] for each in keys].count("scorer") == 1


async def test_wrong_codes_are_recorded_and_limited(station: Station, http: httpx2.AsyncClient) -> None:
    """A guess is refused and recorded; after ten in a minute each further one waits."""
    headers = await log_in_as(station, "operator")
    statuses = [
        (await http.post("/api/v1/auth/pairings/confirm", json={"code": "000000"}, headers=headers)).status_code
        for _ in range(station.services.config.limits.login + 1)
    ]
    audit = (await http.get("/api/v1/audit?outcome=refused", headers=await log_in_as(station, "admin"))).json()["data"]

    assert statuses == [404] * station.services.config.limits.login + [429]
    assert len(audit) == station.services.config.limits.login
