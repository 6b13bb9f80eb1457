"""Declarations of resources; `tests/integration/test_resources.py` walks all of them."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from dartd.web.http.endpoint import DeclarationError
from dartd.web.http.entity_resource import Own, Rights, given_fields
from dartd.web.v1.zones import ZONES
from schemas.api.answers import Listed
from schemas.api.zones import NewZone, Zone, ZoneChange
from tests.support.people import log_in_as
from tests.support.station import Station


async def _other(_call: Any) -> None:
    """Do nothing."""


def test_five_routes_follow_from_a_declaration() -> None:
    """With methods, types, statuses, permissions, versions and examples."""
    routes = ZONES.endpoints()

    assert [(each.method, each.path, each.status, each.permission) for each in routes] == [
        ("GET", "/api/v1/zones", 200, "zones:read"),
        ("POST", "/api/v1/zones", 201, "zones:write"),
        ("GET", "/api/v1/zones/{zone_id}", 200, "zones:read"),
        ("PUT", "/api/v1/zones/{zone_id}", 200, "zones:write"),
        ("DELETE", "/api/v1/zones/{zone_id}", 204, "zones:delete"),
    ]
    assert [each.answer for each in routes] == [Listed[Zone], Zone, Zone, Zone, None]
    assert [each.body for each in routes] == [None, NewZone, None, ZoneChange, None]
    assert [each.versioned for each in routes] == [False, False, True, True, False]
    assert [each.example for each in routes] == [None, ZONES.examples[0], None, ZONES.examples[1], None]


def test_own_entities_and_other_handlers_are_declared() -> None:
    """Reads are always permitted for one's own, writes where it is declared; a handler may be another one."""
    own = Own(permission="profile:own", owns=lambda *_: True, listed=lambda _: ZONES.entity.key == "z", methods=frozenset({"PUT"}))
    routes = replace(ZONES, own=own).endpoints(read=_other)

    assert [each.own for each in routes] == ["profile:own", None, "profile:own", "profile:own", None]
    assert routes[2].handler is _other


@pytest.mark.parametrize("given", [{"columns": {"name": "title"}}, {"computed": {}}, {"examples": (ZONES.examples[0], None)}])
def test_declaration_that_does_not_fit_is_refused(given: dict[str, Any]) -> None:
    """A field without a column or function, and a request without an example."""
    with pytest.raises(DeclarationError):
        replace(ZONES, **given)


def test_rights_have_the_name_of_the_resource() -> None:
    """`zones:read` and so on."""
    assert Rights.of("zones") == ZONES.rights


def test_fields_that_were_not_sent_are_left_out() -> None:
    """Null is a value."""
    assert given_fields(ZoneChange(name="x", camera_id=None)) == {"name": "x", "camera_id": None}


async def test_refused_write_changes_nothing(station: Station, http: httpx2.AsyncClient) -> None:
    """`check` is called inside the commit with the entity as it would be: its error undoes the write."""
    admin = await log_in_as(station, "admin")
    square = [[0, 0], [10, 0], [10, 10], [0, 10]]
    path = (await http.post("/api/v1/zones", json={"name": "A", "polygon_coords": square}, headers=admin)).headers["location"]
    refused = await http.put(path, json={"name": "B", "min": 4}, headers=admin)

    assert (refused.status_code, (await http.get(path, headers=admin)).json()["name"]) == (422, "A")
