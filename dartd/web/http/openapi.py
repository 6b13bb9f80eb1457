"""OpenAPI 3.1, written from the declarations of the routes and the types they take and give."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from dartd.auth.permissions import ANONYMOUS, PERMISSIONS, ROLES
from dartd.web.http.endpoint import Endpoint
from dartd.web.http.links import links_of
from schemas.api.answers import ErrorAnswer

Schema = dict[str, Any]

_REF = "#/components/schemas/{name}"
_SECURITY: list[Schema] = [{"bearer": []}, {"key": []}, {"cookie": []}]
_REASONS = {
    400: "The body is no JSON.",
    401: "A token is missing, or not valid.",
    403: "The caller may not do that.",
    404: "There is no such thing.",
    409: "What is there does not allow it.",
    412: "It was changed meanwhile.",
    413: "The body is too long.",
    415: "The body is not sent as JSON.",
    422: "Something in it is not as it must be.",
    429: "Too many requests.",
    500: "Something went wrong inside dartd.",
    503: "Not now: ask again later.",
}
_EXAMPLES = {"throw_id": "d000001", "visit_id": "v000001", "name": "dart_hit", "topic": "board:main", "camera_id": "cam0", "kind": "after"}
_NOTHING: Mapping[str, Sequence[str]] = {}
_SHAPES: dict[str, Schema] = {"topic": {"pattern": "^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.@-]+)*$", "maxLength": 128}}
_LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def describe(
    endpoints: Sequence[Endpoint],
    *,
    version: str,
    anonymous: frozenset[str] = ANONYMOUS,
    choices: Mapping[str, Sequence[str]] = _NOTHING,
) -> Schema:
    """Write the document; `anonymous` may be done without a token, `choices` are all that a part of a path can be.

    Static files and what else has no stable shape are left out.
    """
    told = [endpoint for endpoint in endpoints if ":path}" not in endpoint.path]
    types = [kind for each in told for kind in (each.body, each.answer) if kind is not None] + [ErrorAnswer]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    components = {name: _evened(schema) for name, schema in components.items()}
    by_type = {id(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: Schema = {}
    for each in told:
        operation = _operation(each, by_type, anonymous, choices)
        if links := links_of(each, told):
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
                "bearer": {"type": "http", "scheme": "bearer", "description": "an access token of POST /api/v1/auth/login, or an API key"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "dartd_session",
                    "description": "for pages; writes send X-CSRF-Token too",
                },
            },
        },
        "tags": [{"name": tag} for tag in sorted({each.tag for each in told})],
    }
    plain: Schema = msgspec.json.decode(msgspec.json.encode(document))  # defaults of our types may be tuples
    return plain


_DESCRIPTION = """\
Send `Authorization: Bearer …` with an access token or an API key, or `X-API-Key`. Lists are paged by `cursor` or `offset`. Errors have one
shape, with a stable `code` and the `trace_id` that the log has too. How to log in, the limits and the codes:
[the guide](/docs/guide). Events come over [the WebSocket](/asyncapi) and `GET /api/v1/events/stream`; [watch them](/events).

## Permissions

<details><summary>Who may what</summary>

"""


def _evened(schema: Any) -> Any:
    """Write an array of so many things of one kind as that; msgspec writes each thing, and not every reader of the document follows."""
    if isinstance(schema, list):
        return [_evened(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kinds = schema.get("prefixItems")
    if kinds and all(kind == kinds[0] for kind in kinds):
        schema = {name: value for name, value in schema.items() if name != "prefixItems"} | {"items": kinds[0]}
    return {name: _evened(value) for name, value in schema.items()}


def _permissions() -> str:
    """Write what each permission allows and who has it, as a table in Markdown."""
    holders = {**ROLES, "anonymous": ANONYMOUS}
    lines = ["| permission | allows to | " + " | ".join(holders) + " |", "|---|---|" + "---|" * len(holders)]
    for name, words in PERMISSIONS.items():
        lines.append(f"| `{name}` | {words} | " + " | ".join("✓" if name in rights else "" for rights in holders.values()) + " |")
    return "\n".join(lines) + "\n\n</details>\n"


def _operation(endpoint: Endpoint, by_type: dict[int, Schema], anonymous: frozenset[str], choices: Mapping[str, Sequence[str]]) -> Schema:
    operation: Schema = {
        "operationId": endpoint.operation_id,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [*_path_parameters(endpoint, choices), *_query_parameters(endpoint), *_header_parameters(endpoint)],
        "responses": {str(endpoint.status): _success(endpoint, by_type), **dict(_failures(endpoint, by_type))},
    }
    if endpoint.permission is not None:
        operation["security"] = [*_SECURITY, *([{}] if endpoint.permission in anonymous else [])]
        operation["description"] = f"Needs the permission `{endpoint.permission}`" + (
            f", or `{endpoint.own}` for what is one's own." if endpoint.own else "."
        )
    else:
        operation["security"] = []
    operation["x-rate-class"] = endpoint.rate
    if endpoint.sunset is not None:
        operation["deprecated"] = True
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": endpoint.body_needed,
            "content": {"application/json": {"schema": by_type[id(endpoint.body)], **_example(endpoint)}},
        }
    if endpoint.takes:
        picture = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(endpoint.takes, picture)}
    return operation


def _example(endpoint: Endpoint) -> Schema:
    return {} if endpoint.example is None else {"example": msgspec.to_builtins(endpoint.example)}


def _path_parameters(endpoint: Endpoint, choices: Mapping[str, Sequence[str]]) -> Iterable[Schema]:
    for name in endpoint.parameters:
        known = choices.get(name, ())
        example = {"example": known[0] if known else _EXAMPLES[name]} if name in _EXAMPLES else {}
        schema = {"type": "string", **({"enum": list(known)} if known else _SHAPES.get(name, {"minLength": 1}))}
        yield {"name": name, "in": "path", "required": True, "schema": schema, **example}


def _query_parameters(endpoint: Endpoint) -> Iterable[Schema]:
    if endpoint.query is None:
        return []
    _, components = msgspec.json.schema_components([endpoint.query], ref_template=_REF)
    properties = components[endpoint.query.__name__]["properties"]
    return [{"name": name, "in": "query", "required": False, "schema": _without_null(schema)} for name, schema in properties.items()]


def _without_null(schema: Schema) -> Schema:
    """Say what a parameter may be: what may be absent is never sent as null."""
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
        answer["content"] = {"application/json": {"schema": by_type[id(endpoint.answer)]}}
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
        told = by_type[id(endpoint.answer)] if endpoint.path == "/health/ready" and status == 503 else error
        headers: Schema = {"Retry-After": {"schema": {"type": "integer"}}} if status in {429, 503} else {}
        yield str(status), {"description": _REASONS.get(status, "…"), "headers": headers, "content": {"application/json": {"schema": told}}}
