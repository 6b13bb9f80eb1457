"""Fixtures on their way to other boards; a whole venue is in tests/integration/test_venue_fixtures.py."""

from pathlib import Path

import msgspec
import pytest

from dartd.config import AuthConfig
from dartd.runtime.venue_boards import HeardBoard
from tests.support.hall import HallBoard, hall_config
from tests.support.nats_server import NatsServer
from tests.support.station import running_station
from tests.support.waiting import Waiting


@pytest.mark.slow
async def test_board_without_a_token_of_the_venue_sends_nothing(tmp_path: Path, waiting: Waiting) -> None:
    """The fixture is called at no board again, and the boards say what to do; this board takes fixtures itself all the same."""
    with NatsServer(tmp_path / "nats") as server:
        config = msgspec.structs.replace(hall_config(server.url, "a"), auth=AuthConfig())
        async with running_station(tmp_path, config=config) as station:
            host = HallBoard(station.http, waiting)
            first, second, _ = (each["fixture_id"] for each in await host.tournament([{"name": name} for name in "ABCD"]))
            heard = msgspec.convert({"board_id": "b", "name": "B", "snapshot": {"status": "throw"}}, HeardBoard)
            station.services.venue.hear(heard, 0.0)
            await host.assign(first, "b")
            await host.step(first, "playing")
            back = await host.until(f"fixtures/{first}", lambda found: found["match_id"] is None)
            boards = (await host.get("boards"))["boards"]
            await host.send("POST", "lists", {"name": "a", "type": "board_queue", "tournament_id": "t1"})
            here = await host.fixture(first, "playing", "a")
            waits = await host.get(f"fixtures/{second}")

    assert (back["status"], back["board_id"]) == ("called", None)
    assert [(each["state"], "auth.token" in (each["reason"] or "")) for each in boards] == [("free", False), ("refused", True)]
    assert here["match_id"] is not None
    assert waits["status"] == "called"
