"""Who asks."""

from dartd.auth.principal import Principal


def test_rights_decide_what_may_be_seen() -> None:
    """A permission opens its topics."""
    viewer = Principal(kind="user", name="u1", role="viewer", permissions=frozenset({"board:read", "players:read"}))

    assert (viewer.may("players:read"), viewer.may("users:admin"), viewer.is_anonymous) == (True, False, False)
    assert viewer.kinds == {"board", "camera", "player", "presence"}


def test_nobody_has_no_rights_of_his_own() -> None:
    """Anonymous is who shows nothing."""
    assert (Principal().is_anonymous, Principal().permissions, Principal().name) == (True, frozenset(), "anonymous")
