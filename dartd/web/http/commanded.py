"""Writes of declared resources that a decider carries out: the tables follow its events."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.auth.command_rights import authorised
from dartd.errors import AlreadyExistsError
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.entity_resource import EntityResource
from schemas.commands import AnyCommand

REASON = "its decider publishes its events"

Declared = EntityResource[Any, Any]


def commanded(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """Return the routes of a resource with those that write as routes of commands, which may be refused (409)."""
    return [
        replace(each, publishes=False, no_event_reason=REASON, statuses=tuple({*each.statuses, 409})) if each.writes else each
        for each in endpoints
    ]


async def carry_out(
    call: Call, resource: Declared, entity_id: str, command: AnyCommand, action: str, *, location: str | None = None
) -> Answer:
    """Have a command carried out, and return the entity after it; audit entry and answer are written in the same commit."""
    entry = msgspec.structs.replace(call.audit_entry(entity_id), action=f"{resource.entity.name}.{action}")
    answers: list[Answer] = []

    def keep(connection: sa.Connection, *_: object) -> None:
        row = resource.entity.get(connection, entity_id)
        answers.append(Answer(entity_id=entity_id) if row is None else resource.checked(call, row, location=location))
        call.record(connection, entry, answers[-1])

    await call.services.board.submit(authorised(command, call.principal), keep)
    return answers[-1]


async def check_free(call: Call, resource: Declared, entity_id: str) -> None:
    """Check that an id is not taken.

    Raises:
        AlreadyExistsError: it is.
    """
    if await call.read(lambda c: resource.entity.get(c, entity_id)) is not None:
        raise AlreadyExistsError(
            f"there is a {resource.entity.name} with {resource.key} {entity_id!r} already", **{resource.key: entity_id}
        )


def now_of(call: Call) -> str:
    """Return the time of a request."""
    return timestamp_of(call.services.accounts.now())
