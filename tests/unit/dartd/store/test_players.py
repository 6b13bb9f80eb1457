"""Players in the store."""

from typing import Any

import pytest
import sqlalchemy as sa

from dartd.errors import AlreadyExistsError, ConflictError
from dartd.store.listing import PageRequest
from dartd.store.players import PLAYERS, figures_of, find_badge, visible_to
from dartd.store.tables import throws


def _player(player_id: str, **given: Any) -> dict[str, object]:
    plain = {"name": player_id.title(), "badge_id": None, "group_name": None, "skill_level": None, "boards": "{}"}
    return {"player_id": player_id, **plain, "active": True, "shared": False, "created_at_s": 1.0, "updated_at_s": 1.0, **given}


def _names(connection: sa.Connection, **where: Any) -> list[str]:
    return [row.player_id for row in PLAYERS.page(connection, PageRequest(), where).rows]


@pytest.fixture
def three(core: sa.Connection) -> sa.Connection:
    """Keep three players."""
    PLAYERS.insert(core, _player("ann", badge_id="b1", group_name="red", shared=True))
    PLAYERS.insert(core, _player("ben", active=False))
    PLAYERS.insert(core, _player("cid_100%"))
    return core


def test_id_and_badge_are_taken_once(three: sa.Connection) -> None:
    """The error names which."""
    with pytest.raises(AlreadyExistsError, match="player_id 'ann'"):
        PLAYERS.insert(three, _player("ann"))
    with pytest.raises(AlreadyExistsError, match="badge_id 'b1'"):
        PLAYERS.insert(three, _player("dan", badge_id="b1"))
    with pytest.raises(AlreadyExistsError, match="badge_id 'b1'"):
        PLAYERS.update(three, "ben", {"badge_id": "b1"}, at_s=2.0)


def test_players_are_found(three: sa.Connection) -> None:
    """By activity, group, part of the name (whose wildcards mean themselves), and by who may see them."""
    found = [_names(three, **where) for where in ({}, {"active": False}, {"group": "red"}, {"search": "%"}, {"search": "EN"})]

    assert found == [["ann", "ben", "cid_100%"], ["ben"], ["ann"], ["cid_100%"], ["ben"]]
    assert [row.player_id for row in PLAYERS.page(three, PageRequest(), conditions=[visible_to("ben")]).rows] == ["ann", "ben"]


def test_deleted_player_is_inactive_and_the_badge_free(three: sa.Connection) -> None:
    """The throws stay; the id stays taken, and the player can be brought back."""
    before = PLAYERS.get(three, "ann").version
    assert (PLAYERS.delete(three, "ann", at_s=2.0), PLAYERS.delete(three, "none", at_s=2.0)) == (True, False)
    row = PLAYERS.get(three, "ann")
    assert (row.active, row.version, find_badge(three, "b1"), _names(three)) == (False, before + 1, None, ["ann", "ben", "cid_100%"])
    assert PLAYERS.update(three, "ann", {"active": True}, at_s=3.0).active
    PLAYERS.insert(three, _player("dan", badge_id="b1"))
    assert find_badge(three, "b1").player_id == "dan"
    with pytest.raises(AlreadyExistsError):
        PLAYERS.insert(three, _player("ann"))


def test_change_counts_versions(three: sa.Connection) -> None:
    """A change of an older version is refused."""
    changed = PLAYERS.update(three, "ben", {"name": "Benjamin"}, at_s=2.0, version=1)

    assert (changed.name, changed.version, changed.updated_at_s) == ("Benjamin", 2, 2.0)
    with pytest.raises(ConflictError):
        PLAYERS.update(three, "ben", {"name": "Ben"}, at_s=3.0, version=1)
    assert PLAYERS.update(three, "unknown", {}, at_s=3.0) is None


def test_figures_are_added_up(three: sa.Connection) -> None:
    """Deleted throws and darts above the third count nothing."""
    for k, state in enumerate(("hit", "hit", "deleted", "extra")):
        row = {
            "throw_id": f"d{k}",
            "seq": k,
            "at_s": 0.0,
            "visit_id": "v1",
            "state": state,
            "label": "T20",
            "points": 60,
            "corrected": False,
        }
        three.execute(sa.insert(throws).values(player_id="ann", **row))

    assert tuple(figures_of(three, "ann")) == (2, 120, 0, 0)
