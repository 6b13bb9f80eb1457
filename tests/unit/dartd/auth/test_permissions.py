"""Permissions and roles."""

import re

from dartd.auth.permissions import ANONYMOUS, PERMISSIONS, ROLES, TOPICS, expanded, kinds_of


def test_roles_hold_permissions_that_there_are() -> None:
    """An admin all, nobody else the administration, and whoever has a role at least what everybody may."""
    assert ROLES["admin"] == set(PERMISSIONS)
    assert all(rights <= set(PERMISSIONS) and rights >= ANONYMOUS for rights in ROLES.values())
    assert [role for role, rights in ROLES.items() if rights & {"users:admin", "keys:admin", "audit:read"}] == ["admin"]


def test_everybody_sees_play_and_no_people() -> None:
    """Boards and matches, never players, users, keys or webhooks."""
    assert {"board", "match", "camera"} <= kinds_of(ANONYMOUS)
    assert not kinds_of(ANONYMOUS) & {"player", "user", "key", "webhooks", "alerts", "system"}
    assert set(TOPICS.values()) <= set(PERMISSIONS)


def test_wildcards_are_spelled_out() -> None:
    """Of a resource, of an action, of all; what is no permission is nothing."""
    assert expanded(["*:delete"]) == {each for each in PERMISSIONS if each.endswith(":delete")}
    assert expanded(["players:*"]) == {each for each in PERMISSIONS if each.startswith("players:")}
    assert expanded(["*"]) == set(PERMISSIONS)
    assert expanded(["players:fly", "", "board:read"]) == {"board:read"}


def test_permissions_are_written_alike() -> None:
    """A resource and an action, and words that say what it is."""
    assert all(re.fullmatch(r"[a-z]+:[a-z]+", name) and words for name, words in PERMISSIONS.items())
