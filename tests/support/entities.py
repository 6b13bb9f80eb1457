"""Entities of any declared resource, made from the example of its declaration."""

import secrets
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.web.app import RESOURCES
from dartd.web.http.entity_resource import EntityResource
from tests.support.station import Station

Declared = EntityResource[Any, Any]


def example_of(resource: Declared, **given: Any) -> dict[str, Any]:
    """Return a valid body of a creation; unique fields get a value of their own."""
    body: dict[str, Any] = msgspec.to_builtins(resource.examples[0])
    unique = {column.name for column in resource.entity.table.columns if column.unique} & set(body)
    return {**body, **{name: secrets.token_hex(4) for name in unique if body[name] is not None}, **given}


def without_unset(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body without the fields that are null."""
    return {name: value for name, value in body.items() if value is not None}


async def insert_entity(station: Station, resource: Declared, **more: object) -> str:
    """Insert an entity, and return its id; `more` are columns that no request has."""
    given = {name: value for name, value in example_of(resource).items() if name not in resource.prepared}
    entity_id = f"{resource.id_prefix}{secrets.token_hex(4)}"
    columns = resource.fields.columns_of({**given, resource.key: entity_id})
    given_by_insert = {"version", "deleted", "created_at_s", "updated_at_s"}
    needed = {
        column.name: "main" if isinstance(column.type, sa.Text) else 0
        for column in resource.entity.table.columns
        if not column.nullable and column.name not in given_by_insert
    }
    values = {**needed, **{name: value for name, value in columns.items() if value is not None}, **more}
    await station.services.database.change(lambda connection: _ignore(resource.entity.insert(connection, values, at_s=1.0)))
    return entity_id


def _ignore(_: object) -> None:
    """Return nothing: rows stay on their thread."""


def resource_of(parameter: str) -> Declared | None:
    """Return the resource whose id a parameter of a path is."""
    return next((each for each in RESOURCES if each.key == parameter), None)
