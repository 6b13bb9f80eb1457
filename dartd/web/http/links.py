"""OpenAPI links: fields of a response that are parameters or bodies of other operations."""

from collections.abc import Sequence
from typing import Any

import msgspec

from dartd.web.http.endpoint import Endpoint


def links_of(source: Endpoint, endpoints: Sequence[Endpoint]) -> dict[str, dict[str, Any]]:
    """Return the links of a route's response by operation id.

    The first field of a response identifies its entity. The response of a creation links to all paths that begin with this parameter, other
    responses to the same path and below it. `body_links` of a route link the response to its request body.
    """
    links: dict[str, dict[str, Any]] = {}
    name = _name_of(source.answer)
    for target in endpoints:
        if target is source or target.streaming:
            continue
        link: dict[str, Any] = {}
        if [name] == target.parameters[:1] and (source.status == 201 or target.path.startswith(source.path)):
            link["parameters"] = {name: f"$response.body#/{name}"}
        if source.operation_id in target.body_links:
            link["requestBody"] = target.body_links[source.operation_id]
        if link:
            links[target.operation_id] = {"operationId": target.operation_id, "description": target.summary, **link}
    return links


def _name_of(answer: Any) -> str | None:
    if not (isinstance(answer, type) and issubclass(answer, msgspec.Struct)):
        return None  # a list has no single id
    first = msgspec.structs.fields(answer)[0]
    return first.name if msgspec.inspect.type_info(first.type) == msgspec.inspect.StrType() else None
