"""Comments and what they are about."""

import sqlalchemy as sa

from dartd.store.comments import COMMENTS, move_comments, parent_exists
from dartd.store.projections.throws import PROJECTION
from dartd.store.tables import comments
from tests.support.projections import follow
from tests.support.throws import hit


def _comment(connection: sa.Connection, comment_id: str, parent_id: str) -> None:
    given = {"comment_id": comment_id, "parent_type": "player", "parent_id": parent_id, "author": "u", "text": "x"}
    COMMENTS.insert(connection, given, at_s=1.0)


def test_parent_is_looked_up_in_its_table(core: sa.Connection) -> None:
    """A kind of parent that the store has no table of has no entities either."""
    follow(core, PROJECTION, hit("d1"))

    assert [parent_exists(core, kind, "d1") for kind in ("throw", "match", "player", "fixture")] == [True, False, False, False]


def test_comments_follow_their_player(core: sa.Connection) -> None:
    """To the player into whom one is merged; with an erased player they are deleted."""
    _comment(core, "c1", "ann")
    move_comments(core, "ann", "bob")
    moved = core.execute(sa.select(comments.c.parent_id)).scalars().all()
    move_comments(core, "bob", None)

    assert (moved, core.execute(sa.select(comments)).all()) == (["bob"], [])
