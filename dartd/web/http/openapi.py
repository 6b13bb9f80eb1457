"""OpenAPI 3.1, generated from the endpoint declarations and their types."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from dartd.auth.permissions import ANONYMOUS, PERMISSIONS, RESERVED_PERMISSIONS, ROLES
from dartd.web.http.endpoint import Endpoint
from dartd.web.http.links import links_of
from schemas.api.answers import ErrorAnswer

Schema = dict[str, Any]

_REF = "#/components/schemas/{name}"
_SECURITY: list[Schema] = [{"bearer": []}, {"key": []}, {"cookie": []}]
_REASONS = {
    400: "The body is not JSON.",
    401: "The token is missing or not valid.",
    403: "The caller does not have the permission.",
    404: "The resource does not exist.",
    409: "The request conflicts with the current state.",
    412: "The resource has changed in the meantime.",
    413: "The body is too long.",
    415: "The media type of the body is not supported.",
    422: "A value is not valid.",
    429: "Too many requests.",
    500: "Internal error.",
    503: "Temporarily unavailable: try again later.",
}
_EXAMPLES = {"throw_id": "d000001", "visit_id": "v000001", "name": "dart_hit", "topic": "board:main", "camera_id": "cam0", "kind": "after"}
_NOTHING: Mapping[str, Sequence[str]] = {}
_GROWING = {"camera_id"}  # cameras are added while the daemon runs
_SHAPES: dict[str, Schema] = {
    "camera_id": {"pattern": "^[A-Za-z0-9_-]{1,32}$"},
    "topic": {"pattern": "^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.@-]+)*$", "maxLength": 128},
}
_LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def describe(
    endpoints: Sequence[Endpoint],
    *,
    version: str,
    anonymous: frozenset[str] = ANONYMOUS,
    choices: Mapping[str, Sequence[str]] = _NOTHING,
    filters: Mapping[str, Sequence[str]] = _NOTHING,
) -> Schema:
    """Return the document.

    `anonymous` are the permissions of callers without a token; `choices` and `filters` list the values of path and query parameters.
    Static files are left out.
    """
    documented = [endpoint for endpoint in endpoints if ":path}" not in endpoint.path]
    types = [kind for each in documented for kind in (each.body, each.answer) if kind is not None] + [ErrorAnswer]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    components = {name: _with_ecma_patterns(_with_plain_arrays(schema)) for name, schema in components.items()}
    by_type = {id(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: Schema = {}
    for each in documented:
        operation = _operation(each, by_type, anonymous, choices, filters)
        if links := links_of(each, documented):
            operation["responses"][str(each.status)]["links"] = links
        paths.setdefault(each.plain_path, {})[each.method.lower()] = operation
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "dartd",
            "version": version,
            "summary": "A steel-tip dartboard with cameras as an event hub",
            "description": _DESCRIPTION + _permissions(),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "an access token of /api/v1/auth/login, or an API key"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "dartd_session",
                    "description": "for pages; writes also need X-CSRF-Token",
                },
            },
        },
        "tags": [{"name": tag} for tag in sorted({each.tag for each in documented})],
    }
    plain: Schema = msgspec.json.decode(msgspec.json.encode(document))  # defaults may be tuples
    return plain


_DESCRIPTION = """\
Send `Authorization: Bearer …` with an access token or an API key, or `X-API-Key`. Lists are paged by `cursor` or `offset`. Errors have one
shape, with a stable `code` and the `trace_id` that is also in the log. Logins, rate limits and error codes are described in
[the guide](/docs/guide). Events are sent over [the WebSocket](/asyncapi) and `GET /api/v1/events/stream`; see them [live](/events).

## Permissions

<details><summary>Permissions of each role</summary>

