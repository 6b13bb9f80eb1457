"""Bytes of every message: one encoder and decoder per union, built once at import."""

from typing import Final

import msgspec

from schemas.base import Event
from schemas.commands import SpokenCommand
from schemas.events import JournalledEvent, LiveEvent
from schemas.pipe.from_worker import FromWorker
from schemas.pipe.to_worker import ToWorker

# What msgspec raises for bytes that are no message: text that is not UTF-8 and deep nesting have errors of Python's own.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_json = msgspec.json.Encoder()
_pipe = msgspec.msgpack.Encoder()
_from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)
_to_worker: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)
_journalled: msgspec.json.Decoder[JournalledEvent] = msgspec.json.Decoder(JournalledEvent)
_live: msgspec.json.Decoder[LiveEvent] = msgspec.json.Decoder(LiveEvent)
_command: msgspec.json.Decoder[SpokenCommand] = msgspec.json.Decoder(SpokenCommand)


def encode_pipe(message: FromWorker | ToWorker) -> bytes:
    """Encode a pipe message as msgpack, without its length prefix."""
    return _pipe.encode(message)


def decode_from_worker(payload: bytes | memoryview) -> FromWorker:
    """Decode what a worker sent.

    Raises:
        one of UNREADABLE: the bytes are no such message.
    """
    return _from_worker.decode(payload)


def decode_to_worker(payload: bytes | memoryview) -> ToWorker:
    """Decode what the supervisor sent.

    Raises:
        one of UNREADABLE: the bytes are no such message.
    """
    return _to_worker.decode(payload)


def encode_wire(event: Event, header: dict[str, str | int]) -> bytes:
    """Encode an event as one flat JSON object: `event_type`, the header's fields, then its own."""
    body = _json.encode(event)
    tag, comma, rest = body.partition(b",") if b"," in body else (body[:-1], b"", b"}")
    fields = _json.encode(header)[1:-1]
    return tag + (b"," + fields if fields else b"") + comma + rest


def decode_journalled(wire: bytes | str) -> JournalledEvent:
    """Decode a journalled event from its flat JSON object; header fields are skipped.

    Raises:
        one of UNREADABLE: it is no such event.
    """
    return _journalled.decode(wire)


def decode_live(wire: bytes | str) -> LiveEvent:
    """Decode an event that is not journalled from its flat JSON object.

    Raises:
        one of UNREADABLE: it is no such event.
    """
    return _live.decode(wire)


def decode_command(payload: bytes | str) -> SpokenCommand:
    """Decode what a person asks of the board.

    Raises:
        one of UNREADABLE: it is no such command; the message names the path.
    """
    return _command.decode(payload)


def encode_json(value: object) -> bytes:
    """Encode any of our values as JSON."""
    return _json.encode(value)
