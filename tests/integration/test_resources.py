"""The matrix of resources: every declared resource does all that a declaration promises."""

from typing import Any

import httpx2
import msgspec
import pytest

from dartd.store.event_topics import SHARED_TOPICS
from dartd.web.app import ENDPOINTS, RESOURCES
from dartd.web.http.entity_resource import EntityResource
from tests.support.entities import example_of, without_unset
from tests.support.people import log_in_as
from tests.support.station import Station
from tests.support.throws import hit

Declared = EntityResource[Any, Any]

_COUNT = 5
_PARENT = {"parent_type": "throw", "parent_id": "d-known"}  # of the example of a comment
_PARENT_TOPIC = "comments:throw:d-known"
_SECRETS = {"secret", "api_key"}  # answered to the creator alone

declared = pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.entity.name)
changeable = pytest.mark.parametrize("resource", [each for each in RESOURCES if each.change is not None], ids=lambda each: each.entity.name)


@pytest.fixture(autouse=True)
async def known_throw(station: Station) -> None:
    """Throw the dart that the example of a comment is about."""
    await station.happen(hit("d-known"))


async def _create(http: httpx2.AsyncClient, resource: Declared, headers: dict[str, str], **given: Any) -> httpx2.Response:
    return await http.post(resource.path, json=without_unset(example_of(resource, **given)), headers=headers)


def _shown(answer: httpx2.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name not in _SECRETS}


