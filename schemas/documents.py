"""JSON Schema 2020-12 of all events, generated from their types: `python -m schemas.documents` writes schemas/published/."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec

from schemas.base import SCHEMA_VERSION, Event
from schemas.events import JournalledEvent, LiveEvent

PUBLISHED = Path(__file__).parent / "published"

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TIMESTAMP: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
    "description": "Time of the event: ISO 8601, UTC, milliseconds.",
}
_HEADER: dict[str, Schema] = {
    "seq": {"type": "integer", "minimum": 1, "description": "The sequence number in the stream, without gaps."},
    "event_id": {"type": "string", "minLength": 1, "description": "A globally unique id of the event."},
    "board_id": {"type": "string", "minLength": 1, "description": "The board of the event."},
    "topic": {"type": "string", "minLength": 1, "description": "The topic to which clients subscribe, such as board:main."},
    "timestamp": _TIMESTAMP,
}


def documents() -> dict[str, Schema]:
    """Return the schema of every encoded event by `event_type`, header included, and their union as `events`."""
    described = {name_of(event): _document(event, journalled=True) for event in get_args(JournalledEvent)}
    described |= {name_of(event): _document(event, journalled=False) for event in get_args(LiveEvent)}
    return {**described, "events": _union(described)}


def name_of(event: type[Event]) -> str:
    """Return the `event_type` of an event type."""
    return str(event.__struct_config__.tag)


def render(schema: Schema) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(directory: Path) -> None:
    """Write one file for each document, and delete files of removed events."""
    described = documents()
    directory.mkdir(parents=True, exist_ok=True)
    for name, schema in described.items():
        (directory / f"{name}.json").write_text(render(schema), encoding="utf-8")
    for stale in directory.glob("*.json"):
        if stale.stem not in described:
            stale.unlink()


def _document(event: type[Event], *, journalled: bool) -> Schema:
    _, components = msgspec.json.schema_components([event], ref_template="#/$defs/{name}")
    components = _without_discriminators(components)
    own = components.pop(event.__name__)
    header = _HEADER if journalled else {"timestamp": _TIMESTAMP}
    tag = own["properties"].pop("event_type")
    schema = {
        "$schema": _DIALECT,
        "$id": f"urn:dartd:event:{name_of(event)}:{SCHEMA_VERSION}",
        "title": name_of(event),
        "description": own["description"],
        "type": "object",
        "properties": {"event_type": tag, **header, **own["properties"]},
        "required": list(dict.fromkeys(["event_type", *header, *own["required"]])),
    }
    return {**schema, "$defs": components} if components else schema


def _without_discriminators(schema: Any) -> Any:
    """Return a schema without the keyword of OpenAPI that names the tag of a union; JSON Schema has none, and AsyncAPI another one."""
    match schema:
        case dict():
            return {key: _without_discriminators(part) for key, part in schema.items() if key != "discriminator"}
        case list():
            return [_without_discriminators(part) for part in schema]
        case _:
            return schema


def _union(described: dict[str, Schema]) -> Schema:
    """Return the union of all events, tagged by `event_type`, with shared definitions in `$defs`."""
    shared: Schema = {}
    for name, schema in described.items():
        shared |= schema.get("$defs", {})
        shared[name] = {key: part for key, part in schema.items() if not key.startswith("$")}
    return {
        "$schema": _DIALECT,
        "$id": f"urn:dartd:events:{SCHEMA_VERSION}",
        "title": "events",
        "description": "Every event that dartd publishes. Clients skip types and fields that they do not know.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in described],
        "$defs": shared,
    }


if __name__ == "__main__":
    write(PUBLISHED)
