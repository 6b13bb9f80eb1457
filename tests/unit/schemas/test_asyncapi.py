"""The WebSocket as AsyncAPI 3."""

import re
from pathlib import Path
from typing import Any, get_args

import jsonschema  # type: ignore[import-untyped]  # the library ships no types
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dartd.store.event_topics import topic_of
from dartd.web.streams.client_message import read_client_message
from schemas.asyncapi import describe
from schemas.base import BoardId
from schemas.codec import encode_json, encode_wire
from schemas.documents import name_of
from schemas.events import AlertChanged, JournalledEvent, LiveEvent, Pong, SessionUpdated
from tests.support.values import values_of

_DOCUMENT = describe(version="1.2.3")
_SPECIFICATION = Path(__file__).parents[2] / "support" / "vendor" / "asyncapi-3.0.0.json"


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [each for key, value in part.items() for each in ([value] if key == "$ref" else _references(value))]
    return [each for value in part for each in _references(value)] if isinstance(part, list) else []


def _resolved(reference: str) -> Any:
    found: Any = _DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_document_has_the_shape_of_asyncapi() -> None:
    """It fits the JSON Schema that AsyncAPI publishes of itself."""
    jsonschema.validate(_DOCUMENT, msgspec.json.decode(_SPECIFICATION.read_bytes()), jsonschema.Draft7Validator)

    assert _DOCUMENT["info"]["version"] == "1.2.3"


def test_every_reference_leads_somewhere() -> None:
    """No message and no schema is missing, and an operation names messages of its channel."""
    references = _references(_DOCUMENT)

    assert len(references) > 50
    assert all(_resolved(reference) for reference in references)
    assert all(
        re.match("#/channels/stream/messages/", message["$ref"])
        for operation in _DOCUMENT["operations"].values()
        for message in operation["messages"]
    )


def test_every_event_and_every_message_is_there() -> None:
    """The messages that are sent, and those that may be received."""
    messages = _DOCUMENT["components"]["messages"]

    assert {name_of(event) for event in get_args(JournalledEvent | LiveEvent)} <= set(messages)
    assert {f"client_{action}" for action in ("ping", "subscribe", "resume", "auth", "presence", "reset", "correct")} <= set(messages)


@pytest.mark.parametrize("name", sorted(_DOCUMENT["components"]["schemas"]))
def test_each_schema_is_one(name: str) -> None:
    """JSON Schema 2020-12."""
    jsonschema.Draft202012Validator.check_schema(_DOCUMENT["components"]["schemas"][name])


def test_a_message_fits_its_schema() -> None:
    """The published schemas are those of the document, references resolved."""
    schema = {**_DOCUMENT["components"]["schemas"]["event_pong"], "components": _DOCUMENT["components"]}
    wire = encode_wire(Pong(last_seq=3), {"timestamp": "2026-11-20T20:00:00.000Z"})

    jsonschema.validate(msgspec.json.decode(wire), schema)


def test_what_may_be_said_is_understood() -> None:
    """The simplest message that fits each schema is one that dartd understands."""
    samples: dict[str, Any] = {"topics": ["board:*"], "topic": "board:main", "since": 3, "token": "t", "operation": "delete"}
    said = {name: schema for name, schema in _DOCUMENT["components"]["schemas"].items() if name.startswith("client_")}
    for name, schema in said.items():
        fields = {field: samples[field] for field in schema["required"] if field != "action"}
        understood = read_client_message(encode_json({"action": name.removeprefix("client_"), **fields}).decode())

        assert understood is not None


@pytest.mark.slow
@settings(deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("event", get_args(JournalledEvent), ids=name_of)
def test_the_topic_of_each_event_is_described(data: st.DataObject, event: type[Any]) -> None:
    """The document names the topic on which the journal puts each event."""
    happened = data.draw(values_of(event))
    (tag,) = _DOCUMENT["components"]["messages"][name_of(event)]["tags"]
    fields = {"board_id": "main", **{name: getattr(happened, name) for name in happened.__struct_fields__}}
    fields |= {"session_id": happened.session.session_id} if isinstance(happened, SessionUpdated) else {}
    if isinstance(happened, AlertChanged):
        alert = happened.alert
        fields["severity"] = f"{alert.severity}:performance" if alert.operation_type == "performance" else alert.severity

    assert topic_of(happened, BoardId("main")) == tag["name"].format(**fields)
