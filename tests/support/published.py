"""What is told beside what is published: every message that a test sees must fit its JSON Schema, and the AsyncAPI document."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from dartd.store import journal
from dartd.web import services
from schemas.asyncapi import describe
from schemas.codec import encode_wire
from schemas.documents import Schema, documents

# Told by the server for load alone (`tests.bench.hub_server`), and nothing that dartd publishes.
_UNPUBLISHED = {"bench"}

_documents = documents()
_described = describe(version="0")


@cache
def validators(event_type: str) -> tuple[jsonschema_rs.Draft202012Validator, ...]:
    """Give what judges messages of a type: its own document, the union of all, and what AsyncAPI says of it.

    Raises:
        KeyError: nothing is published of this type.
    """
    _described["components"]["messages"][event_type]
    shown: Schema = {"$ref": f"#/components/schemas/event_{event_type}", "components": _described["components"]}
    return tuple(
        jsonschema_rs.Draft202012Validator(each, validate_formats=True) for each in (_documents[event_type], _documents["events"], shown)
    )


def complaints(wire: bytes | str) -> list[str]:
    """Say what is wrong with a message; nothing when it is as published, or is no event at all."""
    try:
        message = msgspec.json.decode(wire)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    if not isinstance(message, dict) or (event_type := message.get("event_type")) is None or event_type in _UNPUBLISHED:
        return []
    try:
        judges = validators(event_type)
    except KeyError:
        return [f"{event_type} is told and not published"]
    return [f"{event_type}: {error.message} at {error.instance_path}" for judge in judges for error in judge.iter_errors(message)]


@contextmanager
def overhearing(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Judge each message that a daemon of this process tells, by whatever way, and each that a WebSocket client of it hears."""
    found: list[str] = []

    def judged(told: Callable[..., bytes]) -> Callable[..., bytes]:
        @wraps(told)
        def tell(*arguments: Any) -> bytes:
            wire = told(*arguments)
            found.extend(complaints(wire))
            return wire

        return tell

    hear = ClientConnection.recv

    async def recv(client: ClientConnection, decode: bool | None = None) -> websockets.Data:  # noqa: FBT001  as websockets has it
        heard = await hear(client, decode=decode)
        found.extend(complaints(heard if isinstance(heard, str) else bytes(heard)))
        return heard

    patch.setattr(journal, "encode_wire", judged(encode_wire))
    patch.setattr(services, "encode_wire", judged(encode_wire))
    patch.setattr(ClientConnection, "recv", recv)
    yield found
