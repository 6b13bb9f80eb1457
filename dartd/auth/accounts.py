"""Authentication: resolve tokens to principals; log in, refresh and log out."""

import asyncio
import contextlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from dartd.auth.login_throttle import LoginThrottle
from dartd.auth.pairings import Pairings
from dartd.auth.passwords import Passwords
from dartd.auth.permissions import ANONYMOUS, ROLES, expand
from dartd.auth.principal import Principal
from dartd.auth.tokens import AccessClaims, Signer, hash_of
from dartd.errors import StoreError
from dartd.store.audit import AuditEntry, append_entry
from dartd.store.database import Database
from dartd.store.families import holder_of, is_open, open_family, revoke_family, rotate
from dartd.store.keys import Key, find_key, insert_key, note_use
from dartd.store.users import User, count_users, find_user, get_user, insert_user, touch_login

OPERATOR_KEY = "operator"
_CACHE_SIZE = 4096  # principals cached; the least recently used one is dropped first
_CACHE_TTL_S = 5.0  # how long a principal is cached: changes by another process take effect after this time
_REFRESH_GRACE_S = 10.0  # in which a used refresh token is answered again
_MAX_RECHECKS = 32  # open connections whose token is checked concurrently after a change
_NO_PERMISSIONS: frozenset[str] = frozenset()


class _Cached(NamedTuple):
    principal: Principal
    expires_at_s: float  # wall-clock time
    until_s: float  # monotonic


