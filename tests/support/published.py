"""Check messages against the published documents: each must fit its JSON Schema and the AsyncAPI document."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from dartd.store import envelopes
from dartd.web import services
from schemas.asyncapi import describe
from schemas.codec import encode_wire
from schemas.documents import Schema, documents

# Sent by the server for load alone (`tests.bench.hub_server`), and nothing that dartd publishes.
_UNPUBLISHED = {"bench"}

_documents = documents()
_described = describe(version="0")


def _validator(document: Schema) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(document, validate_formats=True)


@cache
def _any_event() -> jsonschema_rs.Draft202012Validator:
    """Return the validator of the union of all; compiling it takes as long as several of the others."""
    return _validator(_documents["events"])


@cache
def validators(event_type: str) -> tuple[jsonschema_rs.Draft202012Validator, ...]:
    """Return the validators of a type of message: its own document, the union of all, and that of AsyncAPI.

    Raises:
        KeyError: nothing is published of this type.
    """
    _described["components"]["messages"][event_type]
    shown: Schema = {"$ref": f"#/components/schemas/event_{event_type}", "components": _described["components"]}
    return _validator(_documents[event_type]), _any_event(), _validator(shown)


def complaints(wire: bytes | str) -> list[str]:
    """Return what is wrong with a message; nothing when it is valid, or is no event at all."""
    try:
        message = msgspec.json.decode(wire)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    if not isinstance(message, dict) or (event_type := message.get("event_type")) is None or event_type in _UNPUBLISHED:
        return []
    try:
        judges = validators(event_type)
    except KeyError:
        return [f"{event_type} is sent and not documented"]
    return [f"{event_type}: {error.message} at {error.instance_path}" for judge in judges for error in judge.iter_errors(message)]


@contextmanager
def validated_messages(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Validate each message that a daemon of this process encodes, and each that a WebSocket client of it receives; yield what is wrong."""
    found: list[str] = []

    def checked(encode: Callable[..., bytes]) -> Callable[..., bytes]:
        @wraps(encode)
        def encode_and_check(*arguments: Any) -> bytes:
            wire = encode(*arguments)
            found.extend(complaints(wire))
            return wire

        return encode_and_check

    receive = ClientConnection.recv

    async def recv(client: ClientConnection, decode: bool | None = None) -> websockets.Data:  # noqa: FBT001  as websockets has it
        received = await receive(client, decode=decode)
        found.extend(complaints(received if isinstance(received, str) else bytes(received)))
        return received

    patch.setattr(envelopes, "encode_wire", checked(encode_wire))
    patch.setattr(services, "encode_wire", checked(encode_wire))
    patch.setattr(ClientConnection, "recv", recv)
    yield found
