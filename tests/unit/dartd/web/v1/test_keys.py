"""`/api/v1/auth/api-keys`."""

import httpx2

from tests.support.people import bearer, log_in, log_in_as, make_key, make_user
from tests.support.station import TOKEN, Station

KEYS = "/api/v1/auth/api-keys"


async def test_key_is_shown_once_and_works(station: Station, http: httpx2.AsyncClient) -> None:
    """As Bearer and as X-API-Key, with its maker's rights or fewer; revoked, it is dead at once."""
    viewer = await log_in_as(station, "viewer")
    made = (await http.post(KEYS, json={"name": "tv", "permissions": ["board:read", "keys:own"]}, headers=viewer)).json()
    shown = (await http.get(KEYS, headers=viewer)).text
    ways = ({"X-API-Key": made["api_key"]}, {"Authorization": f"Bearer {made['api_key']}"})
    known = [await http.get("/api/v1/board", headers=way) for way in ways]
    refused = await http.get("/api/v1/players", headers=ways[0])
    await http.delete(f"{KEYS}/{made['key_id']}", headers=viewer)
    dead = await http.get("/api/v1/board", headers=ways[0])

    assert made["api_key"].startswith("dk_live_")
    assert (made["api_key"] in shown, made["prefix"] in shown) == (False, True)
    assert ([each.status_code for each in known], refused.status_code, dead.status_code) == ([200, 200], 403, 401)


async def test_keys_have_at_most_the_permissions_of_their_maker(station: Station, http: httpx2.AsyncClient) -> None:
    """Not by a list, not by a wildcard, not by a key that makes keys; one that says nothing gets what its maker has."""
    viewer = await log_in_as(station, "viewer")
    beyond = [await http.post(KEYS, json={"name": "x", "permissions": asked}, headers=viewer) for asked in (["users:admin"], ["*"])]
    weak = (await http.post(KEYS, json={"name": "weak", "permissions": ["keys:own"]}, headers=viewer)).json()
    child = (await http.post(KEYS, json={"name": "child"}, headers={"X-API-Key": weak["api_key"]})).json()

    assert [each.status_code for each in beyond] == [403, 403]
    assert child["permissions"] == ["keys:own"]


async def test_key_ends_with_its_time_and_its_owner(station: Station, http: httpx2.AsyncClient) -> None:
    """A moment that is past, or is written without its offset, is refused; a deleted user's keys end too."""
    user, admin = await make_user(station, "viewer"), await log_in_as(station, "admin")
    headers = await log_in(station, user)
    past, bare = [
        await http.post(KEYS, json={"name": "x", "expires_at": moment}, headers=headers)
        for moment in ("2020-01-01T00:00:00Z", "2990-01-01T00:00:00")
    ]
    good = (await http.post(KEYS, json={"name": "x", "expires_at": "2990-01-01T00:00:00+02:00"}, headers=headers)).json()
    await http.delete(f"/api/v1/users/{user.user_id}", headers=admin)
    dead = await http.get("/api/v1/board", headers={"X-API-Key": good["api_key"]})

    assert (past.status_code, bare.status_code, good["expires_at"], dead.status_code) == (422, 422, "2989-12-31T22:00:00.000Z", 401)


async def test_others_keys_are_others(station: Station, http: httpx2.AsyncClient) -> None:
    """An admin sees all, every other user their own, and nothing reveals that there are more."""
    viewer, admin = await log_in_as(station, "viewer"), await log_in_as(station, "admin")
    key_id, _ = await make_key(station, "viewer")
    seen = [(await http.get(KEYS, headers=headers)).json()["pagination"]["total"] for headers in (viewer, admin)]
    refused = [await http.get(f"{KEYS}/{name}", headers=viewer) for name in (key_id, "none")]

    assert (seen, [each.status_code for each in refused]) == ([0, 2], [403, 403])


async def test_what_is_no_permission_is_named(station: Station, http: httpx2.AsyncClient) -> None:
    """A key that was meant to do something and cannot would be found out late."""
    admin = await log_in_as(station, "admin")
    answers = [
        await http.post(KEYS, json={"name": "x", "permissions": asked}, headers=admin) for asked in (["board:read", "board:fly"], [])
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json()["error"]["details"] == {"field": "$.permissions", "permissions": ["board:fly"]}


async def test_a_key_cannot_outlive_the_one_it_is_made_with(station: Station, http: httpx2.AsyncClient) -> None:
    """It expires with that one unless it expires earlier, and is revoked with it, with all that were made with it."""
    viewer = await log_in_as(station, "viewer")
    first = (await http.post(KEYS, json={"name": "first", "expires_at": "2990-01-01T00:00:00Z"}, headers=viewer)).json()
    maker = {"X-API-Key": first["api_key"]}
    second = (await http.post(KEYS, json={"name": "second"}, headers=maker)).json()
    earlier = await http.post(KEYS, json={"name": "earlier", "expires_at": "2980-01-01T00:00:00Z"}, headers=maker)
    later = await http.post(KEYS, json={"name": "later", "expires_at": "2991-01-01T00:00:00Z"}, headers=maker)
    third = (await http.post(KEYS, json={"name": "third"}, headers={"X-API-Key": second["api_key"]})).json()
    await http.delete(f"{KEYS}/{first['key_id']}", headers=viewer)
    after = [(await http.get("/api/v1/board", headers={"X-API-Key": each["api_key"]})).status_code for each in (first, second, third)]

    assert (second["expires_at"], third["expires_at"]) == (first["expires_at"], first["expires_at"])
    assert (earlier.status_code, later.status_code, later.json()["error"]["details"]) == (201, 422, {"field": "$.expires_at"})
    assert after == [401] * 3


async def test_keys_of_the_operator_s_token_are_visible_and_end_with_it(station: Station, http: httpx2.AsyncClient) -> None:
    """The token lists and revokes the keys that it made; another token in its place ends them."""
    operator = bearer(TOKEN)
    one, two = [(await http.post(KEYS, json={"name": name}, headers=operator)).json() for name in ("one", "two")]
    listed = (await http.get(KEYS, headers=operator)).json()["data"]
    revoked = await http.delete(f"{KEYS}/{one['key_id']}", headers=operator)
    before = await http.get("/api/v1/board", headers={"X-API-Key": two["api_key"]})
    await station.services.accounts.ensure_operator_key("another-token-of-the-operator")
    station.services.accounts.clear_cache()
    after = await http.get("/api/v1/board", headers={"X-API-Key": two["api_key"]})

    assert {each["name"] for each in listed} == {"one", "two"}
    assert (revoked.status_code, before.status_code, after.status_code) == (204, 200, 401)
