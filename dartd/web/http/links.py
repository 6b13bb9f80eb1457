"""Links of the OpenAPI document: what an answer says that another route asks for."""

from collections.abc import Sequence
from typing import Any

import msgspec

from dartd.web.http.endpoint import Endpoint


def links_of(source: Endpoint, endpoints: Sequence[Endpoint]) -> dict[str, dict[str, Any]]:
    """Write the links of a route's answer, by the operation that each leads to.

    The first field of an answer is its name. What was just made leads wherever a path begins with that name, other answers to what lies at
    the same path and below. A route that is fed by the answer takes its body from there.
    """
    links: dict[str, dict[str, Any]] = {}
    name = _name_of(source.answer)
    for target in endpoints:
        if target is source or target.endless:
            continue
        link: dict[str, Any] = {}
        if [name] == target.parameters[:1] and (source.status == 201 or target.path.startswith(source.path)):
            link["parameters"] = {name: f"$response.body#/{name}"}
        if source.operation_id in target.fed_by:
            link["requestBody"] = target.fed_by[source.operation_id]
        if link:
            links[target.operation_id] = {"operationId": target.operation_id, "description": target.summary, **link}
    return links


def _name_of(answer: Any) -> str | None:
    if not (isinstance(answer, type) and issubclass(answer, msgspec.Struct)):
        return None  # a list names many
    first = msgspec.structs.fields(answer)[0]
    return first.name if msgspec.inspect.type_info(first.type) == msgspec.inspect.StrType() else None
