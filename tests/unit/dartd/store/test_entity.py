"""Entities in the store."""

from typing import Any

import pytest
import sqlalchemy as sa

from dartd.errors import AlreadyExistsError, ConflictError
from dartd.store.entity import Bound, Entity, column_of
from dartd.store.listing import PageRequest

METADATA = sa.MetaData()
THINGS = sa.Table(
    "things",
    METADATA,
    sa.Column("thing_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("badge", sa.Text, unique=True),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at_s", sa.Float, nullable=False),
    sa.Column("updated_at_s", sa.Float, nullable=False),
)
BARE = sa.Table("bare", METADATA, sa.Column("bare_id", sa.Text, primary_key=True), sa.Column("name", sa.Text, nullable=False))

ENTITY = Entity("thing", THINGS, sorts=("name", "created_at"), on_delete={"deleted": True, "badge": None})


@pytest.fixture
def two(core: sa.Connection) -> sa.Connection:
    """Store two entities."""
    METADATA.create_all(core)
    ENTITY.insert(core, {"thing_id": "a", "name": "Anna", "badge": "b1"}, at_s=1.0)
    ENTITY.insert(core, {"thing_id": "b", "name": "Ben"}, at_s=2.0)
    return core


def _ids(connection: sa.Connection, entity: Entity = ENTITY, **given: Any) -> list[str]:
    return [row[0] for row in entity.page(connection, PageRequest(sort=given.pop("sort", None)), **given).rows]


def test_unique_columns_are_checked_at_creation_and_change(two: sa.Connection) -> None:
    """The error must name the column; an entity may keep its own value, and null is never taken."""
    with pytest.raises(AlreadyExistsError, match="thing_id 'a'"):
        ENTITY.insert(two, {"thing_id": "a", "name": "x"}, at_s=3.0)
    with pytest.raises(AlreadyExistsError, match="badge 'b1'") as refused:
        ENTITY.update(two, "b", {"badge": "b1"})
    ENTITY.update(two, "a", {"badge": "b1"})
    ENTITY.insert(two, {"thing_id": "c", "name": "x", "badge": None}, at_s=3.0)

    assert refused.value.details == {"field": "badge", "badge": "b1"}


def test_change_counts_versions(two: sa.Connection) -> None:
    """A change of an older version must be refused."""
    changed = ENTITY.update(two, "b", {"name": "Benjamin"}, at_s=5.0, version=1)

    assert (changed.name, changed.version, changed.created_at_s, changed.updated_at_s) == ("Benjamin", 2, 2.0, 5.0)
    with pytest.raises(ConflictError) as refused:
        ENTITY.update(two, "b", {"name": "Ben"}, version=1)
    assert refused.value.code == "PRECONDITION_FAILED"
    assert ENTITY.update(two, "none", {"name": "x"}) is None


def test_deleted_row_is_hidden_and_keeps_its_id(two: sa.Connection) -> None:
    """It must be neither found nor listed; unique values other than the id must be free."""
    assert (ENTITY.delete(two, "a", at_s=3.0), ENTITY.delete(two, "a"), ENTITY.get(two, "a"), _ids(two)) == (True, False, None, ["b"])
    ENTITY.update(two, "b", {"badge": "b1"})
    with pytest.raises(AlreadyExistsError):
        ENTITY.insert(two, {"thing_id": "a", "name": "x"}, at_s=3.0)


def test_page_is_filtered_and_sorted(two: sa.Connection) -> None:
    """By equality, by the filters of the declaration, by further conditions; None must not filter."""
    searched = Entity("thing", THINGS, sorts=("name",), filters={"search": THINGS.c.name.icontains})

    assert (_ids(two), _ids(two, sort="-created_at"), _ids(two, where={"name": "Ben", "badge": None})) == (["a", "b"], ["b", "a"], ["b"])
    assert _ids(two, searched, where={"search": "NN"}) == ["a"]
    assert _ids(two, conditions=[THINGS.c.badge.is_(None)]) == ["b"]


def test_row_without_those_columns_is_removed(two: sa.Connection) -> None:
    """Versions, times and hidden rows must be optional."""
    bare = Entity("bare", BARE, sorts=("name",))
    bare.insert(two, {"bare_id": "x", "name": "X"}, at_s=1.0)

    assert bare.update(two, "x", {"name": "Y"}, at_s=2.0).name == "Y"
    assert (bare.delete(two, "x"), two.execute(sa.select(BARE)).all()) == (True, [])


def test_hook_is_called_with_the_rows_around_a_write(two: sa.Connection) -> None:
    """None before a creation and after a deletion."""
    calls: list[tuple[Any, Any]] = []
    entity = Entity("bare", BARE, sorts=("name",), after_write=lambda _, *rows: calls.append((rows[0], rows[1])))
    entity.insert(two, {"bare_id": "x", "name": "X"})
    entity.update(two, "x", {"name": "Y"})
    entity.delete(two, "x")

    assert calls == [(None, ("x", "X")), (("x", "X"), ("x", "Y")), (("x", "Y"), None)]


def test_column_of_a_time_is_in_seconds() -> None:
    """What has no column must raise."""
    assert (column_of(THINGS, "name"), column_of(THINGS, "created_at")) == (THINGS.c.name, THINGS.c.created_at_s)
    with pytest.raises(KeyError):
        column_of(THINGS, "color")


def test_number_of_entities_is_bounded_for_each_value_of_a_column(two: sa.Connection) -> None:
    """One more than there may be must be refused with the bound; deleted ones, and those of another value, do not count."""
    bounded = Entity("thing", THINGS, sorts=("name",), on_delete={"deleted": True}, bound=Bound(2, per=THINGS.c.badge))
    bounded.insert(two, {"thing_id": "c", "name": "x"}, at_s=3.0)

    with pytest.raises(ConflictError, match="delete a thing first") as refused:
        bounded.insert(two, {"thing_id": "d", "name": "x"}, at_s=4.0)
    assert refused.value.details == {"at_most": 2}
    bounded.insert(two, {"thing_id": "e", "name": "x", "badge": "b2"}, at_s=4.0)
    bounded.delete(two, "c")
    bounded.insert(two, {"thing_id": "d", "name": "x"}, at_s=4.0)
