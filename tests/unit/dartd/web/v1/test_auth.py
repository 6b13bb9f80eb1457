"""`/api/v1/auth`."""

import asyncio
import time
from pathlib import Path

import httpx2
import msgspec
import pytest

from dartd.auth.login_throttle import STEP_S
from dartd.config import LimitsConfig
from tests.support.http_client import http_client
from tests.support.people import PASSWORD, log_in_as, make_user
from tests.support.station import CONFIG, Station, running_station

LOGIN, REFRESH, ME = "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/me"


async def test_login_gives_tokens_and_rights(station: Station, http: httpx2.AsyncClient) -> None:
    """With which one is known; the name and the password must both be right."""
    user = await make_user(station, "operator", username="ann")
    session = (await http.post(LOGIN, json={"username": "ann", "password": PASSWORD})).json()
    me = await http.get(ME, headers={"Authorization": f"Bearer {session['access_token']}"})
    wrong = [await http.post(LOGIN, json={"username": name, "password": word}) for name, word in (("ann", "x"), ("eve", PASSWORD))]

    assert (session["token_type"], session["expires_in"], session["user"]["user_id"]) == ("bearer", 86400, user.user_id)
    assert me.json() == session["user"]
    assert [(each.status_code, each.json()["error"]["code"]) for each in wrong] == [(401, "AUTH_INVALID_CREDENTIALS")] * 2
    assert wrong[0].json()["error"]["message"] == wrong[1].json()["error"]["message"]


async def test_refresh_turns_and_logout_ends(station: Station, http: httpx2.AsyncClient) -> None:
    """Tokens follow each other; a used refresh token, or a logout, ends them all."""
    await make_user(station, "viewer", username="ann")
    first = (await http.post(LOGIN, json={"username": "ann", "password": PASSWORD})).json()
    second = (await http.post(REFRESH, json={"refresh_token": first["refresh_token"]})).json()
    headers = {"Authorization": f"Bearer {second['access_token']}"}
    known = await http.get(ME, headers=headers)
    out = await http.post("/api/v1/auth/logout", headers=headers)
    after = [await http.get(ME, headers=headers), await http.post(REFRESH, json={"refresh_token": second["refresh_token"]})]

    assert (known.status_code, out.status_code, [each.status_code for each in after]) == (200, 200, [401, 401])


async def test_page_is_known_by_a_cookie_that_no_script_reads(station: Station, http: httpx2.AsyncClient) -> None:
    """Reading needs the cookie alone, writing its CSRF token too."""
    await make_user(station, "admin", username="ann")
    answer = await http.post(LOGIN, json={"username": "ann", "password": PASSWORD, "cookie": True})
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("dartd_session"))
    csrf = answer.json()["csrf_token"]
    read = await http.get("/api/v1/users")
    writes = [
        await http.post("/api/v1/players", json={"name": "x"}, headers=headers)
        for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": csrf})
    ]
    out = await http.post("/api/v1/auth/logout", headers={"X-CSRF-Token": csrf})

    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/"))
    assert (answer.json()["access_token"], read.status_code, [each.status_code for each in writes]) == (None, 200, [403, 403, 201])
    assert (out.status_code, (await http.get("/api/v1/users")).status_code) == (200, 401)


@pytest.mark.slow
async def test_flood_of_logins_is_held_over_a_restart(tmp_path: Path) -> None:
    """So many tries a minute from an address; a new daemon knows it."""
    config = msgspec.structs.replace(CONFIG, limits=LimitsConfig(login=5))
    statuses: list[list[int]] = []
    for _ in range(2):
        async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
            tries = [await http.post(LOGIN, json={"username": "ann", "password": "x"}) for _ in range(7)]
            statuses.append([each.status_code for each in tries])

    assert statuses[0] == [401] * 5 + [429] * 2
    assert statuses[1].count(401) <= 1
    assert statuses[1][-1] == 429


@pytest.mark.slow
async def test_register_is_for_admins(station: Station, http: httpx2.AsyncClient) -> None:
    """A user that is added can log in."""
    admin, operator = await log_in_as(station, "admin"), await log_in_as(station, "operator")
    body = {"username": "new", "password": "long enough", "role": "player"}
    refused = await http.post("/api/v1/auth/register", json=body, headers=operator)
    made = await http.post("/api/v1/auth/register", json=body, headers=admin)
    login = await http.post(LOGIN, json={"username": "new", "password": "long enough"})

    assert (refused.status_code, made.status_code, login.json()["user"]["role"]) == (403, 201, "player")
    assert made.headers["location"] == f"/api/v1/users/{made.json()['user_id']}"
    assert "long enough" not in made.text


