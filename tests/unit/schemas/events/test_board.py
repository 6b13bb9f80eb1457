"""The events of the wire."""

import re
from typing import Any, get_args

import msgspec
import pytest
from msgspec import inspect

from schemas.base import BoardId, Event, EventId, VisitId
from schemas.events import (
    EntityChange,
    Envelope,
    ErrorMessage,
    Hello,
    JournalledEvent,
    LiveEvent,
    Snapshot,
    TakeoutFinished,
    VisitSnapshot,
)
from schemas.events.session import SessionUpdated

_JOURNALLED: tuple[type[Event], ...] = get_args(JournalledEvent)
_LIVE: tuple[type[Event], ...] = get_args(LiveEvent)
_HEADER = {"seq", "event_id", "topic", "timestamp", "event_type"}


def _tag(event: type[Event]) -> str:
    return str(event.__struct_config__.tag)


def test_every_event_is_in_exactly_one_union() -> None:
    """Each event that is defined must be journalled or live, and no name may be used twice."""
    tags = [_tag(event) for event in (*_JOURNALLED, *_LIVE)]
    defined = [event for event in Event.__subclasses__() if event.__module__.startswith("schemas.events.")]

    assert len(set(tags)) == len(tags)
    assert {*_JOURNALLED, *_LIVE} == set(defined)


@pytest.mark.parametrize("event", [event for event in (*_JOURNALLED, *_LIVE) if event not in get_args(EntityChange)], ids=_tag)
def test_names_are_lower_case_words(event: type[Event]) -> None:
    """Event types and fields must be snake_case, as every client expects them."""
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) for name in (_tag(event), *event.__struct_fields__))


@pytest.mark.parametrize("event", _JOURNALLED, ids=_tag)
def test_header_is_not_shadowed(event: type[Event]) -> None:
    """No journalled event may have a field of its own under a name of the header."""
    assert not (_HEADER | {"board_id"}) & set(event.__struct_fields__)


def test_live_events_name_the_board_themselves() -> None:
    """A live event has no header but its time: only its own fields may name a board, and none a place in the stream."""
    assert not [_tag(event) for event in _LIVE if _HEADER & set(event.__struct_fields__)]
    assert "board_id" in Hello.__struct_fields__
    assert "board_id" in Snapshot.__struct_fields__


@pytest.mark.parametrize("event", [*_JOURNALLED, *_LIVE], ids=_tag)
def test_units_are_in_the_names(event: type[Event]) -> None:
    """A field that holds a length, a time or an angle as a number must end in its unit."""
    bare = {"radius", "angle", "duration", "latency", "timeout", "distance", "residual", "uncertainty"}
    contract = {"duration"} if event is SessionUpdated else set()  # of the timeline of a session
    assert not (bare - contract) & set(_fields_within(inspect.type_info(event)))


def _fields_within(kind: inspect.Type) -> set[str]:
    found: set[str] = set()
    waiting: list[Any] = [kind]
    while waiting:
        match waiting.pop():
            case inspect.StructType(fields=fields):
                found |= {field.name for field in fields}
                waiting += [field.type for field in fields]
            case inspect.VarTupleType(item_type=item):
                waiting.append(item)
            case inspect.UnionType(types=types):
                waiting += types
            case _:
                pass
    return found


def test_envelope_holds_the_event_and_its_bytes() -> None:
    """An envelope must say where an event stands in the stream and carry the bytes that every client gets."""
    event = TakeoutFinished(visit_id=VisitId("v1"))
    envelope = Envelope(
        seq=1, event_id=EventId("e1"), board_id=BoardId("main"), topic="board:main", at_s=2.0, timestamp="t", event=event, wire=b"{}"
    )

    assert (envelope.seq, envelope.event, envelope.wire) == (1, event, b"{}")
    with pytest.raises(AttributeError):
        envelope.seq = 2  # type: ignore[misc]  # what must fail


def test_details_of_errors_are_not_shared() -> None:
    """Each error must have details of its own."""
    first, second = ErrorMessage(code="A", message="a"), ErrorMessage(code="A", message="a")

    assert first.details == {}
    assert first.details is not second.details


def test_fresh_visit_is_empty() -> None:
    """A visit that nothing was thrown in must be published as empty, open, and worth nothing."""
    fresh = msgspec.to_builtins(VisitSnapshot(visit_id=VisitId("v1")))

    assert fresh == {"visit_id": "v1", "throws": (), "total": 0, "completed": False, "player_id": None}
