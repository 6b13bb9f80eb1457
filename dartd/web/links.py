"""Links of the OpenAPI document: what an answer says that another route asks for."""

import typing
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from dartd.web.endpoint import Endpoint
from schemas.api.answers import Listed


def links_of(source: Endpoint, endpoints: Sequence[Endpoint]) -> dict[str, dict[str, Any]]:
    """Write the links of a route's answer, by the operation that each leads to.

    The first field of an answer is its name, and leads wherever the path asks for that first; to writing only from what was just made,
    and to what lies below. A route that is fed by the answer takes its body from there.
    """
    links: dict[str, dict[str, Any]] = {}
    named = _name_of(source)
    for target in endpoints:
        if target is source or target.endless:
            continue
        link: dict[str, Any] = {}
        if named is not None and [named[0]] == target.parameters[:1] and _leads(source, target):
            link["parameters"] = {named[0]: f"$response.body#/{named[1]}"}
        if source.operation_id in target.fed_by:
            link["requestBody"] = target.fed_by[source.operation_id]
        if link:
            links[target.operation_id] = {"operationId": target.operation_id, "description": target.summary, **link}
    return links


def _leads(source: Endpoint, target: Endpoint) -> bool:
    return not target.writes or source.status == 201 or (bool(source.parameters) and target.path.startswith(source.path))


def _name_of(source: Endpoint) -> tuple[str, str] | None:
    """Give the field that names what is answered, and where in the answer it is; None when nothing is named."""
    kind, place = source.answer, ""
    if typing.get_origin(kind) is Listed:
        (kind,), place = typing.get_args(kind), "data/0/"
    fields: Iterator[msgspec.structs.FieldInfo] = iter(msgspec.structs.fields(kind)) if _is_struct(kind) else iter(())
    first = next(fields, None)
    if first is None or msgspec.inspect.type_info(first.type) != msgspec.inspect.StrType():
        return None
    return first.name, f"{place}{first.name}"


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
