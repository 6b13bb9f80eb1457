"""Accounts in the store."""

import msgspec
import pytest
import sqlalchemy as sa

from dartd.errors import AlreadyExistsError, ConflictError
from dartd.store.listing import PageRequest
from dartd.store.users import USERS, User, count_users, find_user, get_user, insert_user, user_of

ADMIN = User(
    user_id="u1",
    username="ada",
    name="Ada",
    role="admin",
    player_id=None,
    active=True,
    password_hash="x",  # noqa: S106  a test's
    rate_limit=None,
    version=1,
    created_at_s=1.0,
    last_login_at_s=None,
)
VIEWER = msgspec.structs.replace(ADMIN, user_id="u2", username="bob", role="viewer")


@pytest.fixture
def both(core: sa.Connection) -> sa.Connection:
    """Keep an admin and a viewer."""
    insert_user(core, ADMIN)
    insert_user(core, VIEWER)
    return core


def test_account_is_found_by_id_and_by_name(both: sa.Connection) -> None:
    """What was kept comes back as it was."""
    assert (get_user(both, "u1"), find_user(both, "bob"), find_user(both, "eve"), count_users(both)) == (ADMIN, VIEWER, None, 2)


def test_user_name_is_taken_once(both: sa.Connection) -> None:
    """A second account of the same name is refused."""
    with pytest.raises(AlreadyExistsError, match="ada"):
        insert_user(both, msgspec.structs.replace(ADMIN, user_id="u3"))


def test_change_counts_versions(both: sa.Connection) -> None:
    """A change of an older version is refused; one that is not there is None."""
    changed = user_of(USERS.update(both, "u2", {"name": "Robert"}, version=1))

    assert changed == msgspec.structs.replace(VIEWER, name="Robert", version=2)
    assert USERS.update(both, "unknown", {"name": "x"}) is None
    with pytest.raises(ConflictError, match="in the meantime"):
        USERS.update(both, "u2", {"name": "Rob"}, version=1)


def test_last_admin_stays(both: sa.Connection) -> None:
    """The only admin can be neither deleted nor demoted nor disabled; with another one it can."""
    attempts: tuple[dict[str, object], ...] = ({"role": "viewer"}, {"active": False})
    for attempt in attempts:
        with pytest.raises(ConflictError, match="only admin"), both.begin_nested():
            USERS.update(both, "u1", attempt)
    with pytest.raises(ConflictError, match="only admin"), both.begin_nested():
        USERS.delete(both, "u1")
    USERS.update(both, "u2", {"role": "admin"})

    assert (USERS.delete(both, "u1"), USERS.delete(both, "u1")) == (True, False)


def test_list_is_filtered(both: sa.Connection) -> None:
    """By role, by whether they may log in."""
    USERS.update(both, "u2", {"active": False})
    pages = [USERS.page(both, PageRequest(), given) for given in ({}, {"role": "viewer"}, {"active": True})]

    assert [[user_of(row).username for row in page.rows] for page in pages] == [["ada", "bob"], ["bob"], ["ada"]]
