"""Logins, users, API keys and the audit log."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from schemas.api.answers import Id, ListQuery, Moment, Text, TimedQuery
from schemas.base import Value

Role = Literal["admin", "operator", "player", "scorer", "viewer", "api_client"]
Username = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.@-]{1,64}\Z", description="1 to 64 letters, digits, _ . @ or -")]
NewPassword = Annotated[str, Meta(min_length=8, max_length=200, description="8 to 200 characters")]
GivenPassword = Annotated[str, Meta(max_length=200)]
RateLimit = Annotated[int, Meta(ge=1, le=1_000_000, description="requests per minute, in place of the default")]
Permission = Annotated[str, Meta(pattern=r"^[a-z_*]{1,32}(:[a-z_*]{1,32})?\Z", description="such as board:read, *:read or *")]


class Login(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Credentials of a login; with `cookie` the tokens are set as HttpOnly cookies."""

    username: Annotated[str, Meta(min_length=1, max_length=64)]
    password: GivenPassword
    cookie: bool = False


class Refresh(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A refresh token, valid once; pages that logged in with `cookie` omit it, because it is in their cookie."""

    refresh_token: Annotated[str, Meta(max_length=400)] | None = None


class Register(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new account."""

    username: Username
    password: NewPassword
    name: Text | None = None
    role: Role = "viewer"
    player_id: Id | None = None
    rate_limit: RateLimit | None = None


class UserChange(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The changes of an account."""

    name: Text | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    player_id: Id | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    rate_limit: RateLimit | UnsetType | None = UNSET


class OwnChange(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The changes of one's own account; a new password requires the old one and ends all logins."""

    name: Text | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    old_password: GivenPassword | UnsetType = UNSET


class Me(Value, frozen=True, kw_only=True):
    """The caller and its permissions."""

    user_id: str
    name: str
    role: str
    permissions: tuple[str, ...]


class LoginSession(Value, frozen=True, kw_only=True):
    """A login. With `cookie` the tokens are null, and writes must send `csrf_token` as X-CSRF-Token."""

    access_token: str | None
    refresh_token: str | None
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the authentication scheme
    expires_in: int
    user: Me
    csrf_token: str | None = None


class LoggedOut(Value, frozen=True, kw_only=True):
    """The login has ended."""

    message: str = "logged out"


class UserAnswer(Value, frozen=True, kw_only=True):
    """An account as visible to its owner and to admins."""

    user_id: str
    username: str
    name: str
    role: str
    player_id: str | None
    active: bool
    rate_limit: int | None
    created_at: str
    last_login_at: str | None


class UsersQuery(ListQuery, frozen=True, kw_only=True):
    """Filters and sort order of accounts."""

    sort: Literal["username", "-username", "created_at", "-created_at"] = "username"
    role: Role | None = None
    active: bool | None = None


class NewKey(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new API key of the caller, with all of its permissions or fewer."""

    name: Text
    permissions: Annotated[tuple[Permission, ...], Meta(min_length=1, max_length=64)] | None = None
    expires_at: Moment | None = None
    rate_limit: RateLimit | None = None


class KeyAnswer(Value, frozen=True, kw_only=True):
    """An API key without its secret."""

    key_id: str
    name: str
    prefix: str
    user_id: str | None
    role: str
    permissions: tuple[str, ...]
    rate_limit: int | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class MadeKey(KeyAnswer, frozen=True, kw_only=True):
    """A new key; `api_key` is shown only once."""

    api_key: str


class BegunPairing(Value, frozen=True, kw_only=True):
    """A screen that waits to be paired: it shows `code`, and keeps `secret` to ask for its key."""

    code: str
    secret: str
    expires_in: int


class ConfirmPairing(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The code that a screen shows, and the name of its key."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z", description="six digits")]
    name: Text = "screen"


class ClaimPairing(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The secret of the screen."""

    secret: Annotated[str, Meta(min_length=1, max_length=64)]


class PairingState(Value, frozen=True, kw_only=True):
    """Whether the code was entered; `api_key` is answered once."""

    status: Literal["waiting", "paired"]
    api_key: str | None = None


class KeysQuery(ListQuery, frozen=True, kw_only=True):
    """Sort order of keys."""

    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"


class AuditEntryAnswer(Value, frozen=True, kw_only=True):
    """An entry of the audit log: who did what and when; `trace_id` identifies the request in the log."""

    audit_id: int
    timestamp: str
    user_id: str
    action: str
    entity_type: str
    entity_id: str | None
    outcome: str
    trace_id: str


class AuditQuery(TimedQuery, frozen=True, kw_only=True):
    """Filters and sort order of the audit log."""

    sort: Literal["audit_id", "-audit_id"] = "-audit_id"
    user_id: str | None = None
    action: str | None = None
    entity_type: str | None = None
    entity_id: str | None = None
    outcome: str | None = None
