"""The bases of every value that crosses a boundary, and the ids they carry."""

from typing import NewType

import msgspec

SCHEMA_VERSION = 1

BoardId = NewType("BoardId", str)
CameraId = NewType("CameraId", str)
DartId = NewType("DartId", str)
VisitId = NewType("VisitId", str)
EventId = NewType("EventId", str)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of plain values."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Base of what travels over a worker's pipe; the tag field is `kind`."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event_type"):
    """Base of the events that are published; the tag field is `event_type`."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    """Base of what people may ask of the board; the tag field is `action`."""
