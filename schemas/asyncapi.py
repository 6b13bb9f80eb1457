"""The WebSocket described as AsyncAPI 3, generated from the types of its messages."""

from typing import Any, get_args

import msgspec

from schemas.base import Command, Event
from schemas.commands import SpokenCommand
from schemas.documents import Schema, documents, name_of
from schemas.events import (
    AlertChanged,
    CalibrationChanged,
    CameraStateChanged,
    EntityEvent,
    JournalledEvent,
    LiveEvent,
    MetricsUpdate,
    PlayerErased,
    PlayerMerged,
    PlayEvent,
    Presence,
    SessionUpdated,
    StatisticsUpdated,
    SystemStatus,
    ZoneUpdate,
)

VERSION = "3.0.0"
_REFERENCE = "#/components/schemas/{name}"
_CLIENT_MESSAGES: dict[str, tuple[str, Schema]] = {
    "ping": ("Request a pong.", {}),
    "subscribe": ("Subscribe to more topics.", {"topics": "topics"}),
    "unsubscribe": ("Unsubscribe from topics.", {"topics": "topics"}),
    "resume": ("Request all events after this seq (of this stream).", {"since": "seq", "stream_id": "text"}),
    "presence": ("Publish that this client watches a topic; without a name: withdraw it.", {"topic": "text", "name": "text"}),
    "auth": ("Authenticate the connection.", {"token": "text"}),
}
_FIELDS: dict[str, Schema] = {
    "topics": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "seq": {"type": "integer", "minimum": 0},
    "text": {"type": "string"},
}
_TOPICS: dict[type[Event], str] = {
    CameraStateChanged: "camera:{camera_id}",
    CalibrationChanged: "camera:{camera_id}",
    PlayerMerged: "player:{player_id}",
    PlayerErased: "player:{player_id}",
    StatisticsUpdated: "player:{player_id}",
    SessionUpdated: "session:{session_id}",
    AlertChanged: "alerts:{severity}",
    Presence: "presence:{topic}",
    MetricsUpdate: "metrics",
    SystemStatus: "system",
    ZoneUpdate: "zone:{zone_id}",
}
_OPTIONAL = {"stream_id", "name"}


def topic_template_of(event: type[Event]) -> str:
    """Return the topic of an event type; `*` for messages to all clients whatever their topics."""
    if event in _TOPICS:
        return _TOPICS[event]
    if event in get_args(PlayEvent):
        return "match:{match_id}"
    if event in get_args(EntityEvent):
        return "{entity_type}:{entity_id}"
    return "board:{board_id}" if event in get_args(JournalledEvent) else "*"


def describe(*, version: str, ws_path: str = "/ws") -> Schema:
    """Return the document: one channel on which a client sends its messages and receives every event."""
    events_sent, client_messages = _event_messages(), _client_messages()
    channel = {"$ref": "#/channels/stream"}
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "dartd",
            "version": version,
            "description": "Every event of a dartboard, as it happens. Clients skip types and fields that they do not know.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"board": {"host": "{host}", "protocol": "ws", "variables": {"host": {"default": "localhost:8000"}}}},
        "channels": {
            "stream": {
                "address": ws_path,
                "title": "The stream",
                "description": "hello, snapshot, then every event of the subscribed topics, without any message from the client.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in (*events_sent, *client_messages)},
                "bindings": {"ws": {"query": _query(), "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            "publish": {
                "action": "send",
                "channel": channel,
                "summary": "Messages from dartd",
                "messages": [{"$ref": f"#/channels/stream/messages/{name}"} for name in events_sent],
            },
            "receive": {
                "action": "receive",
                "channel": channel,
                "summary": "Messages from clients",
                "messages": [{"$ref": f"#/channels/stream/messages/{name}"} for name in client_messages],
            },
        },
        "components": {"messages": {**events_sent, **client_messages}, "schemas": _schemas()},
    }


def _event_messages() -> Schema:
    """Describe the messages from dartd, journalled events first."""
    events = (*get_args(JournalledEvent), *get_args(EntityEvent), *get_args(LiveEvent))
    messages = {name_of(event): _message(name_of(event), _first_line(event.__doc__), f"event_{name_of(event)}") for event in events}
    return {name_of(event): {**messages[name_of(event)], "tags": [{"name": topic_template_of(event)}]} for event in events}


def _client_messages() -> Schema:
    plain = {f"client_{action}": _message(action, text, f"client_{action}") for action, (text, _) in _CLIENT_MESSAGES.items()}
    commands = {
        f"client_{_tag(each)}": _message(_tag(each), _first_line(each.__doc__), f"client_{_tag(each)}") for each in get_args(SpokenCommand)
    }
    return {**plain, **commands}


def _schemas() -> Schema:
    found: Schema = {}
    for name, document in documents().items():
        if name == "events":
            continue
        shared = document.get("$defs", {})
        found |= {part: _with_component_refs(schema) for part, schema in shared.items()}
        found[f"event_{name}"] = _with_component_refs({key: part for key, part in document.items() if not key.startswith("$")})
    for action, (text, fields) in _CLIENT_MESSAGES.items():
        properties = {"action": {"const": action}, **{name: _FIELDS[kind] for name, kind in fields.items()}}
        required = [name for name in properties if name not in _OPTIONAL]
        found[f"client_{action}"] = {"type": "object", "description": text, "properties": properties, "required": required}
    for command in get_args(SpokenCommand):
        _, parts = msgspec.json.schema_components([command], ref_template=_REFERENCE)
        own = parts.pop(command.__name__)
        for name in ("user_id", "own_player_id"):  # set by the server
            own["properties"].pop(name, None)
        found |= parts
        found[f"client_{_tag(command)}"] = own
    return found


def _with_component_refs(schema: Any) -> Any:
    """Return a schema whose references point into the components."""
    if isinstance(schema, dict):
        return {
            key: part.replace("#/$defs/", "#/components/schemas/")
            if key == "$ref" and isinstance(part, str)
            else _with_component_refs(part)
            for key, part in schema.items()
        }
    return [_with_component_refs(part) for part in schema] if isinstance(schema, list) else schema


def _message(name: str, summary: str, schema: str) -> Schema:
    return {"name": name, "title": name, "summary": summary, "payload": {"$ref": f"#/components/schemas/{schema}"}}


def _query() -> Schema:
    return {
        "type": "object",
        "properties": {
            "topics": {
                "type": "string",
                "description": "Topics separated by commas, with * for any run of characters; the default is board:*.",
            },
            "since": {"type": "integer", "minimum": 0, "description": "The last seq received: missed events are sent first."},
            "stream_id": {"type": "string", "description": "The stream that `since` refers to, from hello."},
            "token": {"type": "string", "description": "For browsers, which cannot send an Authorization header."},
        },
    }


def _tag(command: type[Command]) -> str:
    return str(command.__struct_config__.tag)


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
