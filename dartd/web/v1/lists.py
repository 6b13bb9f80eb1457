"""`/api/v1/lists`: rounds and groups of tournaments, queues of boards, and what players plan to practise."""

import dataclasses
import functools
import secrets
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.store.players import PLAYERS
from dartd.store.projections.tournaments import fixtures_in, value_of
from dartd.store.tournaments import LISTS as STORED
from dartd.store.tournaments import TOURNAMENTS
from dartd.web.http.commanded import REASON, carry_out, check_free, commanded, now_of
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.entity_resource import EntityResource, Rights, given_fields
from dartd.web.http.entrant_names import named_fixture, names_of
from dartd.web.http.player_rights import check_player_filter
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from dartd.web.v1.fixtures import FIXTURES, add_fixture, page_of_fixtures
from schemas.api.answers import Listed
from schemas.api.tournaments import ItemsQuery, ListChange, ListDetail, ListsQuery, NewFixture, NewList
from schemas.tournament import Fixture, TournamentList
from schemas.tournament_commands import ChangeList, CreateList, DeleteList

LISTS: EntityResource[NewList, TournamentList] = EntityResource(
    entity=STORED,
    path="/api/v1/lists",
    tag="lists",
    rights=Rights.of("tournaments"),
    query=ListsQuery,
    new=NewList,
    change=ListChange,
    answer=TournamentList,
    examples=(NewList(name="Board 1", type="board_queue"), ListChange(name="Board 2")),
    id_prefix="l_",
    summaries={"list": "Lists of fixtures, in their order", "delete": "Delete a list with its fixtures; matches stay"},
)


async def list_lists(call: Call) -> Listed[TournamentList]:
    """Return a page of lists."""
    await check_player_filter(call, call.query.player_id)
    return await LISTS.list(call)


async def create(call: Call) -> Answer:
    """Add a list."""
    asked: NewList = call.body
    list_id = asked.list_id or f"{LISTS.id_prefix}{secrets.token_hex(6)}"
    await check_free(call, LISTS, list_id)
    await _check_named(call, msgspec.structs.asdict(asked))
    at = now_of(call)
    made = TournamentList(**{**msgspec.structs.asdict(asked), "list_id": list_id}, created_at=at, updated_at=at)
    return await carry_out(call, LISTS, list_id, CreateList(list=made, at=at), "create", location=f"{LISTS.path}/{list_id}")


async def update(call: Call) -> Answer:
    """Change a list."""
    row = await LISTS.visible(call)
    changes = given_fields(call.body)
    await _check_named(call, changes)
    command = ChangeList(list_id=row.list_id, changes=changes, if_version=call.if_version, at=now_of(call))
    return await carry_out(call, LISTS, row.list_id, command, "update")


async def delete(call: Call) -> Answer:
    """Delete a list."""
    row = await LISTS.visible(call)
    return await carry_out(call, LISTS, row.list_id, DeleteList(list_id=row.list_id, at=now_of(call)), "delete")


async def _check_named(call: Call, given: dict[str, Any]) -> None:
    """Check that the tournament and the player of a list exist.

    Raises:
        Problem: 422 that names the path.
    """
    for name, stored in (("tournament_id", TOURNAMENTS), ("player_id", PLAYERS)):
        wanted = given.get(name)
        if wanted is not None and await call.read(functools.partial(stored.get, entity_id=wanted)) is None:
            message = f"there is no {stored.name} {wanted!r}"
            raise Problem(422, "VALIDATION_ERROR", message, details={"field": f"$.{name}"})


async def read_list(call: Call) -> Answer:
    """Return a list with its fixtures."""
    row = await LISTS.visible(call)

    def read(connection: sa.Connection) -> ListDetail:
        found = fixtures_in(connection, list_id=row.list_id)
        names = names_of(connection, call.principal, fixtures=found)
        items = tuple(named_fixture(each, names) for each in found)
        return ListDetail(**msgspec.structs.asdict(value_of("list", row)), items=items)

    return Answer(value=await call.read(read), version=row.version)


async def get_items(call: Call) -> Listed[Fixture]:
    """Return a page of the fixtures of a list."""
    row = await LISTS.visible(call)
    return await page_of_fixtures(call, list_id=row.list_id)


async def add_item(call: Call) -> Answer:
    """Add a fixture to a list."""
    row = await LISTS.visible(call)
    return await add_fixture(call, row.list_id)


_LIST, _CREATE, _READ, _UPDATE, _DELETE = commanded(
    LISTS.endpoints(list=list_lists, create=create, read=read_list, update=update, delete=delete)
)
_ITEMS = f"{LISTS.one}/items"
ENDPOINTS = [
    _LIST,
    _CREATE,
    dataclasses.replace(_READ, answer=ListDetail),
    _UPDATE,
    _DELETE,
    Resource(path=_ITEMS, one="", tag=LISTS.tag, answer=Fixture).list(
        get_items, "The fixtures of a list, in their order", LISTS.rights.read, ItemsQuery
    ),
    Endpoint(
        method="POST",
        path=_ITEMS,
        handler=add_item,
        summary="Add a fixture to a list; in a tournament a challenge of its ladder or a play-off",
        permission=LISTS.rights.write,
        rate="default",
        tag=LISTS.tag,
        answer=Fixture,
        status=201,
        body=NewFixture,
        example=FIXTURES.examples[0],
        entity="fixture",
        no_event_reason=REASON,
        statuses=(409,),
    ),
]
