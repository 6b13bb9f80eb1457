"""One path of the API: takes a request through every step that its declaration asks for."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from dartd.auth.principal import Principal
from dartd.store.audit import note
from dartd.web.http.answers import check_media_type, decode_body, read_body, written
from dartd.web.http.credentials import check_csrf, credentials_of
from dartd.web.http.endpoint import Answer, Call, DeclarationError, Endpoint
from dartd.web.http.idempotency import Repetition
from dartd.web.http.problems import Problem
from dartd.web.services import Services

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="dartd"'}


class Place:
    """Everything that can be asked at one path."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.endpoints = {endpoint.method: endpoint for endpoint in endpoints}
        self._allowed = ", ".join(sorted({*self.endpoints, *(["HEAD"] if "GET" in self.endpoints else [])}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = self.endpoints.get(method)  # type: ignore[call-overload]  # any method may be asked for
        if endpoint is None:
            raise HTTPException(405, headers={"Allow": self._allowed})
        services: Services = request.app.state.services
        if endpoint.sunset is not None:
            request.scope["dartd.headers"] = endpoint.sunset.headers()
        principal = await _admitted(request, endpoint, services)
        call = Call(services=services, request=request, principal=principal, endpoint=endpoint)
        call.own_only = await _authorised(call)
        raw = await _understand(call)
        if endpoint.endless and request.method == "HEAD":
            return Response(media_type=endpoint.media)  # a body that is not sent would never end
        repetition = Repetition.of(call, raw)
        if repetition is None:
            return await _done(call)
        call.keep = repetition.keep
        async with repetition as known:
            return known if known is not None else await _done(call)


async def _admitted(request: Request, endpoint: Endpoint, services: Services) -> Principal:
    """Know the caller, and see that he does not ask too often."""
    address = f"ip:{request.client.host if request.client else 'local'}"
    if endpoint.permission is None:
        principal: Principal | None = services.accounts.anonymous
    else:
        token, by_cookie = credentials_of(request)
        principal = await services.accounts.principal_of(token)
        if principal is not None and by_cookie and endpoint.writes:
            check_csrf(request, services, principal.family_id or "")
    if principal is not None:
        request.scope["dartd.user"] = principal.name
        request.scope["dartd.debug"] = services.config.server.debug and principal.may("board:control")
    if endpoint.rate != "unlimited":
        caller = address if principal is None or principal.is_anonymous else principal.name
        take_turn(request, services, caller, endpoint.rate, principal)
    if principal is None:
        raise Problem(401, "AUTH_INVALID_TOKEN", "the token is not valid", headers=CHALLENGE)
    return principal


def take_turn(request: Request, services: Services, caller: str, rate: str, principal: Principal | None) -> None:
    """Count a request; the answer's headers tell what is left.

    Raises:
        Problem: 429 when it is one too many.
    """
    limits = services.limits
    limit = limits.classes[rate]
    if principal is not None and rate == "default" and principal.rate_limit is not None:
        limit = principal.rate_limit
    elif principal is not None and principal.role == "admin":
        limit *= limits.admin_factor
    verdict = limits.take(f"{caller} {rate}", limit)
    told = verdict.headers(limits.now())
    request.scope["dartd.headers"] = request.scope.get("dartd.headers", {}) | told
    if verdict.retry_after_s:
        details = {"limit": limit, "window": 60, "retry_after": int(told["Retry-After"])}
        raise Problem(429, "RATE_LIMIT_EXCEEDED", f"more than {limit} requests a minute; wait a moment", details=details)


async def _authorised(call: Call) -> bool:
    """See that the caller may; give whether only with what is his own."""
    endpoint, principal = call.endpoint, call.principal
    if endpoint.permission is None or principal.may(endpoint.permission):
        return False
    if endpoint.own is not None and principal.may(endpoint.own):
        return True
    if principal.is_anonymous:
        needed = {"permission": endpoint.permission}
        raise Problem(401, "AUTH_INVALID_TOKEN", "this needs a token: send Authorization: Bearer …", details=needed, headers=CHALLENGE)
    if endpoint.writes:
        deed = call.deed(next(iter(map(str, call.request.path_params.values())), None), outcome="refused")
        await call.services.database.change(lambda connection: note(connection, deed))
    raise Problem(
        403,
        "AUTH_INSUFFICIENT_PERMISSIONS",
        f"this needs the permission {endpoint.permission}",
        details={"permission": endpoint.permission, "role": principal.role},
    )


async def _understand(call: Call) -> bytes:
    """Read what is asked into the types that are declared; give the body as it came."""
    endpoint, request = call.endpoint, call.request
    if endpoint.query is not None:
        call.query = _query(request, endpoint.query)
    if not endpoint.writes:
        return b""
    raw = await read_body(request, endpoint.longest)
    if endpoint.takes:
        check_media_type(request, endpoint.takes)
        call.body = raw
    if endpoint.body is not None:
        call.body = decode_body(request, raw, endpoint.body, needed=endpoint.body_needed)
    if endpoint.versioned and endpoint.method == "PUT":
        call.if_version = _version(request.headers.get("if-match"))
    return raw


def _query(request: Request, kind: type) -> Any:
    given = request.query_params
    for name, value in given.items():
        if len(given.getlist(name)) > 1 or (value.lower() == "null" and _is_no_text(kind, name)):
            raise Problem(422, "VALIDATION_ERROR", f"{name}: expected one value, and never null", details={"field": name})
    try:
        return msgspec.convert(dict(given), kind, strict=False)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        raise Problem(422, "VALIDATION_ERROR", message, details={"field": path.rstrip("`").removeprefix("$.") or "$"}) from error


def _is_no_text(kind: type, name: str) -> bool:
    """Say whether a parameter is a number or a word of a list: msgspec would take the word null for none given."""
    return any(field.name == name and not _takes(field.type, "null") for field in msgspec.structs.fields(kind))


def _takes(kind: Any, value: str) -> bool:
    try:
        return bool(msgspec.convert(value, kind, strict=True) == value)
    except msgspec.ValidationError:
        return False


def _version(if_match: str | None) -> int | None:
    """Read `If-Match: "v3"`; `*` and nothing mean any, a tag that is not ours means none that there is."""
    if if_match is None or if_match.strip() == "*":
        return None
    if not if_match.strip().removeprefix("W/").startswith('"'):
        raise Problem(422, "VALIDATION_ERROR", 'If-Match: expected * or an ETag such as "v3"', details={"field": "If-Match"})
    found = if_match.strip().removeprefix("W/").strip('"')
    return int(found[1:]) if found.startswith("v") and found[1:].isascii() and found[1:].isdecimal() and len(found) < 12 else -1


async def _done(call: Call) -> Response:
    """Have it done, and write the answer."""
    outcome = await call.endpoint.handler(call)
    if isinstance(outcome, Response):
        return outcome
    answer = outcome if isinstance(outcome, Answer) else Answer(value=outcome)
    return written(answer, call.endpoint.status, secure=call.request.url.scheme == "https")


def routes_of(endpoints: Sequence[Endpoint]) -> list[Route]:
    """Make the routes of declarations, one for each path; what varies most comes last."""
    paths = sorted({endpoint.path for endpoint in endpoints}, key=lambda path: (path.count("{"), ":path}" in path))
    return [Route(path, Place([endpoint for endpoint in endpoints if endpoint.path == path])) for path in paths]


def check_declared(routes: Sequence[BaseRoute]) -> None:
    """See that every route comes from a declaration; the WebSocket's rights go by topic.

    Raises:
        DeclarationError: one does not.
    """
    for route in routes:
        if isinstance(route, Mount):
            check_declared(route.routes or [route.app])  # type: ignore[list-item]  # an application is no declared route
        elif not isinstance(route, WebSocketRoute) and not (isinstance(route, Route) and isinstance(route.endpoint, Place)):
            raise DeclarationError(f"{getattr(route, 'path', route)} has no declaration: write an Endpoint for it")
