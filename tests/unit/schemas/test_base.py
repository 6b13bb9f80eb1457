"""The bases of every value."""

import msgspec
import pytest

from schemas.base import SCHEMA_VERSION, Command, Event, Message, Value


class _Thing(Value, frozen=True, kw_only=True):
    size_mm: float = 1.0


class _Said(Message, tag="said", frozen=True, kw_only=True):
    text: str


class _Happened(Event, tag="happened", frozen=True, kw_only=True):
    count: int = 0


class _Asked(Command, tag="asked", frozen=True, kw_only=True):
    count: int = 0


@pytest.mark.parametrize("value", [_Thing(), _Said(text="x"), _Happened(), _Asked()])
def test_values_never_change(value: msgspec.Struct) -> None:
    """What crosses a boundary must be frozen and, with it, fit for sets and as keys."""
    with pytest.raises(AttributeError):
        setattr(value, value.__struct_fields__[0], None)

    assert len({value, value}) == 1


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (_Said(text="x"), b'{"kind":"said","text":"x"}'),
        (_Happened(), b'{"event_type":"happened","count":0}'),
        (_Asked(), b'{"action":"asked","count":0}'),
    ],
)
def test_tag_stands_first_under_its_name(value: msgspec.Struct, wire: bytes) -> None:
    """Messages, events and commands must name themselves by `kind`, `event_type` and `action`, before anything else."""
    assert msgspec.json.encode(value) == wire


def test_only_commands_refuse_unknown_fields() -> None:
    """An older client must be able to skip a field it does not know; a person's mistyped field must be refused."""
    skipped = msgspec.json.decode(b'{"event_type":"happened","count":2,"colour":"red"}', type=_Happened)

    assert skipped == _Happened(count=2)
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.json.decode(b'{"action":"asked","colour":"red"}', type=_Asked)


def test_values_are_named_not_counted() -> None:
    """Fields must be given by name, so that none is taken for another."""
    with pytest.raises(TypeError):
        _Thing(2.0)  # type: ignore[call-arg]  # what must fail

    assert SCHEMA_VERSION == 1
