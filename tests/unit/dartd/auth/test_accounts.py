"""The principal of a token."""

import asyncio
from pathlib import Path

import pytest

from dartd.auth.accounts import Accounts, new_user
from dartd.auth.passwords import hash_password
from dartd.auth.permissions import ANONYMOUS, ROLES
from dartd.auth.tokens import Signer
from dartd.store.audit import AuditEntry
from dartd.store.database import Database
from dartd.store.keys import KEYS, get_key
from dartd.store.users import USERS, User, find_user, insert_user

ENTRY = AuditEntry(at_s=0.0, user_id="u", action="login", entity_type="session")


@pytest.fixture
async def accounts(tmp_path: Path) -> Accounts:
    """Return accounts on a fresh store."""
    return Accounts(await asyncio.to_thread(Database.open, tmp_path / "dartd.db"), Signer("secret"))


async def _user(accounts: Accounts, role: str = "operator") -> User:
    user = new_user("ann", "Ann", role, hash_password("swordfish"), 1.0)
    await accounts._database.change(lambda c: insert_user(c, user))
    return user


async def test_token_of_a_login_is_the_user_s(accounts: Accounts) -> None:
    """The principal has the rights of the role; no token is anonymous, a wrong one is None."""
    user = await _user(accounts)
    access, refresh = await accounts.log_in(user, ENTRY)
    found = await accounts.principal_of(access)

    assert found is not None
    assert (found.kind, found.name, found.permissions) == ("user", user.user_id, ROLES["operator"])
    assert await accounts.principal_of(None) == accounts.anonymous
    assert accounts.anonymous.permissions == ANONYMOUS
    assert [await accounts.principal_of(token) for token in ("", "x", "a.b.c", refresh)] == [None] * 4


async def test_callers_are_remembered(accounts: Accounts) -> None:
    """The hit rate is the share of callers that were in the cache."""
    access, _ = await accounts.log_in(await _user(accounts), ENTRY)
    rates = [accounts.hit_rate]
    for _ in range(4):
        await accounts.principal_of(access)
        rates.append(accounts.hit_rate)

    assert rates == [0.0, 0.0, 1 / 2, 2 / 3, 3 / 4]


async def test_rights_end_at_once(accounts: Accounts) -> None:
    """With a logout, a lock, or the account, also while the token was just in use."""
    user = await _user(accounts)
    (one, _), (two, _) = await accounts.log_in(user, ENTRY), await accounts.log_in(user, ENTRY)
    principal = await accounts.principal_of(one)
    assert principal is not None
    await accounts.log_out(principal, ENTRY)
    after_logout = [await accounts.principal_of(token) is not None for token in (one, two)]
    await accounts._database.change(lambda c: bool(USERS.update(c, user.user_id, {"active": False})))
    accounts.clear_cache()
    after_lock = await accounts.principal_of(two)
    await accounts._database.change(lambda c: USERS.delete(c, user.user_id))
    accounts.clear_cache()

    assert (after_logout, after_lock, await accounts.principal_of(two)) == ([False, True], None, None)


async def test_used_refresh_token_ends_the_login(accounts: Accounts) -> None:
    """Each is good once; the second use of one ends what came of it."""
    user = await _user(accounts)
    _, first = await accounts.log_in(user, ENTRY)
    turned = await accounts.refresh(first, ENTRY)
    assert turned is not None
    _, access, second = turned
    known = await accounts.principal_of(access)
    accounts.refresh_grace_s = 0.0
    stolen = await accounts.refresh(first, ENTRY)

    assert (known is not None, stolen, await accounts.principal_of(access), await accounts.refresh(second, ENTRY)) == (
        True,
        None,
        None,
        None,
    )


async def test_two_tabs_may_refresh_at_once(accounts: Accounts) -> None:
    """Both get the same refresh token, also if one of them is a few seconds late, and the login goes on."""
    _, first = await accounts.log_in(await _user(accounts), ENTRY)
    tabs = await asyncio.gather(accounts.refresh(first, ENTRY), accounts.refresh(first, ENTRY))
    assert tabs[0] is not None
    assert tabs[1] is not None
    third = await accounts.refresh(tabs[0][2], ENTRY)
    late = await accounts.refresh(first, ENTRY)
    principal = await accounts.principal_of(tabs[1][1])
    assert principal is not None
    await accounts.log_out(principal, ENTRY)

    assert tabs[0][2] == tabs[1][2]
    assert third is not None
    assert late is not None
    assert await accounts.refresh(first, ENTRY) is None


async def test_setting_the_clock_back_keeps_no_principal(tmp_path: Path) -> None:
    """A key that another process has deleted is invalid after five seconds, whatever time it is."""
    monotonic_s, wall_s = 100.0, 1_000_000.0
    database = await asyncio.to_thread(Database.open, tmp_path / "dartd.db")
    accounts = Accounts(database, Signer("secret"), now=lambda: wall_s, monotonic=lambda: monotonic_s)
    await accounts.ensure_operator_key("the-token-of-the-operator")
    before = await accounts.principal_of("the-token-of-the-operator")
    await database.change(lambda c: KEYS.delete(c, "operator"))
    wall_s -= 86_400
    monotonic_s += 6

    assert before is not None
    assert await accounts.principal_of("the-token-of-the-operator") is None


async def test_operator_s_token_is_a_key_like_others(accounts: Accounts) -> None:
    """Kept as a hash; another token takes its place."""
    await accounts.ensure_operator_key("first-token-of-all")
    await accounts.ensure_operator_key("second-token-of-all")
    found = [await accounts.principal_of(token) for token in ("first-token-of-all", "second-token-of-all")]
    key = await accounts._database.query(lambda c: get_key(c, "operator"))

    assert found[0] is None
    assert (found[1] and found[1].name, found[1] and found[1].role) == ("key:operator", "operator")
    assert key is not None
    assert "second" not in str(key)


async def test_first_start_makes_an_admin_once(accounts: Accounts) -> None:
    """A password is generated and returned this once."""
    password = await accounts.ensure_admin(lambda: "first password")
    admin = await accounts._database.query(lambda c: find_user(c, "admin"))

    assert password is not None
    assert admin is not None
    assert (
        admin.role,
        await accounts.check_password("admin", password, "ip:192.0.2.1"),
        await accounts.check_password("admin", "x", "ip:192.0.2.1"),
    ) == (
        "admin",
        admin,
        None,
    )
    assert await accounts.ensure_admin(lambda: "first password") is None
