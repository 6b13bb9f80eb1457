"""The rules by which the fixtures of tournaments and lists are played."""

import functools
import secrets
from typing import Any, Final

import msgspec

from dartd.game.flow import Format
from dartd.play.setup import read_format, read_rules
from dartd.store.fixture_match import format_of
from dartd.store.fixture_match import match_of as stored_match_of
from dartd.web.http.commanded import now_of
from dartd.web.http.endpoint import Call
from dartd.web.http.problems import Problem
from schemas.match_commands import CreateMatch
from schemas.tournament import Fixture

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
        _, form = await call.read(functools.partial(format_of, format_id=given["format_id"]))
        if is_knockout and given.get("legs_to_win") is None and _can_end_level(read_format(form)):
            raise _refused(_FORMAT, "a match of this format can end level, and a knockout needs a winner: choose legs_to_win as well")
    return filled


async def match_of(call: Call, fixture: Fixture) -> CreateMatch:
    """Return the match by which a fixture is played; its players are those of the fixture where it is begun."""
    match_id, sign = f"m_{secrets.token_hex(6)}", call.services.config.corrections.sign_by_next_leg
    at = now_of(call)
    found: CreateMatch = await call.read(lambda c: stored_match_of(c, fixture, match_id, at, sign_by_next_leg=sign))
    return found


def _can_end_level(form: Format) -> bool:
    """Return whether a match can end without a winner."""
    legs = form.legs or 1
    return form.goal != "first_to" and form.tie == "draw" and (form.sets or legs) % 2 == 0


def _refused(path: str, message: str) -> Problem:
    return Problem(422, "VALIDATION_ERROR", message, details={"field": path})
