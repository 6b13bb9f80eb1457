"""`/api/v1/fixtures`: matches that are to be played, their statuses, and the boards that they are assigned to."""

import secrets
from typing import Any

import msgspec
import sqlalchemy as sa

from dartd.errors import ConflictError
from dartd.store.projections.tournaments import value_of
from dartd.store.tournaments import FIXTURES as STORED
from dartd.web.http.commanded import REASON, carry_out, check_free, commanded, now_of
from dartd.web.http.endpoint import Answer, Call, Endpoint, Handler
from dartd.web.http.entity_resource import EntityResource, Rights, given_fields
from dartd.web.http.entrant_names import named_fixture, names_of
from dartd.web.http.entrants import entered_sides
from dartd.web.http.fixture_rules import checked_rules, match_of
from dartd.web.http.paging import listed, page_request
from schemas.api.answers import Listed, ListQuery
from schemas.api.matches import NewGuest, NewSide
from schemas.api.tournaments import FixtureAssignment, FixtureChange, FixturesQuery, FixtureStep, NewFixture
from schemas.match_commands import EnteredSide
from schemas.tournament import Fixture, FixtureSide
from schemas.tournament_commands import AssignFixture, ChangeFixture, CreateFixture, DeleteFixture, StepFixture

_EXAMPLE = NewFixture(sides=(NewSide(players=(NewGuest(name="Ada"),)), NewSide(players=(NewGuest(name="Bob"),))), legs_to_win=2)

FIXTURES: EntityResource[NewFixture, Fixture] = EntityResource(
    entity=STORED,
    path="/api/v1/fixtures",
    tag="fixtures",
    rights=Rights.of("tournaments"),
    query=FixturesQuery,
    new=NewFixture,
    change=FixtureChange,
    answer=Fixture,
    examples=(_EXAMPLE, FixtureChange(legs_to_win=3)),
    id_prefix="f_",
    summaries={"list": "Fixtures, in the order of their tournaments", "update": "Change a fixture that has not begun"},
)


async def list_fixtures(call: Call) -> Listed[Fixture]:
    """Return a page of fixtures."""
    return await page_of_fixtures(call)


async def page_of_fixtures(call: Call, **more: object) -> Listed[Fixture]:
    """Return a page of fixtures that meet the filters of a request, and have the values of `more`."""
    asked: Any = call.query
    paging = {*ListQuery.__struct_fields__, "sort"}
    where = {name: getattr(asked, name) for name in asked.__struct_fields__ if name not in paging} | more

    def read(connection: sa.Connection) -> Listed[Fixture]:
        page = STORED.page(connection, page_request(asked), where)
        found = [value_of("fixture", row) for row in page.rows]
        names = names_of(connection, call.principal, fixtures=found)
        return listed(msgspec.structs.replace(page, rows=found), asked, lambda each: named_fixture(each, names))

    found: Listed[Fixture] = await call.read(read)
    return found


async def read_fixture(call: Call) -> Answer:
    """Return one fixture."""
    row = await FIXTURES.visible(call)

    def read(connection: sa.Connection) -> Fixture:
        fixture = value_of("fixture", row)
        return named_fixture(fixture, names_of(connection, call.principal, fixtures=[fixture]))

    return Answer(value=await call.read(read), version=row.version)


async def add_fixture(call: Call, list_id: str) -> Answer:
    """Add a fixture to a list that exists."""
    asked: NewFixture = call.body
    fixture_id = asked.fixture_id or f"{FIXTURES.id_prefix}{secrets.token_hex(6)}"
    await check_free(call, FIXTURES, fixture_id)
    at = now_of(call)
    given = await checked_rules(call, msgspec.structs.asdict(asked))
    given |= {"fixture_id": fixture_id, "list_id": list_id, "sides": await _sides(call, asked.sides)}
    command = CreateFixture(fixture=Fixture(**given, created_at=at, updated_at=at), at=at)
    return await carry_out(call, FIXTURES, fixture_id, command, "create", location=f"{FIXTURES.path}/{fixture_id}")


