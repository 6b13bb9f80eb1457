"""One path of the API: process a request step by step as its endpoint declares."""

import functools
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from dartd.auth.principal import Principal
from dartd.errors import DartdError
from dartd.store.audit import append_entry
from dartd.web.http.answers import check_media_type, decode_body, read_body, render
from dartd.web.http.caller import caller_of, credentials_of
from dartd.web.http.credentials import check_csrf
from dartd.web.http.endpoint import Answer, Call, DeclarationError, Endpoint
from dartd.web.http.forwarded import root_path_of
from dartd.web.http.idempotency import IdempotentRequest
from dartd.web.http.problems import CHALLENGE, Problem, answer_problem, challenge
from dartd.web.http.validation import check_text, validation_problem
from dartd.web.services import Services
from schemas.api.play import NoParameters


class MethodDispatcher:
    """The ASGI application of one path, with an endpoint for each method."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.endpoints = {endpoint.method: endpoint for endpoint in endpoints}
        self._allowed = ", ".join(sorted({*self.endpoints, *(["HEAD"] if "GET" in self.endpoints else [])}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except (HTTPException, Problem, DartdError):
            raise
        except Exception as error:  # noqa: BLE001  whatever a handler raises is logged and answered in the usual shape
            response = await answer_problem(request, error)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = self.endpoints.get(method)  # type: ignore[call-overload]  # the request may have any method
        if endpoint is None:
            raise HTTPException(405, headers={"Allow": self._allowed})
        services: Services = request.app.state.services
        if endpoint.deprecation is not None:
            request.scope["dartd.headers"] = endpoint.deprecation.headers()
        principal = await _authenticate(request, endpoint, services)
        call = Call(services=services, request=request, principal=principal, endpoint=endpoint)
        call.own_only = await _authorise(call)
        raw = await _decode_request(call)
        if endpoint.streaming and request.method == "HEAD":
            return Response(media_type=endpoint.media)  # the body of a stream never ends
        repetition = IdempotentRequest.of(call, raw)
        if repetition is None:
            return await _handle(call)
        call.keep_answer = repetition.keep
        async with repetition as known:
            return known if known is not None else await _handle(call)


async def _authenticate(request: Request, endpoint: Endpoint, services: Services) -> Principal:
    """Authenticate the caller and apply the rate limit."""
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
        check_rate_limit(request, services, caller_of(request, principal), endpoint.rate, principal)
    if principal is None:
        raise Problem(401, "AUTH_INVALID_TOKEN", "the token is not valid", headers=CHALLENGE)
    return principal


def check_rate_limit(request: Request, services: Services, caller: str, rate: str, principal: Principal | None) -> None:
    """Count a request against its rate limit; the response headers carry the rest.

    Raises:
        Problem: 429 if the limit is exceeded.
    """
    limits = services.limits
    limit = limits.limit_of(rate, principal)
    state = limits.acquire(f"{caller} {rate}", limit)
    headers = state.headers(limits.wall())
    request.scope["dartd.headers"] = request.scope.get("dartd.headers", {}) | headers
    if state.retry_after_s:
        details = {"limit": limit, "window": 60, "retry_after": int(headers["Retry-After"])}
        raise Problem(429, "RATE_LIMIT_EXCEEDED", f"more than {limit} requests per minute; try again later", details=details)


async def _authorise(call: Call) -> bool:
    """Check the permission of the caller; return whether it is limited to the caller's own entities."""
    endpoint, principal = call.endpoint, call.principal
    if endpoint.permission is None or principal.may(endpoint.permission):
        return False
    if endpoint.own is not None and principal.may(endpoint.own):
        return True
    if principal.is_anonymous:
        raise challenge(endpoint.permission)
    if endpoint.writes:
        entry = call.audit_entry(next(iter(map(str, call.request.path_params.values())), None), outcome="refused")
        await call.services.database.change(lambda connection: append_entry(connection, entry))
    raise Problem(
        403,
        "AUTH_INSUFFICIENT_PERMISSIONS",
        f"this needs the permission {endpoint.permission}",
        details={"permission": endpoint.permission, "role": principal.role},
    )


