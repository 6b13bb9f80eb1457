"""Matches of other boards: their rights and players; orders over a link are in tests/integration/test_venue_fixtures.py."""

from pathlib import Path

import msgspec
import pytest

from dartd.auth.permissions import ROLES
from dartd.auth.principal import Principal
from dartd.errors import ForbiddenError
from dartd.outlets.nats.guests import GuestMatches
from schemas.api.players import Player, PlayerBoards, PlayerPreferences
from schemas.match import MatchPlayer
from schemas.match_commands import CreateMatch, EnteredSide
from tests.support.station import running_station
from tests.support.tournaments import AT

_ADA = Player(
    player_id="p1", name="Ada", badge_id=None, group=None, skill_level=None, boards=PlayerBoards(), preferences=PlayerPreferences(),
    active=True, shared=False, photo=None, created_at=AT, updated_at=AT,
)  # fmt: skip
_MATCH = CreateMatch(
    match_id="m1",
    rules={"game": "x01"},
    format={},
    sides=(EnteredSide(players=(MatchPlayer(player_id="p1"),)), EnteredSide(players=(MatchPlayer(name="Bob"),))),
    fixture_id="f1",
    host_id="a",
    at=AT,
)


@pytest.mark.slow
async def test_caller_needs_the_rights_for_match_and_players(tmp_path: Path) -> None:
    """A caller without them changes nothing; with them the player is added as an event, before the match, and once."""
    operator = Principal(kind="key", name="key:o", permissions=ROLES["operator"])
    marker = msgspec.structs.replace(operator, permissions=frozenset({"matches:write"}))
    viewer = msgspec.structs.replace(operator, permissions=ROLES["viewer"])
    async with running_station(tmp_path) as station:
        guests = GuestMatches(station.pipeline, station.journal.database, "main")
        for caller in (viewer, marker):
            with pytest.raises(ForbiddenError):
                await guests.begin(_MATCH, (_ADA,), caller, 1.0)
        with pytest.raises(ForbiddenError):
            await guests.stop("m1", viewer, AT)
        before = len(await station.journal.read(0))
        await guests.begin(_MATCH, (_ADA,), operator, 1.0)
        await guests.stop("m1", operator, AT)
        await guests.stop("none", operator, AT)
        await guests.begin(msgspec.structs.replace(_MATCH, match_id="m2"), (_ADA,), operator, 1.0)
        events = [msgspec.json.decode(wire) for _, _, wire in await station.journal.read(0)]

    added = [(each["entity_type"], each["entity_id"], each["user_id"]) for each in events if each["event_type"] == "ADDED"]
    reports = [(each["match_id"], each["status"]) for each in events if each["event_type"] == "fixture_reported"]

    assert before == 0
    assert added == [("player", "p1", "key:o"), ("match", "m1", "key:o"), ("match", "m2", "key:o")]
    assert reports == [("m1", "playing"), ("m1", "abandoned"), ("m2", "playing")]
