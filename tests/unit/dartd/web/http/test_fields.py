"""Fields and columns."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa

from dartd.web.http.endpoint import DeclarationError
from dartd.web.http.fields import Fields
from schemas.api.answers import Id
from schemas.base import Value

TABLE = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("thing_id", sa.Text, primary_key=True),
    sa.Column("group_name", sa.Text),
    sa.Column("corners", sa.Text, nullable=False),
    sa.Column("created_at_s", sa.Float, nullable=False),
    sa.Column("used_at_s", sa.Float),
)
NO_SERVICES = cast("Any", None)


class Thing(Value, frozen=True, kw_only=True):
    """An answer."""

    thing_id: str
    group: Id | None  # with a description, which msgspec wraps
    corners: tuple[tuple[float, float], ...]
    created_at: str
    used_at: str | None
    size: int


FIELDS = Fields(TABLE, Thing, {"group": "group_name"}, {"size": lambda _, row: len(row.corners)})
ROW = SimpleNamespace(thing_id="t", group_name="red", corners="[[1,2]]", created_at_s=0.0, used_at_s=None)


def test_row_becomes_an_answer() -> None:
    """Times as timestamps, JSON as its type, renamed and computed fields."""
    corners = ((1.0, 2.0),)

    assert FIELDS.answer_of(NO_SERVICES, ROW) == Thing(
        thing_id="t", group="red", corners=corners, created_at="1970-01-01T00:00:00.000Z", used_at=None, size=7
    )


def test_request_becomes_columns() -> None:
    """What is no scalar is stored as JSON, and read back as it was."""
    assert FIELDS.columns_of({"group": "red", "corners": ((1.0, 2.0),)}) == {"group_name": "red", "corners": "[[1.0,2.0]]"}


def test_field_without_a_column_is_refused() -> None:
    """When it is declared, not when it is asked for."""
    with pytest.raises(DeclarationError, match="size"):
        Fields(TABLE, Thing, {"group": "group_name"}, {})
    with pytest.raises(DeclarationError, match="color"):
        FIELDS.check(["group", "color"])