async def _sides(call: Call, sides: tuple[NewSide, ...]) -> tuple[FixtureSide, ...]:
    entered: tuple[EnteredSide, ...] = await entered_sides(call, sides)
    return tuple(FixtureSide(side=k, name=each.name, players=each.players, bot=each.bot) for k, each in enumerate(entered))


async def update(call: Call) -> Answer:
    """Change a fixture that has not begun."""
    row = await FIXTURES.visible(call)
    given = given_fields(call.body)
    changes = await checked_rules(call, given)
    if "sides" in given:
        changes["sides"] = await _sides(call, given["sides"])
    command = ChangeFixture(fixture_id=row.fixture_id, changes=msgspec.to_builtins(changes), if_version=call.if_version, at=now_of(call))
    return await carry_out(call, FIXTURES, row.fixture_id, command, "update")


async def delete(call: Call) -> Answer:
    """Delete a fixture of no draw."""
    row = await FIXTURES.visible(call)
    return await carry_out(call, FIXTURES, row.fixture_id, DeleteFixture(fixture_id=row.fixture_id, at=now_of(call)), "delete")


async def change_status(call: Call) -> Answer:
    """Take a fixture a step forward or back."""
    row = await FIXTURES.visible(call)
    asked: FixtureStep = call.body
    command = StepFixture(fixture_id=row.fixture_id, status=asked.status, winner=asked.winner, at=now_of(call))
    if asked.status == "playing" and asked.winner is None:
        match, elsewhere = await match_of(call, value_of("fixture", row)), _is_elsewhere(call, row.board_id)
        command = msgspec.structs.replace(command, match=match, elsewhere=elsewhere)
    return await carry_out(call, FIXTURES, row.fixture_id, command, "status")


def _is_elsewhere(call: Call, board_id: str | None) -> bool:
    """Return whether a match at a board begins there: it is another one of the venue.

    Raises:
        ConflictError: none can begin there now.
    """
    services = call.services
    if board_id is None or board_id == services.board_id or not services.venue.is_known(board_id):
        return False
    known = services.venue.boards(services.board_id, "", services.board.snapshot(), ())
    found = next(each for each in known if each.board_id == board_id)
    if found.state != "free":
        reason = "" if found.reason is None else f": {found.reason}"
        message = f"no match can begin at board {board_id}, which is {found.state}{reason}"
        raise ConflictError(message, board_id=board_id, status=found.state)
    return True


async def assign(call: Call) -> Answer:
    """Assign a fixture to a board and a marker."""
    row = await FIXTURES.visible(call)
    asked: FixtureAssignment = call.body
    command = AssignFixture(fixture_id=row.fixture_id, board_id=asked.board_id, marker_id=asked.marker_id, at=now_of(call))
    return await carry_out(call, FIXTURES, row.fixture_id, command, "assign")


def _put(path: str, handler: Handler, summary: str, body: type, example: Any) -> Endpoint:
    return Endpoint(
        method="PUT",
        path=f"{FIXTURES.one}/{path}",
        handler=handler,
        summary=summary,
        permission="fixtures:write",
        rate="default",
        tag=FIXTURES.tag,
        answer=Fixture,
        body=body,
        example=example,
        entity="fixture",
        no_event_reason=REASON,
        statuses=(409,),
    )


_LIST, _, _READ, _UPDATE, _DELETE = commanded(FIXTURES.endpoints(list=list_fixtures, read=read_fixture, update=update, delete=delete))
ENDPOINTS = [
    _LIST,
    _READ,
    _UPDATE,
    _DELETE,
    _put("status", change_status, "Call, begin or finish a fixture, or go a step back", FixtureStep, FixtureStep(status="called")),
    _put("assign", assign, "Assign a fixture to a board and a marker", FixtureAssignment, FixtureAssignment(board_id="main")),
]
