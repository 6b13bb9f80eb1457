"""`/api/v1/formats`: rules and legs with a name, built in or one's own."""

import dataclasses
import secrets
from itertools import cycle, islice
from typing import Any

import msgspec

from dartd.game.catalog import AnyOptions, new_game
from dartd.game.lots import lots_of, with_lots
from dartd.game.rules import RulesError
from dartd.play.setup import located, read_format, read_rules
from dartd.store.entity import Row
from dartd.store.formats import BUILTIN_IDS, containing
from dartd.store.formats import FORMATS as STORED
from dartd.web.game_names import known_game
from dartd.web.http.endpoint import Answer, Call, Endpoint
from dartd.web.http.entity_resource import EntityResource, Rights
from dartd.web.http.paging import listed, page_request
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from schemas.api.answers import Listed
from schemas.api.formats import FormatChange, FormatCopy, FormatSearch, FormatSides, FormatsQuery, NewFormat, StoredFormat

MOST_SIDES = 20

_LONGEST_NAME = 100


async def fill_in(_: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a format with every default of rules and legs."""
    filled = dict(given)
    if "rules" in given:
        filled["rules"] = msgspec.to_builtins(read_rules(given["rules"]))
    if "format" in given:
        filled["format"] = msgspec.to_builtins(read_format(given["format"]))
    if "sides" in given and given["sides"] is None:
        filled["sides"] = FormatSides(min=_fewest(read_rules(given["rules"])) if "rules" in given else 1)
    return filled


def _fewest(options: AnyOptions) -> int:
    """Return the fewest sides of a game."""
    for sides in range(1, MOST_SIDES):
        try:
            _check_playable(options, sides)
        except RulesError:
            continue
        return sides
    return MOST_SIDES


def _check_playable(options: AnyOptions, sides: int) -> None:
    """Check that so many sides can play a game, whatever is drawn by lot.

    Raises:
        RulesError: they cannot.
    """
    lots = lots_of(options, sides)
    drawn = () if lots is None else tuple(islice(cycle(lots.pool), lots.count))
    new_game(options if lots is None else with_lots(options, drawn), sides)


def check_format(_: Call, found: StoredFormat) -> None:
    """Check that rules and sides fit.

    Raises:
        Problem: 422 that names the path.
    """
    sides = found.sides
    if sides.max < sides.min:
        raise Problem(422, "VALIDATION_ERROR", "sides.max: expected at least min", details={"field": "$.sides.max"})
    try:
        _check_playable(read_rules(found.rules), sides.min)
    except RulesError as error:
        raise located(error, "$", unless="$.sides") from error


def _game_of(row: Row) -> str:
    return str(msgspec.json.decode(row.rules)["game"])


FORMATS: EntityResource[NewFormat, StoredFormat] = EntityResource(
    entity=STORED,
    path="/api/v1/formats",
    tag="formats",
    rights=Rights("matches:read", "matches:write", "matches:delete"),
    query=FormatsQuery,
    new=NewFormat,
    change=FormatChange,
    answer=StoredFormat,
    examples=(
        NewFormat(
            name="501 at the club",
            tags=("league",),
            rules={"game": "x01", "start": 501},
            format={"goal": "first_to", "legs": 3},
            sides=FormatSides(min=2, max=2),
        ),
        FormatChange(name="501 on Fridays"),
    ),
    id_prefix="f_",
    computed={"game": lambda _, row: _game_of(row), "builtin": lambda _, row: row.format_id in BUILTIN_IDS},
    prepare=fill_in,
    check=check_format,
    summaries={"list": "Formats, by name", "delete": "Delete a format; matches that were begun with it keep their rules"},
    statuses=(409,),
)


async def search_formats(call: Call) -> Listed[StoredFormat]:
    """Return a page of the formats that a query finds."""
    asked: FormatSearch = call.query
    where = {"game": known_game(asked.game), "builtin": asked.builtin, "tag": asked.tag}
    page = await call.read(lambda c: STORED.page(c, page_request(asked), where, containing(asked.q)))
    return listed(page, asked, lambda row: FORMATS.fields.answer_of(call.services, row))


async def copy_format(call: Call) -> Answer:
    """Add a copy of a format, which can be changed."""
    row, asked = await FORMATS.visible(call), call.body
    entity_id = asked.format_id or f"{FORMATS.id_prefix}{secrets.token_hex(6)}"
    now_s = call.services.accounts.now()

    def create(connection: Any) -> Answer:
        values = {name: getattr(row, name) for name in ("description", "tags", "rules", "format", "sides")}
        name = asked.name or f"{row.name[: _LONGEST_NAME - 5]} copy"
        made = STORED.insert(connection, {"format_id": entity_id, "name": name, **values}, at_s=now_s)
        return FORMATS.checked(call, made, location=f"{FORMATS.path}/{entity_id}")

    return await FORMATS.commit(call, create, entity_id)


_LIST, _CREATE, *_OTHERS = FORMATS.endpoints()


async def list_formats(call: Call) -> Any:
    """Return a page of formats of a game that there is."""
    known_game(call.query.game)
    return await _LIST.handler(call)


ENDPOINTS = [
    dataclasses.replace(_LIST, handler=list_formats),
    _CREATE,
    Resource(path=f"{FORMATS.path}/search", one="", tag="formats", answer=StoredFormat).list(
        search_formats, "Formats that contain every word of a query", FORMATS.rights.read, FormatSearch
    ),
    *_OTHERS,
    Endpoint(
        method="POST",
        path=f"{FORMATS.one}/copy",
        handler=copy_format,
        summary="Add a copy of a format, which can be changed",
        permission=FORMATS.rights.write,
        rate="default",
        tag="formats",
        body=FormatCopy,
        body_required=False,
        answer=StoredFormat,
        status=201,
        entity="format",
        publishes=True,
        action="create",
        example=FormatCopy(name="My 501"),
    ),
]
