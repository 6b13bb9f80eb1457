"""`/api/v1/auth`: log in, refresh, log out."""

import logging
from typing import Any

import msgspec

from dartd.auth.permissions import ROLES
from dartd.store.audit import append_entry
from dartd.store.users import User, get_user
from dartd.web.http.caller import SESSION_COOKIE, address_of
from dartd.web.http.credentials import CSRF_COOKIE, REFRESH_COOKIE, check_csrf
from dartd.web.http.endpoint import Answer, Call, Cookie, Endpoint
from dartd.web.http.problems import CHALLENGE, Problem
from dartd.web.v1.users import USERS
from schemas.api.accounts import LoggedOut, Login, LoginSession, Me, Refresh, Register, UserAnswer
from schemas.api.play import NoParameters

_log = logging.getLogger(__name__)

_REFRESH_PATH = "/api/v1/auth/refresh"


async def log_in(call: Call) -> Answer:
    """Check name and password and start a login."""
    asked: Login = call.body
    accounts = call.services.accounts
    user = await accounts.check_password(asked.username, asked.password, address_of(call.request))
    if user is None:
        entry = call.audit_entry(outcome="refused")
        await call.services.database.change(lambda connection: append_entry(connection, entry))
        _log.warning("a login failed", extra={"trace_id": call.trace_id})
        raise Problem(401, "AUTH_INVALID_CREDENTIALS", "the user name or the password is wrong", headers=CHALLENGE)
    access, refresh = await accounts.log_in(user, _audit_entry(call, user))
    return _session_by_cookie(call, user, access, refresh) if asked.cookie else Answer(value=_session(call, user, access, refresh))


async def refresh(call: Call) -> Answer:
    """Return new tokens for a refresh token, which is valid once; a used one ends the login."""
    asked: Refresh = call.body
    accounts, by_cookie = call.services.accounts, asked.refresh_token is None
    shown = call.request.cookies.get(REFRESH_COOKIE, "") if asked.refresh_token is None else asked.refresh_token
    family = accounts.signer.read_refresh(shown)
    if family is not None and by_cookie:
        check_csrf(call.request, call.services, family[0])
    found = await accounts.refresh(shown, call.audit_entry())
    if found is None:
        raise Problem(401, "AUTH_INVALID_TOKEN", "the refresh token is not valid", headers=CHALLENGE)
    return _session_by_cookie(call, *found) if by_cookie else Answer(value=_session(call, *found))


async def log_out(call: Call) -> Answer:
    """End the login; its tokens become invalid immediately."""
    await call.services.accounts.log_out(call.principal, call.audit_entry(call.principal.user_id))
    return Answer(value=LoggedOut(), cookies=_cookies("", "", "", 0, 0))


async def get_me(call: Call) -> Me:
    """Return the caller and its permissions."""
    principal, name = call.principal, call.principal.name
    if principal.user_id is not None:
        user_id = principal.user_id
        user: User | None = await call.read(lambda c: get_user(c, user_id))
        name = user.name if user is not None else name
    return Me(user_id=principal.user_id or principal.name, name=name, role=principal.role, permissions=tuple(sorted(principal.permissions)))


def _session(call: Call, user: User, access: str, refresh: str) -> LoginSession:
    return LoginSession(access_token=access, refresh_token=refresh, expires_in=int(call.services.accounts.access_ttl_s), user=_me(user))


def _session_by_cookie(call: Call, user: User, access: str, refresh: str) -> Answer:
    """Return the tokens as HttpOnly cookies and the CSRF token in the body."""
    accounts = call.services.accounts
    family = accounts.signer.read_refresh(refresh)
    csrf = accounts.signer.csrf_token(family[0] if family is not None else "")
    answer = msgspec.structs.replace(_session(call, user, access, refresh), access_token=None, refresh_token=None, csrf_token=csrf)
    return Answer(value=answer, cookies=_cookies(access, refresh, csrf, int(accounts.access_ttl_s), int(accounts.refresh_ttl_s)))


def _cookies(access: str, refresh: str, csrf: str, access_s: int, refresh_s: int) -> dict[str, Cookie]:
    return {
        SESSION_COOKIE: Cookie(value=access, seconds=access_s),
        REFRESH_COOKIE: Cookie(value=refresh, seconds=refresh_s, path=_REFRESH_PATH),
        CSRF_COOKIE: Cookie(value=csrf, seconds=refresh_s, hidden=False),
    }


def _me(user: User) -> Me:
    return Me(user_id=user.user_id, name=user.name, role=user.role, permissions=tuple(sorted(ROLES.get(user.role, ()))))


def _audit_entry(call: Call, user: User) -> Any:
    return msgspec.structs.replace(call.audit_entry(user.user_id), user_id=user.user_id)


_PUBLIC: dict[str, Any] = {"method": "POST", "permission": None, "rate": "login", "tag": "accounts", "entity": "session", "secret": True}
_AS_MADE = {"username": "$response.body#/username", "password": "$request.body#/password"}
_NO_EVENT = "logins are recorded in the audit log only"

ENDPOINTS = [
    Endpoint(
        path="/api/v1/auth/login",
        handler=log_in,
        summary="Log in",
        body=Login,
        body_links=dict.fromkeys(("post_api_v1_users", "post_api_v1_auth_register"), _AS_MADE),
        answer=LoginSession,
        statuses=(401, 503),
        no_event_reason=_NO_EVENT,
        **_PUBLIC,
    ),
    Endpoint(
        path=_REFRESH_PATH,
        handler=refresh,
        summary="New tokens for a refresh token, which is valid once; pages send it as a cookie",
        body=Refresh,
        body_required=False,
        body_links={"post_api_v1_auth_login": {"refresh_token": "$response.body#/refresh_token"}},
        answer=LoginSession,
        statuses=(401, 403, 503),
        no_event_reason=_NO_EVENT,
        **_PUBLIC,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/auth/logout",
        handler=log_out,
        permission="profile:own",
        rate="default",
        summary="Log out",
        tag="accounts",
        body=NoParameters,
        body_required=False,
        answer=LoggedOut,
        entity="session",
        no_event_reason=_NO_EVENT,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/auth/register",
        handler=USERS.create,
        permission="users:admin",
        rate="default",
        summary="Add an account, as POST /users",
        tag="accounts",
        body=Register,
        answer=UserAnswer,
        status=201,
        entity="user",
        publishes=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/auth/me",
        handler=get_me,
        permission="events:read",
        own="profile:own",
        rate="default",
        summary="The caller and its permissions",
        tag="accounts",
        answer=Me,
    ),
]