async def _last_event(station: Station, http: httpx2.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    event: dict[str, Any] = (await http.get(f"/api/v1/events?since={station.hub.last_seq - 1}", headers=headers)).json()["data"][0]
    return event


async def _last_audited(http: httpx2.AsyncClient, headers: dict[str, str], entity_id: str) -> tuple[str, str]:
    entry = (await http.get(f"/api/v1/audit?entity_id={entity_id}&limit=1", headers=headers)).json()["data"][0]
    return entry["entity_type"], entry["action"]


@declared
async def test_entity_is_created_read_and_deleted(station: Station, http: httpx2.AsyncClient, resource: Declared) -> None:
    """Each write has its Location, audit entry and event; the payload of the event is what GET answers."""
    admin, name = await log_in_as(station, "admin"), resource.entity.name
    made = await _create(http, resource, admin)
    added, entity_id = await _last_event(station, http, admin), made.json()[resource.key]
    created = await _last_audited(http, admin, entity_id)
    read = await http.get(made.headers["location"], headers=admin)
    gone = await http.delete(made.headers["location"], headers=admin)
    deleted, removed = await _last_event(station, http, admin), await _last_audited(http, admin, entity_id)
    after = [await http.request(method, made.headers["location"], headers=admin) for method in ("GET", "DELETE")]

    assert (made.status_code, made.headers["location"]) == (201, f"{resource.path}/{entity_id}")
    assert entity_id.startswith(resource.id_prefix)
    assert (_shown(made).items() <= read.json().items(), added["payload"]) == (True, _shown(made))
    shared, event_type = (_PARENT_TOPIC, "COMMENT_ADDED") if name == "comment" else (SHARED_TOPICS.get(name), "ADDED")
    assert (added["event_type"], added["entity_type"], added["entity_id"]) == (event_type, name, entity_id)
    assert added["topic"] == deleted["topic"] == (shared or f"{name}:{entity_id}")
    assert (created, removed) == ((name, f"{name}.create"), (name, f"{name}.delete"))
    assert (gone.status_code, gone.content, deleted["event_type"], deleted["payload"]) == (
        204,
        b"",
        "DELETED",
        _PARENT if name == "comment" else {},
    )
    assert [each.status_code for each in after] == ([200, 204] if name == "player" else [404, 404])  # a deleted player is inactive


@changeable
async def test_entity_is_changed_if_its_version_is_known(station: Station, http: httpx2.AsyncClient, resource: Declared) -> None:
    """Fields that are left out keep their value; an ETag of before is refused with 412."""
    admin, name = await log_in_as(station, "admin"), resource.entity.name
    made = await _create(http, resource, admin)
    path, change = made.headers["location"], msgspec.to_builtins(resource.examples[1])
    before = await http.get(path, headers=admin)
    changed = await http.put(path, json=change, headers={**admin, "If-Match": before.headers["etag"]})
    event = await _last_event(station, http, admin)
    late = await http.put(path, json=change, headers={**admin, "If-Match": before.headers["etag"]})
    empty = await http.put(path, json={}, headers=admin)
    after = await http.get(path, headers=admin)
    none = await http.put(f"{resource.path}/none", json=change, headers=admin)
    shown = {key: value for key, value in change.items() if key in changed.json()}

    assert (changed.status_code, changed.json().items() >= shown.items(), bool(shown)) == (200, True, True)
    assert changed.headers["etag"] != before.headers["etag"]
    assert (event["event_type"], event["payload"]) == ("UPDATED", changed.json())
    assert (late.status_code, late.json()["error"]["code"]) == (412, "PRECONDITION_FAILED")
    assert (empty.status_code, none.status_code) == (200, 404)
    assert {**after.json(), "updated_at": ""}.items() >= {**changed.json(), "updated_at": ""}.items()
    first, last = _shown(made), after.json()
    assert set(first) - set(change) - {"updated_at", "edited_at", "status"} <= {key for key in first if last[key] == first[key]}
    assert await _last_audited(http, admin, made.json()[resource.key]) == (name, f"{name}.update")


@declared
async def test_list_is_paged_sorted_and_filtered(station: Station, http: httpx2.AsyncClient, resource: Declared) -> None:
    """By cursor and by offset every entity comes once, in every order; each filter that is a field finds what has its value."""
    admin = await log_in_as(station, "admin")
    made = [(await _create(http, resource, admin)).json()[resource.key] for _ in range(_COUNT)]
    every = (await http.get(f"{resource.path}?limit=100", headers=admin)).json()
    for sort in _sorts(resource):
        by_cursor: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = (await http.get(f"{resource.path}?limit=2&sort={sort}{cursor and f'&cursor={cursor}'}", headers=admin)).json()
            by_cursor += page["data"]
            cursor = page["pagination"]["next_cursor"]
        offsets = range(0, every["pagination"]["total"], 2)
        by_offset = [
            each
            for k in offsets
            for each in (await http.get(f"{resource.path}?limit=2&sort={sort}&offset={k}", headers=admin)).json()["data"]
        ]
        values = [each[sort.removeprefix("-")] for each in by_cursor]
        assert (by_cursor, len(by_cursor)) == (by_offset, every["pagination"]["total"]), sort
        assert values == sorted(values, reverse=sort.startswith("-")), sort
    for name in set(resource.query.__struct_fields__) & set(resource.answer.__struct_fields__):
        found = [each for each in every["data"] if each[name] is not None]
        for value in {str(each[name]).lower() if isinstance(each[name], bool) else each[name] for each in found}:
            chosen = (await http.get(f"{resource.path}?limit=100&{name}={value}", headers=admin)).json()["data"]
            assert chosen == [each for each in every["data"] if str(each[name]).lower() == str(value).lower()], name

    assert set(made) <= {each[resource.key] for each in every["data"]}


def _sorts(resource: Declared) -> list[str]:
    schema = msgspec.json.schema(resource.query)
    return list(schema["$defs"][resource.query.__name__]["properties"]["sort"]["enum"])


@declared
async def test_unknown_fields_filters_and_orders_are_refused(station: Station, http: httpx2.AsyncClient, resource: Declared) -> None:
    """422 with the field; nothing is stored."""
    admin = await log_in_as(station, "admin")
    before = (await http.get(resource.path, headers=admin)).json()["pagination"]["total"]
    answers = [
        await _create(http, resource, admin, no_such_field=1),
        await http.post(resource.path, json={}, headers=admin),
        await http.get(f"{resource.path}?no_such_filter=1", headers=admin),
        await http.get(f"{resource.path}?sort=no_such_field", headers=admin),
        await http.get(f"{resource.path}?limit=101", headers=admin),
    ]
    after = (await http.get(resource.path, headers=admin)).json()["pagination"]["total"]

    assert [(each.status_code, each.json()["error"]["code"]) for each in answers] == [(422, "VALIDATION_ERROR")] * len(answers)
    assert before == after


@declared
async def test_creation_is_repeated_and_refused(station: Station, http: httpx2.AsyncClient, resource: Declared) -> None:
    """With an Idempotency-Key it is done once; an id that may be given, and each unique field, is taken once (409)."""
    admin = await log_in_as(station, "admin")
    body, key = without_unset(example_of(resource)), {"Idempotency-Key": "once"}
    first, second = [await http.post(resource.path, json=body, headers={**admin, **key}) for _ in range(2)]
    unique = {column.name for column in resource.entity.table.columns if column.unique} & set(body)
    given = {resource.key: "an-id"} if resource.key in resource.new.__struct_fields__ else {}
    taken = [(name, body | {name: body[name]}) for name in unique]
    if given:
        assert (await _create(http, resource, admin, **given)).status_code == 201
        taken.append((resource.key, without_unset(example_of(resource, **given))))
    refused = [(name, await http.post(resource.path, json=again, headers=admin)) for name, again in taken]

    secret = any(each.secret for each in ENDPOINTS if (each.method, each.path) == ("POST", resource.path))  # never answered again
    assert (first.status_code, second.status_code, second.headers.get("idempotency-replayed")) == (
        (201, 409, None) if secret else (201, 201, "true")
    )
    assert secret or second.json() == first.json()
    for name, answer in refused:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], name in error["details"]) == (409, "RESOURCE_ALREADY_EXISTS", True)


@declared
async def test_examples_and_permissions_are_documented(http: httpx2.AsyncClient, resource: Declared) -> None:
    """Each route has its permission, rate class and, for a body, an example that the route accepts."""
    paths = (await http.get("/openapi.json")).json()["paths"]
    routes = {("get", resource.path): resource.rights.read, ("post", resource.path): resource.rights.write}
    routes |= {("get", resource.one): resource.rights.read, ("delete", resource.one): resource.rights.delete}
    if resource.change is not None:
        routes["put", resource.one] = resource.rights.delete if resource.entity.name == "comment" else resource.rights.write
    for (method, path), permission in routes.items():
        operation = paths[path][method]
        assert (f"`{permission}`" in operation["description"], operation["x-rate-class"]) == (True, "default")
        if method in {"post", "put"}:
            kind = resource.new if method == "post" else resource.change
            msgspec.convert(operation["requestBody"]["content"]["application/json"]["example"], kind)