class Accounts:
    """Resolves tokens to principals. The cache is cleared after every change of a user, a key or a login."""

    def __init__(
        self,
        database: Database,
        signer: Signer,
        *,
        anonymous_reads: bool = True,
        access_ttl_s: float = 86_400,
        refresh_ttl_s: float = 2_592_000,
        logins_per_minute: int = 10,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self.signer = signer
        self.passwords = Passwords()
        self.anonymous = Principal(permissions=ANONYMOUS if anonymous_reads else _NO_PERMISSIONS)
        self.access_ttl_s = access_ttl_s
        self.refresh_ttl_s = refresh_ttl_s
        self.now = now
        self.throttle = LoginThrottle(logins_per_minute)
        self.pairings = Pairings(monotonic)
        self.refresh_grace_s = _REFRESH_GRACE_S
        self._monotonic = monotonic
        self._cache: OrderedDict[str, _Cached] = OrderedDict()
        self._refreshed: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._generation = 0
        self._uses: dict[str, float] = {}
        self._lookups = self._hits = 0
        self._changed = asyncio.Event()
        self._rechecks = asyncio.Semaphore(_MAX_RECHECKS)

    @property
    def hit_rate(self) -> float:
        """Return the share of token look-ups that were answered from the cache since the start."""
        return self._hits / self._lookups if self._lookups else 0.0

    def clear_cache(self) -> None:
        """Clear the cache and have every open connection check its token again."""
        self._generation += 1
        self._cache.clear()
        self._changed.set()
        self._changed = asyncio.Event()

    async def principal_of(self, token: str | None) -> Principal | None:
        """Return the principal of a token: the anonymous one without a token, None if the token is not valid."""
        if token is None:
            return self.anonymous
        digest, now_s = hash_of(token), self.now()
        self._lookups += 1
        known = self._cache.get(digest)
        if known is not None and known.until_s > self._monotonic() and known.expires_at_s > now_s:
            self._hits += 1
            self._cache.move_to_end(digest)
            principal = known.principal
            if principal.key_id is not None:
                self._uses[principal.key_id] = now_s
            return principal
        generation = self._generation
        claims = self.signer.read_access(token) if token.count(".") == 2 else None
        if claims is None:
            found = await self._database.read(lambda connection: self._key_holder(connection, digest, now_s))
        else:
            found = await self._database.read(lambda connection: self._user_of(connection, claims, now_s))
        if found is None:
            return None
        if generation == self._generation:
            self._cache[digest] = _Cached(found[0], found[1], self._monotonic() + _CACHE_TTL_S)
            if len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        return found[0]

    async def wait_until_invalid(self, token: str, on_change: Callable[[Principal], None]) -> None:
        """Wait until a token is no longer valid; call `on_change` with its principal after each change of users, keys or logins.

        Changes made by another process are noticed within `_CACHE_TTL_S`, as they are for requests.
        """
        while True:
            changed = self._changed
            try:
                async with self._rechecks:
                    principal = await self.principal_of(token)
            except StoreError:
                pass  # a busy store is no reason to disconnect a client
            else:
                if principal is None:
                    return
                on_change(principal)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CACHE_TTL_S):
                    await changed.wait()

    # -- logins

    async def check_password(self, username: str, password: str, address: str) -> User | None:
        """Return the active user with this name and password; None if there is none. Wrong passwords delay further attempts."""
        await asyncio.sleep(self.throttle.delay_s(username, address))
        user = await self._database.read(lambda connection: find_user(connection, username))
        right = await self.passwords.verify(password, user.password_hash if user is not None else None)
        if not right or user is None or not user.active:
            self.throttle.failed(username, address)
            return None
        self.throttle.succeeded(username, address)
        return user

    async def log_in(self, user: User, entry: AuditEntry) -> tuple[str, str]:
        """Start a login; return its access token and its refresh token."""
        family_id, now_s = secrets.token_urlsafe(12).replace(".", "_"), self.now()

        def begin(connection: sa.Connection) -> None:
            open_family(connection, family_id, user.user_id, at_s=now_s, expires_at_s=now_s + self.refresh_ttl_s)
            touch_login(connection, user.user_id, now_s)
            append_entry(connection, entry)

        await self._database.change(begin)
        return self._access(user.user_id, family_id), self.signer.refresh_token(family_id, 1)

    async def refresh(self, token: str, entry: AuditEntry) -> tuple[User, str, str] | None:
        """Return the user and new tokens for a refresh token; None if it is used, expired or invalid.

        A used token ends its login, except within `refresh_grace_s`: two tabs of a browser may refresh at the same time, and both get the
        same refresh token.
        """
        read = self.signer.read_refresh(token)
        if read is None:
            return None
        (family_id, generation), now_s = read, self.now()

        def exchange(connection: sa.Connection) -> User | None:
            if self._was_refreshed(family_id, generation):
                user_id = holder_of(connection, family_id, now_s)
            elif (user_id := rotate(connection, family_id, generation, now_s)) is not None:
                self._note_refresh(family_id, generation)
            user = None if user_id is None else get_user(connection, user_id)
            if user is None or not user.active:
                append_entry(connection, msgspec.structs.replace(entry, outcome="refused"))
                return None
            return user

        user = await self._database.change(exchange)
        if user is None:
            self.clear_cache()
            return None
        return user, self._access(user.user_id, family_id), self.signer.refresh_token(family_id, generation + 1)

    def _was_refreshed(self, family_id: str, generation: int) -> bool:
        at_s = self._refreshed.get((family_id, generation))
        return at_s is not None and self._monotonic() - at_s < self.refresh_grace_s

    def _note_refresh(self, family_id: str, generation: int) -> None:
        self._refreshed[family_id, generation] = self._monotonic()
        if len(self._refreshed) > _CACHE_SIZE:
            self._refreshed.popitem(last=False)

    async def log_out(self, principal: Principal, entry: AuditEntry) -> None:
        """End the login of the caller: its access and refresh tokens become invalid."""

        def end(connection: sa.Connection) -> None:
            if principal.family_id is not None:
                revoke_family(connection, principal.family_id)
            append_entry(connection, entry)

        await self._database.change(end)
        self.clear_cache()

    # -- at start and periodically

    async def ensure_operator_key(self, token: str) -> None:
        """Store the operator's token as an API key with the role `operator` that belongs to no user."""
        key = Key(
            key_id=OPERATOR_KEY,
            key_hash=hash_of(token),
            prefix="",
            name="operator token",
            user_id=None,
            role="operator",
            permissions=None,
            created_at_s=self.now(),
        )

        def keep(connection: sa.Connection) -> None:
            if find_key(connection, key.key_hash) is None:
                insert_key(connection, key)

        await self._database.change(keep)

    async def ensure_admin(self, make_password: Callable[[], str]) -> str | None:
        """Create the first account if there is none and return its password; `make_password` may block, and raise if it cannot keep it."""
        if await self._database.read(count_users):
            return None
        password = await asyncio.to_thread(make_password)
        user = new_user("admin", "Administrator", "admin", await self.passwords.hash(password), self.now())
        await self._database.change(lambda connection: insert_user(connection, user))
        return password

    async def flush(self) -> None:
        """Write the times at which keys were last used."""
        uses, self._uses = self._uses, {}
        if uses:
            await self._database.change(lambda connection: note_use(connection, uses))

    def _access(self, user_id: str, family_id: str) -> str:
        return self.signer.access_token(user_id, family_id, now_s=self.now(), ttl_s=self.access_ttl_s)

    def _user_of(self, connection: sa.Connection, claims: AccessClaims, now_s: float) -> tuple[Principal, float] | None:
        user = get_user(connection, claims.sub)
        if user is None or not user.active or not is_open(connection, claims.fam, now_s):
            return None
        principal = Principal(
            kind="user",
            name=user.user_id,
            role=user.role,
            permissions=ROLES.get(user.role, _NO_PERMISSIONS),
            user_id=user.user_id,
            player_id=user.player_id,
            family_id=claims.fam,
            rate_limit=user.rate_limit,
        )
        return principal, claims.exp

    def _key_holder(self, connection: sa.Connection, digest: str, now_s: float) -> tuple[Principal, float] | None:
        key = find_key(connection, digest)
        if key is None or (key.expires_at_s is not None and key.expires_at_s <= now_s):
            return None
        owner = None if key.user_id is None else get_user(connection, key.user_id)
        if key.user_id is not None and (owner is None or not owner.active):
            return None
        rights = ROLES.get(owner.role if owner is not None else key.role, _NO_PERMISSIONS)
        principal = Principal(
            kind="key",
            name=f"key:{key.key_id}",
            role=owner.role if owner is not None else key.role,
            permissions=rights if key.permissions is None else rights & expand(key.permissions),
            user_id=key.user_id,
            player_id=None if owner is None else owner.player_id,
            key_id=key.key_id,
            rate_limit=key.rate_limit,
        )
        self._uses[key.key_id] = now_s
        return principal, math.inf if key.expires_at_s is None else key.expires_at_s


def new_user(username: str, name: str, role: str, password_hash: str, at_s: float, **given: object) -> User:
    """Return a new account with a fresh id."""
    plain: dict[str, object] = {"player_id": None, "active": True, "rate_limit": None, "version": 1, "last_login_at_s": None, **given}
    fields = {"username": username, "name": name, "role": role, "password_hash": password_hash, "created_at_s": at_s}
    return User(user_id=f"u_{secrets.token_hex(6)}", **fields, **plain)  # type: ignore[arg-type]