async def _decode_request(call: Call) -> bytes:
    """Decode query and body into the declared types; return the raw body."""
    endpoint, request = call.endpoint, call.request
    check_text([*request.path_params.items(), *request.query_params.multi_items()])
    if endpoint.query is not None or endpoint.refuses_undeclared:
        call.query = _query(request, endpoint.query or NoParameters)
    if not endpoint.writes:
        return b""
    raw = await read_body(request, endpoint.max_body_bytes)
    if endpoint.body_media_types:
        check_media_type(request, endpoint.body_media_types)
        call.body = raw
    if endpoint.body is not None:
        call.body = decode_body(request, raw, endpoint.body, needed=endpoint.body_required)
    if endpoint.versioned and endpoint.method == "PUT":
        call.if_version = _version(request.headers.get("if-match"))
    return raw


def _query(request: Request, kind: type) -> Any:
    given = request.query_params
    for name, value in given.items():
        if len(given.getlist(name)) > 1 or (value.lower() == "null" and _is_not_text(kind, name)):
            raise Problem(422, "VALIDATION_ERROR", f"{name}: expected one value, not null", details={"field": name})
    try:
        return msgspec.convert(dict(given), kind, strict=False)
    except msgspec.ValidationError as error:
        raise validation_problem(error, kind, is_query=True) from error


def _is_not_text(kind: type, name: str) -> bool:
    """Return whether a parameter is not a string: msgspec would read the text "null" as no value."""
    return any(field.name == name and not _accepts(field.type, "null") for field in msgspec.structs.fields(kind))


def _accepts(kind: Any, value: str) -> bool:
    try:
        return bool(msgspec.convert(value, kind, strict=True) == value)
    except msgspec.ValidationError:
        return False


def _version(if_match: str | None) -> int | None:
    """Return the version in `If-Match: "v3"`: None for `*` and no header, -1 for an ETag of another form, which never matches."""
    if if_match is None or if_match.strip() == "*":
        return None
    if not if_match.strip().removeprefix("W/").startswith('"'):
        raise Problem(422, "VALIDATION_ERROR", 'If-Match: expected * or an ETag such as "v3"', details={"field": "If-Match"})
    found = if_match.strip().removeprefix("W/").strip('"')
    return int(found[1:]) if found.startswith("v") and found[1:].isascii() and found[1:].isdecimal() and len(found) < 12 else -1


def _has_version(if_none_match: str | None, version: int) -> bool:
    """Return whether the client has this version already; ETags are compared weakly, as RFC 9110 requires."""
    given = {each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")}
    return bool(given & {"*", f'"v{version}"'})


async def _handle(call: Call) -> Response:
    """Call the handler and return its response."""
    outcome = await call.endpoint.handler(call)
    if isinstance(outcome, Response):
        return outcome
    answer = outcome if isinstance(outcome, Answer) else Answer(value=outcome)
    if answer.version is not None and not call.endpoint.writes and _has_version(call.request.headers.get("if-none-match"), answer.version):
        return Response(status_code=304, headers={"ETag": f'"v{answer.version}"', "Cache-Control": "no-store"})
    return render(answer, call.endpoint.status, secure=call.request.url.scheme == "https", root_path=root_path_of(call.request))


@functools.lru_cache(maxsize=4)  # routes have no state; compiling the patterns of all takes 30 ms
def routes_of(endpoints: tuple[Endpoint, ...]) -> list[Route]:
    """Return one route for each path; paths with more parameters come last."""
    paths = sorted({endpoint.path for endpoint in endpoints}, key=lambda path: (path.count("{"), ":path}" in path))
    return [Route(path, MethodDispatcher([endpoint for endpoint in endpoints if endpoint.path == path])) for path in paths]


def check_declared(routes: Sequence[BaseRoute]) -> None:
    """Check that every route has a declaration; the WebSocket checks permissions by topic.

    Raises:
        DeclarationError: a route has none.
    """
    for route in routes:
        if isinstance(route, Mount):
            check_declared(route.routes or [route.app])  # type: ignore[list-item]  # a mounted application is not a route
        elif not isinstance(route, WebSocketRoute) and not (isinstance(route, Route) and isinstance(route.endpoint, MethodDispatcher)):
            raise DeclarationError(f"{getattr(route, 'path', route)} has no declaration: write an Endpoint for it")
