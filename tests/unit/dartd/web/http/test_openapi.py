"""The OpenAPI document."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from openapi_spec_validator import validate

from dartd.web.app import ENDPOINTS
from dartd.web.http.openapi import describe


@pytest.mark.slow
def test_document_is_valid() -> None:
    """As OpenAPI 3.1 wants it."""
    document = describe(ENDPOINTS, version="1.0")
    validate(document)

    assert document["openapi"].startswith("3.1")


def test_every_declared_route_is_described() -> None:
    """With its permission, its errors and a name of its own; files of pages aside."""
    paths = describe(ENDPOINTS, version="1.0")["paths"]
    described = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    needed = paths["/api/v1/players/{player_id}"]["put"]

    assert sorted(described) == sorted((each.method, each.path) for each in ENDPOINTS if ":path}" not in each.path)
    assert len(set(names)) == len(names)
    assert "`players:write`" in needed["description"]
    assert set(needed["responses"]) == {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "500", "503"}


def test_what_needs_no_token_says_so() -> None:
    """As far as anonymous reads go; a write always needs one."""
    open_reads, closed = describe(ENDPOINTS, version="1.0")["paths"], describe(ENDPOINTS, version="1.0", anonymous=frozenset())["paths"]

    assert {} in open_reads["/api/v1/board"]["get"]["security"]
    assert {} not in closed["/api/v1/board"]["get"]["security"]
    assert {} not in open_reads["/api/v1/board/reset"]["post"]["security"]


@pytest.mark.slow
async def test_document_is_served(http: httpx2.AsyncClient) -> None:
    """As JSON, with our version; no credential is an example in it."""
    answer = await http.get("/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["info"]["version"] == "0.0"
    assert re.search("dk_live_[A-Za-z0-9]", answer.text) is None


def test_what_a_path_can_name_is_listed() -> None:
    """Kinds of images are listed; cameras, which may be added, and what else is not known beforehand have an example."""
    paths = describe(ENDPOINTS, version="1.0", choices={"camera_id": ["left", "right"], "kind": ["after"]})["paths"]
    kind = paths["/api/v1/throws/{throw_id}/images/{camera_id}/{kind}"]["get"]["parameters"][2]
    camera = paths["/api/v1/cameras/{camera_id}/calibration"]["get"]["parameters"][0]
    throw = paths["/api/v1/throws/{throw_id}"]["get"]["parameters"][0]

    assert ("enum" in camera["schema"], camera["example"], kind["schema"]["enum"]) == (False, "left", ["after"])
    assert ("enum" in throw["schema"], throw["example"]) == (False, "d000001")


async def test_what_a_query_can_name_is_listed(http: httpx2.AsyncClient) -> None:
    """The document lists the games wherever an unknown one is refused."""
    paths = (await http.get("/openapi.json")).json()["paths"]
    games = [
        parameter["schema"]
        for path in paths.values()
        for operation in path.values()
        for parameter in operation["parameters"]
        if (parameter["in"], parameter["name"]) == ("query", "game")
    ]

    assert len(games) > 3
    assert all("x01" in schema["enum"] for schema in games)


def _schemas(part: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema of a document with its path."""
    match part:
        case dict():
            if "type" in part or part == {}:
                yield where, part
            for name, each in part.items():
                if name not in {"example", "examples"}:
                    yield from _schemas(each, f"{where}/{name}")
        case list():
            for index, each in enumerate(part):
                yield from _schemas(each, f"{where}/{index}")
        case _:
            pass


def test_no_object_is_without_its_fields() -> None:
    """A bare `object` says nothing; what may have any fields says so."""
    schemas = list(_schemas(describe(ENDPOINTS, version="1.0")))
    saying = {"properties", "additionalProperties", "oneOf", "anyOf", "allOf"}
    bare = [where for where, schema in schemas if schema.get("type") == "object" and saying.isdisjoint(schema)]

    assert len(schemas) > 500
    assert bare == []


@pytest.mark.slow
def test_numbers_of_one_kind_are_an_array_of_them() -> None:
    """With their count, as every reader of JSON Schema understands it."""
    properties = describe(ENDPOINTS, version="1.0")["components"]["schemas"]["Calibration"]["properties"]

    assert properties["rotation"] == {"type": "array", "minItems": 9, "maxItems": 9, "items": {"type": "number"}}


def test_answers_lead_on() -> None:
    """Links stand at the answer that a route gives when all is well, and name operations that are there."""
    paths = describe(ENDPOINTS, version="1.0")["paths"]
    names = {operation["operationId"] for methods in paths.values() for operation in methods.values()}
    linked = {
        name
        for methods in paths.values()
        for each in methods.values()
        for answer in each["responses"].values()
        for name in answer.get("links", {})
    }

    assert "put_api_v1_players_player_id" in paths["/api/v1/players"]["post"]["responses"]["201"]["links"]
    assert linked <= names
