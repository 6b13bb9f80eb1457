"""Permissions and roles."""

import re

from dartd.auth.permissions import (
    ANONYMOUS,
    PERMISSIONS,
    RESERVED_PERMISSIONS,
    RESERVED_TOPICS,
    ROLES,
    TOPIC_PERMISSIONS,
    expand,
    kinds_of,
)


def test_roles_hold_permissions_that_there_are() -> None:
    """An admin has all, no other role the administration, and every role has at least what anonymous callers have."""
    assert ROLES["admin"] == set(PERMISSIONS)
    assert all(rights <= set(PERMISSIONS) and rights >= ANONYMOUS for rights in ROLES.values())
    assert [role for role, rights in ROLES.items() if rights & {"users:admin", "keys:admin", "audit:read"}] == ["admin"]


def test_anonymous_callers_see_play_and_no_people() -> None:
    """Boards and matches, never players, users, keys or webhooks."""
    assert {"board", "match", "camera"} <= kinds_of(ANONYMOUS)
    assert not kinds_of(ANONYMOUS) & {"player", "user", "key", "webhooks", "alerts", "system"}
    assert set(TOPIC_PERMISSIONS.values()) <= set(PERMISSIONS)


def test_wildcards_are_spelled_out() -> None:
    """Of a resource, of an action, of all; what is no permission is nothing."""
    assert expand(["*:delete"]) == {each for each in PERMISSIONS if each.endswith(":delete")}
    assert expand(["players:*"]) == {each for each in PERMISSIONS if each.startswith("players:")}
    assert expand(["*"]) == set(PERMISSIONS)
    assert expand(["players:fly", "", "board:read"]) == {"board:read"}


def test_permissions_are_written_alike() -> None:
    """A resource and an action, and words that say what it is."""
    assert all(re.fullmatch(r"[a-z]+:[a-z_]+", name) and words for name, words in PERMISSIONS.items())


def test_reserved_permissions_exist() -> None:
    """A reserved permission or topic must be one of the table, and name a row of the requirements."""
    assert set(RESERVED_PERMISSIONS) <= set(PERMISSIONS)
    assert set(RESERVED_TOPICS) <= set(TOPIC_PERMISSIONS)
    assert all(re.fullmatch(r"[A-Z][0-9]{1,2}", row) for row in (*RESERVED_PERMISSIONS.values(), *RESERVED_TOPICS.values()))
