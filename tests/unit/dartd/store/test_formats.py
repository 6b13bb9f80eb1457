"""Formats in the store."""

import pytest
import sqlalchemy as sa

from dartd.errors import ConflictError
from dartd.game.formats import BUILTIN
from dartd.store.formats import BUILTIN_IDS, FORMATS, containing, store_builtin
from dartd.store.listing import PageRequest
from dartd.store.tables import formats


def found(connection: sa.Connection, query: str, **where: object) -> list[str]:
    """Return the ids of the formats that a query finds."""
    return [row.format_id for row in FORMATS.page(connection, PageRequest(limit=100), where, containing(query)).rows]


def test_what_is_built_in_is_written_once_and_follows_the_program(core: sa.Connection) -> None:
    """A second start writes nothing; what another version had otherwise is as in this one, and of another version for caches."""
    store_builtin(core, at_s=1.0)
    core.execute(sa.update(formats).where(formats.c.format_id == "501").values(name="old"))
    store_builtin(core, at_s=2.0)
    rows = {row.format_id: row for row in core.execute(sa.select(formats))}

    assert set(rows) == BUILTIN_IDS
    assert (rows["501"].name, rows["501"].version, rows["501"].updated_at_s) == ("501, first to 3", 2, 2.0)
    assert {rows[each].updated_at_s for each in BUILTIN_IDS - {"501"}} == {1.0}


@pytest.mark.parametrize("query", ["501", "170", "double in", "league bull", "cricket", "killer", "sets", "nothing"])
def test_search_is_the_one_of_the_catalogue(core: sa.Connection, query: str) -> None:
    """Every word stands in name, description, tags, game or start score."""
    store_builtin(core, at_s=1.0)

    assert sorted(found(core, query)) == sorted(each.format_id for each in BUILTIN if each.matches(query))


def test_filters(core: sa.Connection) -> None:
    """By game, tag, and whether it is built in; what a query has of the language of SQL means nothing."""
    store_builtin(core, at_s=1.0)

    assert found(core, "", game="killer") == ["killer"]
    assert set(found(core, "", tag="sets")) == {"world-championship", "world-grand-prix"}
    assert (found(core, "", builtin=False), len(found(core, "", builtin=True))) == ([], len(BUILTIN))
    assert (found(core, "%"), found(core, "_")) == ([], [])


def test_what_is_built_in_is_read_only(core: sa.Connection) -> None:
    """A copy can be changed."""
    store_builtin(core, at_s=1.0)
    with pytest.raises(ConflictError, match="copy it"):
        FORMATS.update(core, "501", {"name": "x"})
    with pytest.raises(ConflictError, match="copy it"):
        FORMATS.delete(core, "501")
