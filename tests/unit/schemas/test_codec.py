"""The bytes of every message."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.base import Event, Message
from schemas.codec import (
    UNREADABLE,
    decode_command,
    decode_from_worker,
    decode_journalled,
    decode_live,
    decode_to_worker,
    encode_json,
    encode_pipe,
    encode_wire,
)
from schemas.commands import BoardCommand, StopBoard
from schemas.events import Heartbeat, JournalledEvent, LiveEvent
from schemas.pipe.from_worker import FromWorker, Progress
from schemas.pipe.to_worker import ToWorker
from tests.support.values import values_of

_HEADER: dict[str, str | int] = {
    "seq": 7,
    "event_id": "e7",
    "board_id": "main",
    "topic": "board:main",
    "timestamp": "2026-11-20T18:42:24.123Z",
}
_FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@pytest.mark.parametrize("kind", get_args(FromWorker), ids=lambda each: each.__name__)
@_FEW
@given(data=st.data())
def test_worker_is_understood(kind: type[Message], data: st.DataObject) -> None:
    """Whatever a worker says must arrive as it was said."""
    message: Any = data.draw(values_of(kind))

    assert decode_from_worker(encode_pipe(message)) == message
    assert decode_from_worker(memoryview(encode_pipe(message))) == message


@pytest.mark.slow
@pytest.mark.parametrize("kind", get_args(ToWorker), ids=lambda each: each.__name__)
@_FEW
@given(data=st.data())
def test_supervisor_is_understood(kind: type[Message], data: st.DataObject) -> None:
    """Whatever the supervisor says must arrive as it was said."""
    message: Any = data.draw(values_of(kind))

    assert decode_to_worker(encode_pipe(message)) == message


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*get_args(JournalledEvent), *get_args(LiveEvent)], ids=lambda each: each.__struct_config__.tag)
@_FEW
@given(data=st.data())
def test_event_on_the_wire_is_flat_and_comes_back(kind: type[Event], data: st.DataObject) -> None:
    """An event must be one flat object: its type first, the header, its own fields; and it must come back as it was."""
    event: Any = data.draw(values_of(kind))
    live = kind in get_args(LiveEvent)
    header = {"timestamp": _HEADER["timestamp"]} if live else _HEADER
    wire = encode_wire(event, header)

    assert list(json.loads(wire)) == ["event_type", *header, *kind.__struct_fields__]
    assert (decode_live if live else decode_journalled)(wire) == event


@given(st.dictionaries(st.sampled_from(["seq", "event_id", "timestamp", "topic"]), st.text(max_size=8) | st.integers(0, 2**53)))
def test_header_is_written_whatever_it_holds(header: dict[str, str | int]) -> None:
    """Commas, quotes and emptiness in a header must not break the object."""
    wire = json.loads(encode_wire(Heartbeat(last_seq=3), header))

    assert wire == {"event_type": "heartbeat", **header, "last_seq": 3}


class _Bare(Event, tag="bare", frozen=True, kw_only=True):
    """An event without a field of its own."""


def test_event_without_fields_is_an_object_too() -> None:
    """An event that is nothing but its name must still be encoded correctly, with and without a header."""
    assert encode_wire(_Bare(), {"seq": 1}) == b'{"event_type":"bare","seq":1}'
    assert encode_wire(_Bare(), {}) == b'{"event_type":"bare"}'


def test_fields_of_tomorrow_are_skipped() -> None:
    """A field that this version does not know must be skipped, in events and in messages."""
    event = decode_live(b'{"event_type":"heartbeat","last_seq":3,"mood":"good"}')
    message = decode_from_worker(msgspec.msgpack.encode({"kind": "progress", "camera_id": "a", "t_s": 1.0, "next_s": None, "mood": 1}))

    assert event == Heartbeat(last_seq=3)
    assert isinstance(message, Progress)


@pytest.mark.parametrize("decode", [decode_from_worker, decode_to_worker])
def test_unknown_message_is_refused(decode: Any) -> None:
    """A message with an unknown kind, or none, must be refused and not be taken for another."""
    payloads: list[object] = [{"kind": "gossip"}, {"t_s": 1.0}, [], None]
    for payload in payloads:
        with pytest.raises(msgspec.DecodeError):
            decode(msgspec.msgpack.encode(payload))


@pytest.mark.parametrize("decode", [decode_journalled, decode_live, decode_command])
def test_unknown_event_is_refused(decode: Any) -> None:
    """An event or command of an unknown type must be refused and not be taken for another."""
    for payload in (b'{"event_type":"gossip"}', b'{"action":"gossip"}', b"{}", b"[]", b"null", b"{", b""):
        with pytest.raises(msgspec.DecodeError):
            decode(payload)


def test_journalled_and_live_are_distinguished() -> None:
    """A live event must not be read back as a journalled one, nor the other way round."""
    with pytest.raises(msgspec.DecodeError):
        decode_journalled(b'{"event_type":"heartbeat","last_seq":3}')
    with pytest.raises(msgspec.DecodeError):
        decode_live(b'{"event_type":"takeout_finished","visit_id":"v"}')


@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    """Random bytes must end in a refusal or a value, in no other error."""
    for decode in (decode_from_worker, decode_to_worker, decode_journalled, decode_live, decode_command):
        try:
            answer: Any = decode(noise)
        except msgspec.DecodeError as refused:
            answer = refused
        assert answer is not None


@given(values_of(StopBoard))
def test_any_value_is_written_as_json(command: BoardCommand) -> None:
    """Values that are no events must be written as plain JSON."""
    assert json.loads(encode_json(command)) == msgspec.to_builtins(command)


@pytest.mark.parametrize("bad", [b"", b"{", b"\xff", b'{"event_type":"\xff"}', b'{"event_type":"x","a":' + b"[" * 100_000])
def test_bytes_that_are_no_message_have_known_errors(bad: bytes) -> None:
    """Text that is not UTF-8 and deep nesting are errors of Python's own: what reads bytes of others expects them."""
    for decode in (decode_journalled, decode_live, decode_command, msgspec.json.decode):
        with pytest.raises(UNREADABLE):
            decode(bad)
