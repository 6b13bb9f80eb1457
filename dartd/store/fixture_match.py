"""The match by which a fixture is played: its rules or those of its tournament, and the players of its sides."""

from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dartd.game.rules import RulesError
from dartd.play.setup import read_format, read_rules
from dartd.store.formats import FORMATS
from dartd.store.lots import drawn_by_lot
from dartd.store.projections.tournaments import get_value
from schemas.match_commands import CreateMatch, EnteredSide
from schemas.tournament import Fixture

DEFAULT_RULES: Final = {"game": "x01", "start": 501, "out": "double"}


def match_of(connection: sa.Connection, fixture: Fixture, match_id: str, at: str, *, sign_by_next_leg: bool) -> CreateMatch:
    """Return the match of a fixture.

    Raises:
        RulesError: its format is no more.
    """
    tournament = None if fixture.tournament_id is None else get_value(connection, "tournament", fixture.tournament_id)
    own = fixture if fixture.rules is not None or fixture.format_id is not None or tournament is None else tournament
    legs = fixture.legs_to_win or own.legs_to_win
    rules, form = own.rules or DEFAULT_RULES, None
    if own.format_id is not None:
        rules, form = format_of(connection, own.format_id)
    if legs is not None:
        form = {"goal": "first_to", "legs": legs}
    sides = tuple(EnteredSide(players=side.players, name=side.name, bot=side.bot) for side in fixture.sides)
    return CreateMatch(
        match_id=match_id,
        rules=msgspec.to_builtins(drawn_by_lot(read_rules(rules), len(sides))),
        format=msgspec.to_builtins(read_format(form)),
        sides=sides,
        fixture_id=fixture.fixture_id,
        sign_by_next_leg=sign_by_next_leg,
        at=at,
    )


def format_of(connection: sa.Connection, format_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rules and the legs of a format.

    Raises:
        RulesError: there is none of this id.
    """
    row = FORMATS.get(connection, format_id)
    if row is None:
        raise RulesError(f"there is no format {format_id!r}", field="$.format_id")
    return msgspec.json.decode(row.rules), msgspec.json.decode(row.format)
