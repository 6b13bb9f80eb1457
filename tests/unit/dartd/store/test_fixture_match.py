"""The match by which a fixture is played; more is in tests/unit/dartd/web/http/test_fixture_rules.py."""

from pathlib import Path

import pytest

from dartd.game.rules import RulesError
from dartd.store.fixture_match import DEFAULT_RULES, format_of, match_of
from tests.support.station import running_station
from tests.support.tournaments import AT, make_fixture


@pytest.mark.slow
async def test_fixture_without_rules_is_a_501(tmp_path: Path) -> None:
    """With its own legs, under the id that is given; a format that is no more is named."""
    fixture = make_fixture(0, 1, tournament_id=None, legs_to_win=3)
    async with running_station(tmp_path) as station:
        read = station.journal.database.read
        match = await read(lambda connection: match_of(connection, fixture, "m7", AT, sign_by_next_leg=False))
        with pytest.raises(RulesError) as error:
            await read(lambda connection: format_of(connection, "none"))

    assert (match.match_id, match.fixture_id, match.rules["start"], match.format["legs"]) == ("m7", "f1", DEFAULT_RULES["start"], 3)
    assert [side.players[0].name for side in match.sides] == ["P0", "P1"]
    assert error.value.details["field"] == "$.format_id"
