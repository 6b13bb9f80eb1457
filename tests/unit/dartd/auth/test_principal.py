"""The authenticated caller."""

from dartd.auth.permissions import ROLES
from dartd.auth.principal import Principal


def test_rights_decide_what_may_be_seen() -> None:
    """A permission opens its topics."""
    viewer = Principal(kind="user", name="u1", role="viewer", permissions=frozenset({"board:read", "players:read"}))

    assert (viewer.may("players:read"), viewer.may("users:admin"), viewer.is_anonymous) == (True, False, False)
    assert viewer.kinds == {"board", "camera", "player", "presence"}


def test_anonymous_callers_have_no_own_rights() -> None:
    """A caller without credentials is anonymous and has no permissions of an own account."""
    assert (Principal().is_anonymous, Principal().permissions, Principal().name) == (True, frozenset(), "anonymous")


def test_a_player_reads_the_topic_of_their_own() -> None:
    """Not those of others; a key without `profile:own` reads none."""
    player = Principal(kind="user", name="u", role="player", permissions=ROLES["player"], player_id="ann")
    key = Principal(kind="key", name="key:k", role="player", permissions=frozenset({"board:read"}), player_id="ann")

    assert "player:ann" in player.kinds
    assert "player" not in player.kinds
    assert not any(kind.startswith("player") for kind in key.kinds)
