"""A venue on a real nats-server: boards publish, relays serve, commands go to boards, and nothing is lost."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import msgspec

from dartd.config import NatsConfig
from tests.support.daemon import RunningDaemon, free_port
from tests.support.nats_server import NatsServer, stored_events
from tests.support.station import CONFIG, Station, running_station
from tests.support.throws import hit
from tests.support.waiting import Waiting

_TOKEN = "a-token-for-the-operator"  # noqa: S105  a test's


def _config(server: NatsServer, board_id: str = "main", **more: Any) -> Any:
    board = msgspec.structs.replace(CONFIG.board, id=board_id)
    return msgspec.structs.replace(CONFIG, board=board, nats=NatsConfig(url=server.url, **more))


async def _published(station: Station, waiting: Waiting) -> None:
    await waiting.soon(lambda: station.services.venue.published_seq >= station.hub.last_seq and station.services.venue.reports > 0)


async def test_the_stream_is_the_journal(tmp_path: Path, waiting: Waiting) -> None:
    """Each event is stored once, in order and with its id, whatever stops: the link, the server, the board."""
    with NatsServer(tmp_path / "nats") as server:
        async with running_station(tmp_path, config=_config(server)) as station:
            await station.happen(*(hit(f"d{k}", 1, visit=f"v{k}") for k in range(30)))
            await _published(station, waiting)
            server.kill()
            await station.happen(*(hit(f"e{k}", 1, visit=f"w{k}") for k in range(250)))
            assert station.services.venue.published_seq < station.hub.last_seq
        async with running_station(tmp_path, config=_config(server)) as station:
            await station.happen(hit("f", 1, visit="x"))
            server.start()
            await _published(station, waiting)
            journal = [wire for _, _, wire in await station.journal.read(0)]
            found = await stored_events(server)

    assert [event["seq"] for event in found] == list(range(1, len(journal) + 1))
    assert [event["message_id"] for event in found] == [msgspec.json.decode(wire)["event_id"] for wire in journal]


async def test_a_killed_board_goes_on_where_the_stream_is(tmp_path: Path, waiting: Waiting) -> None:
    """A daemon that is killed has stored no late position that would lose or repeat an event."""
    port = free_port()
    config = tmp_path / "dartd.toml"
    config.write_text(f'state_dir = "{tmp_path / "state"}"\n[server]\nhost = "127.0.0.1"\nport = {port}\n')
    with NatsServer(tmp_path / "nats") as server:
        environ = {"DARTD_NATS_URL": server.url, "DARTD_AUTH_TOKEN": _TOKEN}
        for _ in range(2):
            with RunningDaemon(config, port, environ=environ) as daemon:
                await asyncio.to_thread(daemon.until_ready)
                for _ in range(6):
                    await asyncio.to_thread(daemon.ask, "reset", _TOKEN)
                await asyncio.to_thread(daemon.end, signal.SIGKILL)
        with RunningDaemon(config, port, environ=environ) as daemon:
            await asyncio.to_thread(daemon.until_ready)
            last = (await asyncio.to_thread(daemon.ask, "reset", _TOKEN))["last_seq"]
            found: list[dict[str, Any]] = []
            while not found or found[-1]["seq"] < last:
                found = await stored_events(server)

    assert [event["seq"] for event in found] == list(range(1, len(found) + 1))
    assert sum(event["event_type"] == "board_reset" for event in found) == 13
