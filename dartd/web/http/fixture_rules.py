"""The rules by which the fixtures of tournaments and lists are played."""

import functools
import secrets
from typing import Any, Final

import msgspec

from dartd.game.flow import Format
from dartd.play.setup import read_format, read_rules
from dartd.store.formats import FORMATS
from dartd.web.http.commanded import now_of
from dartd.web.http.endpoint import Call
from dartd.web.http.lots import drawn_by_lot
from dartd.web.http.problems import Problem
from schemas.match_commands import CreateMatch, EnteredSide
from schemas.tournament import Fixture, Tournament

DEFAULT_RULES: Final = {"game": "x01", "start": 501, "out": "double"}
KNOCKOUTS: Final = {"knockout", "groups_knockout"}

_FORMAT: Final = "$.format_id"


async def checked_rules(call: Call, given: dict[str, Any], *, is_knockout: bool = False) -> dict[str, Any]:
    """Return the fields of a request with every default of its rules.

    Raises:
        Problem: 422 for rules and a format, a format that does not exist, or one that can end level in a knockout.
        RulesError: the rules are none.
    """
    filled = dict(given)
    if given.get("rules") is not None:
        if given.get("format_id") is not None:
            raise _refused(_FORMAT, "send either rules or format_id")
        filled["rules"] = msgspec.to_builtins(read_rules(given["rules"]))
    if given.get("format_id") is not None:
        _, form = await _stored(call, given["format_id"])
        if is_knockout and given.get("legs_to_win") is None and _can_end_level(read_format(form)):
            raise _refused(_FORMAT, "a match of this format can end level, and a knockout needs a winner: choose legs_to_win as well")
    return filled


async def match_of(call: Call, fixture: Fixture, tournament: Tournament | None) -> CreateMatch:
    """Return the match by which a fixture is played; its players are added where it is begun."""
    own = fixture if fixture.rules is not None or fixture.format_id is not None or tournament is None else tournament
    legs = fixture.legs_to_win or own.legs_to_win
    rules, form = own.rules or DEFAULT_RULES, None
    if own.format_id is not None:
        rules, form = await _stored(call, own.format_id)
    if legs is not None:
        form = {"goal": "first_to", "legs": legs}
    sides = tuple(EnteredSide(players=side.players, name=side.name, bot=side.bot) for side in fixture.sides)
    return CreateMatch(
        match_id=f"m_{secrets.token_hex(6)}",
        rules=msgspec.to_builtins(drawn_by_lot(read_rules(rules), len(sides))),
        format=msgspec.to_builtins(read_format(form)),
        sides=sides,
        sign_by_next_leg=call.services.config.corrections.sign_by_next_leg,
        at=now_of(call),
    )


async def _stored(call: Call, format_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = await call.read(functools.partial(FORMATS.get, entity_id=format_id))
    if row is None:
        raise _refused(_FORMAT, f"there is no format {format_id!r}")
    return msgspec.json.decode(row.rules), msgspec.json.decode(row.format)


def _can_end_level(form: Format) -> bool:
    """Return whether a match can end without a winner."""
    legs = form.legs or 1
    return form.goal != "first_to" and form.tie == "draw" and (form.sets or legs) % 2 == 0


def _refused(path: str, message: str) -> Problem:
    return Problem(422, "VALIDATION_ERROR", message, details={"field": path})
