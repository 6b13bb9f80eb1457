"""Boards with the rights at the server of NATS that config/docs/venue.md names, and no more."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec

from dartd.config import NatsConfig
from tests.support.hall import HallBoard, hall_config
from tests.support.nats_server import NatsServer
from tests.support.station import Station, running_station
from tests.support.waiting import Waiting

_PUBLISHER = ["$JS.API.STREAM.*.DARTD", "$JS.API.STREAM.MSG.GET.DARTD", "_INBOX.>"]
_PLAYER = [*_PUBLISHER, "$JS.API.CONSUMER.CREATE.DARTD", "$JS.API.CONSUMER.*.DARTD.>", "$JS.FC.DARTD.>"]


def _user(board_id: str, publish: list[str]) -> str:
    allowed = ", ".join(f'"{subject}"' for subject in [f"dartd.main.{board_id}.>", *publish])
    heard = f'"dartd-commands.main.{board_id}", "_INBOX.>"'
    rights = f"permissions: {{ publish: {{ allow: [{allowed}] }}, subscribe: {{ allow: [{heard}] }} }}"
    return f'{{ user: "{board_id}", password: "p", {rights} }}'


async def _station(stack: AsyncExitStack, folder: Path, server: NatsServer, board_id: str) -> Station:
    (folder / board_id).mkdir()
    (folder / board_id / "password").write_text("p")
    nats = NatsConfig(url=server.url, username=board_id, password_file=str(folder / board_id / "password"))
    config: Any = msgspec.structs.replace(hall_config(server.url, board_id), nats=nats)
    return await stack.enter_async_context(running_station(folder / board_id, config=config))


async def test_named_rights_are_enough(tmp_path: Path, waiting: Waiting) -> None:
    """The host sends and reads, the other board plays; one that may only publish goes on publishing."""
    users = [_user("a", [*_PLAYER, "dartd-commands.main.*"]), _user("b", _PLAYER), _user("c", _PUBLISHER)]
    with NatsServer(tmp_path / "nats", more=f"authorization {{ users: [ {', '.join(users)} ] }}") as server:
        async with AsyncExitStack() as stack:
            a, b, c = [await _station(stack, tmp_path, server, board_id) for board_id in "abc"]
            host, board = HallBoard(a.http, waiting), HallBoard(b.http, waiting)
            fixture, *_ = await host.tournament([{"name": name} for name in "AB"], boards=("b",))
            begun = await host.fixture(fixture["fixture_id"], "playing", "b")
            await board.win(begun["match_id"])
            finished = await host.fixture(fixture["fixture_id"], "finished")
            await HallBoard(c.http, waiting).send("POST", "players", {"name": "Cleo"})
            (outlet,) = await waiting.soon(lambda: [each for each in c.services.outlets.figures() if each.connected and not each.waiting])

    assert finished["result"]["winner"] == 0
    assert outlet.published >= 1
