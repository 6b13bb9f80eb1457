"""Tables of entities."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import Boolean, Float, Integer, MetaData, Text

from dartd.store.entity_table import entity_table


class Answer(msgspec.Struct):
    """An answer with a field of each kind."""

    thing_id: str
    name: Annotated[str, Meta(max_length=3)]
    kind: Literal["one", "two"]
    count: Annotated[int, Meta(ge=0)]
    share: float | None
    parts: tuple[int, ...]
    mixed: int | str
    active: bool
    shown: int
    created_at: str
    ended_at: str | None


def test_columns_are_the_fields_of_the_answer() -> None:
    """A field is a column of its type and name; times are seconds, what is no scalar is JSON."""
    table = entity_table("things", MetaData(), Answer, computed={"shown"})
    found = {column.name: (type(column.type), column.nullable) for column in table.columns}
    assert found == {
        "thing_id": (Text, False),
        "name": (Text, False),
        "kind": (Text, False),
        "count": (Integer, False),
        "share": (Float, True),
        "parts": (Text, False),
        "mixed": (Text, False),
        "active": (Boolean, False),
        "created_at_s": (Float, False),
        "ended_at_s": (Float, True),
        "version": (Integer, False),
    }
    assert [column.name for column in table.primary_key.columns] == ["thing_id"]