"""


def _with_ecma_patterns(schema: Any) -> Any:
    """Return the schema with patterns as in ECMA 262: there `$` is the end of the text, in Python it also precedes a trailing newline."""
    match schema:
        case dict():
            return {
                key: re.sub(r"\\Z\Z", "$", value) if key == "pattern" and isinstance(value, str) else _with_ecma_patterns(value)
                for key, value in schema.items()
            }
        case list():
            return [_with_ecma_patterns(each) for each in schema]
        case _:
            return schema


def _with_plain_arrays(schema: Any) -> Any:
    """Write a fixed-length array of one type with `items`; msgspec writes `prefixItems`, which some OpenAPI tools do not support."""
    if isinstance(schema, list):
        return [_with_plain_arrays(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kinds = schema.get("prefixItems")
    if kinds and all(kind == kinds[0] for kind in kinds):
        schema = {name: value for name, value in schema.items() if name != "prefixItems"} | {"items": kinds[0]}
    return {name: _with_plain_arrays(value) for name, value in schema.items()}


def _permissions() -> str:
    """Return a Markdown table of the permissions and the roles that have them."""
    holders = {**ROLES, "anonymous": ANONYMOUS}
    lines = ["| permission | allows the caller to | " + " | ".join(holders) + " |", "|---|---|" + "---|" * len(holders)]
    for name, text in PERMISSIONS.items():
        words = f"{text} (reserved)" if name in RESERVED_PERMISSIONS else text
        lines.append(f"| `{name}` | {words} | " + " | ".join("✓" if name in rights else "" for rights in holders.values()) + " |")
    return "\n".join(lines) + "\n\n</details>\n"


def _operation(
    endpoint: Endpoint,
    by_type: dict[int, Schema],
    anonymous: frozenset[str],
    choices: Mapping[str, Sequence[str]],
    filters: Mapping[str, Sequence[str]],
) -> Schema:
    operation: Schema = {
        "operationId": endpoint.operation_id,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [*_path_parameters(endpoint, choices), *_query_parameters(endpoint, filters), *_header_parameters(endpoint)],
        "responses": {str(endpoint.status): _success(endpoint, by_type), **dict(_failures(endpoint, by_type))},
    }
    if endpoint.permission is not None:
        operation["security"] = [*_SECURITY, *([{}] if endpoint.permission in anonymous else [])]
        operation["description"] = f"Needs the permission `{endpoint.permission}`" + (
            f", or `{endpoint.own}` for the caller's own." if endpoint.own else "."
        )
    else:
        operation["security"] = []
    operation["x-rate-class"] = endpoint.rate
    if endpoint.deprecation is not None:
        operation["deprecated"] = True
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": endpoint.body_required,
            "content": {"application/json": {"schema": by_type[id(endpoint.body)], **_example(endpoint)}},
        }
    if endpoint.body_media_types:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(endpoint.body_media_types, binary)}
    return operation


def _example(endpoint: Endpoint) -> Schema:
    return {} if endpoint.example is None else {"example": msgspec.to_builtins(endpoint.example)}


def _path_parameters(endpoint: Endpoint, choices: Mapping[str, Sequence[str]]) -> Iterable[Schema]:
    for name in endpoint.parameters:
        known = choices.get(name, ())
        example = {"example": known[0] if known else _EXAMPLES[name]} if name in _EXAMPLES else {}
        schema = {"type": "string", **({"enum": list(known)} if known and name not in _GROWING else _SHAPES.get(name, {"minLength": 1}))}
        yield {"name": name, "in": "path", "required": True, "schema": schema, **example}


def _query_parameters(endpoint: Endpoint, filters: Mapping[str, Sequence[str]]) -> Iterable[Schema]:
    if endpoint.query is None:
        return
    _, components = msgspec.json.schema_components([endpoint.query], ref_template=_REF)
    components = _with_ecma_patterns(components)
    properties = components[endpoint.query.__name__]["properties"]
    for name, schema in properties.items():
        known = {"type": "string", "enum": list(filters[name])} if name in filters else {}
        default = {"default": schema["default"]} if known and schema.get("default") is not None else {}
        yield {"name": name, "in": "query", "required": False, "schema": {**known, **default} or _without_null(schema)}


def _without_null(schema: Schema) -> Schema:
    """Return the schema of an optional parameter without null: it is absent, never null."""
    if "anyOf" not in schema:
        return schema
    (kind,) = [each for each in schema["anyOf"] if each != {"type": "null"}]
    return {**kind}


def _header_parameters(endpoint: Endpoint) -> Iterable[Schema]:
    if endpoint.method == "POST" and endpoint.permission is not None:
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
    if endpoint.method == "PUT" and endpoint.versioned:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "example": "*",
            "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*")$'},
        }


def _success(endpoint: Endpoint, by_type: dict[int, Schema]) -> Schema:
    answer: Schema = {"description": endpoint.summary, "headers": _headers(endpoint)}
    if endpoint.answer is not None:
        others = [media for media in endpoint.media.split(", ") if media != "application/json"]
        answer["content"] = {"application/json": {"schema": by_type[id(endpoint.answer)]}, **{media: {} for media in others}}
    elif endpoint.status != 204:
        answer["content"] = {media: {} for media in endpoint.media.split(", ")}
        if endpoint.media == "text/plain":
            answer["content"] |= {"application/openmetrics-text": {}, "application/json": {}}
    return answer


def _headers(endpoint: Endpoint) -> Schema:
    headers: Schema = {"X-Request-ID": {"schema": {"type": "string"}}}
    if endpoint.rate != "unlimited":
        headers |= {name: {"schema": {"type": "integer"}} for name in _LIMIT_HEADERS}
    if endpoint.status == 201:
        headers["Location"] = {"schema": {"type": "string"}}
    if endpoint.versioned:
        headers["ETag"] = {"schema": {"type": "string"}}
    return headers


def _failures(endpoint: Endpoint, by_type: dict[int, Schema]) -> Iterable[tuple[str, Schema]]:
    error = by_type[id(ErrorAnswer)]
    for status in endpoint.errors:
        documented = by_type[id(endpoint.answer)] if endpoint.path == "/health/ready" and status == 503 else error
        headers: Schema = {"Retry-After": {"schema": {"type": "integer"}}} if status in {429, 503} else {}
        content = {"content": {"application/json": {"schema": documented}}} if status >= 400 else {}
        yield str(status), {"description": _REASONS.get(status, "…"), "headers": headers, **content}