async def test_logins_at_once_do_not_hold_up_others(station: Station, http: httpx2.AsyncClient) -> None:
    """Hashing runs off the event loop."""
    await make_user(station, "viewer", username="ann")
    tries = [asyncio.create_task(http.post(LOGIN, json={"username": "ann", "password": PASSWORD})) for _ in range(8)]
    health = await http.get("/health/live")
    still_hashing = not all(each.done() for each in tries)
    answers = await asyncio.gather(*tries)

    assert (health.status_code, still_hashing, {each.status_code for each in answers}) == (200, True, {200})


async def test_login_of_a_page_outlives_its_access_token(tmp_path: Path) -> None:
    """Its cookies are renewed by the refresh cookie and the CSRF token, which stays; an old refresh cookie ends the login."""
    config = msgspec.structs.replace(CONFIG, auth=msgspec.structs.replace(CONFIG.auth, access_ttl_s=60))
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        await make_user(station, "admin", username="ann")
        began = await http.post(LOGIN, json={"username": "ann", "password": PASSWORD, "cookie": True})
        csrf, first = {"X-CSRF-Token": began.json()["csrf_token"]}, http.cookies["dartd_refresh"]
        del http.cookies["dartd_session"]  # as a browser does after access_ttl_s
        gone = await http.get("/api/v1/users")
        without = await http.post(REFRESH)
        turned = await http.post(REFRESH, headers=csrf)
        again = [await http.get("/api/v1/users"), await http.post("/api/v1/players", json={"name": "x"}, headers=csrf)]
        cookies = [each.partition("=")[0] for each in turned.headers.get_list("set-cookie") if "HttpOnly" in each]
        station.services.accounts.refresh_grace_s = 0.0
        http.cookies.set("dartd_refresh", first, domain="127.0.0.1", path=REFRESH)
        stolen = await http.post(REFRESH, headers=csrf)
        ended = await http.get("/api/v1/users")

    assert [each.status_code for each in (gone, without, turned, *again, stolen, ended)] == [401, 403, 200, 200, 201, 401, 401]
    assert (turned.json()["csrf_token"], turned.json()["access_token"]) == (began.json()["csrf_token"], None)
    assert cookies == ["dartd_session", "dartd_refresh"]


@pytest.mark.slow
async def test_wrong_passwords_of_others_lock_no_account(tmp_path: Path) -> None:
    """Wrong passwords from many addresses delay the owner at a new address, and not at all at a known one."""
    server = msgspec.structs.replace(CONFIG.server, trusted_proxies=("127.0.0.1",))
    config = msgspec.structs.replace(CONFIG, server=server)
    async with running_station(tmp_path, config=config) as station, http_client(station.http) as http:
        await make_user(station, "viewer", username="ann")

        async def log_in(password: str, address: str) -> tuple[int, float]:
            began_s = time.monotonic()
            answer = await http.post(LOGIN, json={"username": "ann", "password": password}, headers={"X-Forwarded-For": address})
            return answer.status_code, time.monotonic() - began_s

        at_home = await log_in(PASSWORD, "192.0.2.1")
        wrong = [await log_in("guess", f"203.0.113.{k}") for k in range(CONFIG.limits.login + 2)]
        known, new = await log_in(PASSWORD, "192.0.2.1"), await log_in(PASSWORD, "198.51.100.1")

    assert at_home[0] == 200
    assert {status for status, _ in wrong} == {401}
    assert (known[0], new[0]) == (200, 200)
    assert new[1] >= STEP_S


@pytest.mark.slow
async def test_guesses_of_the_old_password_count_as_logins(station: Station, http: httpx2.AsyncClient) -> None:
    """A stolen session does not help to find the password."""
    headers = await log_in_as(station, "viewer")
    body = {"password": "another one", "old_password": "guess"}
    statuses = [(await http.put("/api/v1/users/me", json=body, headers=headers)).status_code for _ in range(CONFIG.limits.login + 1)]

    assert statuses == [403] * CONFIG.limits.login + [429]


async def test_refresh_without_a_token_is_refused(http: httpx2.AsyncClient) -> None:
    """Neither in the body nor as a cookie."""
    answers = [await http.post(REFRESH), *[await http.post(REFRESH, json=body) for body in ({}, {"refresh_token": "x"})]]

    assert [answer.status_code for answer in answers] == [401] * 3
