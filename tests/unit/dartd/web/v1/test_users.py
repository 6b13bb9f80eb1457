"""`/api/v1/users`."""

import httpx2
import pytest

from tests.support.people import PASSWORD, log_in, log_in_as, make_player, make_user
from tests.support.station import Station

USERS = "/api/v1/users"


async def test_accounts_are_made_found_changed_and_deleted(station: Station, http: httpx2.AsyncClient) -> None:
    """Absent fields keep their value; the name is taken once."""
    admin = await log_in_as(station, "admin")
    made = await http.post(USERS, json={"username": "ann", "password": PASSWORD, "name": "Ann"}, headers=admin)
    path = made.headers["location"]
    again = await http.post(USERS, json={"username": "ann", "password": PASSWORD}, headers=admin)
    changed = (await http.put(path, json={"role": "operator"}, headers=admin)).json()
    operators = (await http.get(f"{USERS}?role=operator", headers=admin)).json()["data"]
    gone = [await http.delete(path, headers=admin), await http.get(path, headers=admin), await http.delete(path, headers=admin)]

    assert (again.status_code, again.json()["error"]["code"]) == (409, "RESOURCE_ALREADY_EXISTS")
    assert (changed["name"], changed["role"], operators) == ("Ann", "operator", [changed])
    assert [each.status_code for each in gone] == [204, 404, 404]
    assert "password" not in made.text


@pytest.mark.slow
async def test_deleted_user_s_token_is_dead_at_once(station: Station, http: httpx2.AsyncClient) -> None:
    """Also right after it was used; a lock and a new role end it too."""
    admin = await log_in_as(station, "admin")
    statuses = []
    for end in ({"active": False}, {"role": "player"}, {"password": "another one"}, None):
        user = await make_user(station, "viewer")
        headers = await log_in(station, user)
        before = await http.get("/api/v1/players", headers=headers)
        path = f"{USERS}/{user.user_id}"
        done = await (http.delete(path, headers=admin) if end is None else http.put(path, json=end, headers=admin))
        after = await http.get("/api/v1/players", headers=headers)
        statuses.append((before.status_code, done.status_code, after.status_code))

    assert statuses == [(200, 200, 401), (200, 200, 401), (200, 200, 401), (200, 204, 401)]


async def test_last_admin_stays(station: Station, http: httpx2.AsyncClient) -> None:
    """The last account with administration rights cannot be deleted."""
    user = await make_user(station, "admin")
    refused = await http.delete(f"{USERS}/{user.user_id}", headers=await log_in(station, user))

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "STATE_CONFLICT")


@pytest.mark.slow
async def test_own_account(station: Station, http: httpx2.AsyncClient) -> None:
    """Seen and changed by its owner; a new password needs the old one."""
    user = await make_user(station, "viewer", username="ann")
    headers = await log_in(station, user)
    named = await http.put(f"{USERS}/me", json={"name": "Ann"}, headers=headers)
    wrong = await http.put(f"{USERS}/me", json={"password": "another one", "old_password": "x"}, headers=headers)
    right = await http.put(f"{USERS}/me", json={"password": "another one", "old_password": PASSWORD}, headers=headers)
    role = await http.put(f"{USERS}/me", json={"role": "admin"}, headers=headers)
    login = await http.post("/api/v1/auth/login", json={"username": "ann", "password": "another one"})

    assert (named.json()["name"], wrong.status_code, right.status_code, login.status_code) == ("Ann", 403, 200, 200)
    assert role.status_code == 401
    assert (await http.get(f"{USERS}/me", headers=headers)).status_code == 401


async def test_an_account_belongs_to_a_player_that_exists_and_has_none(station: Station, http: httpx2.AsyncClient) -> None:
    """422 for an unknown player, 409 for one with an account; the same when it is changed."""
    admin, player_id = await log_in_as(station, "admin"), await make_player(station)
    body = {"password": "long enough", "role": "player"}
    unknown = await http.post("/api/v1/auth/register", json={**body, "username": "ann", "player_id": "none"}, headers=admin)
    first = await http.post("/api/v1/auth/register", json={**body, "username": "ann", "player_id": player_id}, headers=admin)
    taken = await http.post("/api/v1/auth/register", json={**body, "username": "bob", "player_id": player_id}, headers=admin)
    other = (await http.post(USERS, json={**body, "username": "eve"}, headers=admin)).json()["user_id"]
    changed = [(await http.put(f"{USERS}/{other}", json={"player_id": each}, headers=admin)).status_code for each in ("none", player_id)]

    assert [answer.status_code for answer in (unknown, first, taken)] == [422, 201, 409]
    assert unknown.json()["error"]["details"]["field"] == "$.player_id"
    assert changed == [422, 409]
