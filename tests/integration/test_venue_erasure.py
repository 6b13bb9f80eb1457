"""Players who are erased, in the stream of a venue and in the central store."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import sqlalchemy as sa

from dartd.central.ledger import Ledger
from dartd.config import NatsConfig
from dartd.store.tables import events
from tests.support.nats_server import NatsServer, stored_events
from tests.support.station import CONFIG, Station, running_station
from tests.support.throws import hit
from tests.support.venue import follow_stream
from tests.support.waiting import DEADLINE_S, Waiting

_TOKEN = "a-token-for-the-operator"  # noqa: S105  a test's


def _config(server: NatsServer) -> Any:
    return msgspec.structs.replace(CONFIG, nats=NatsConfig(url=server.url))


async def _published(station: Station, waiting: Waiting) -> None:
    def is_done() -> bool:
        (figures,) = station.services.outlets.figures()
        return bool(figures.connected) and not figures.waiting

    await waiting.soon(is_done, "the outlet")


async def test_an_erased_player_leaves_the_stream(tmp_path: Path, waiting: Waiting) -> None:
    """No name or comment may be left, in the stream and in the central store, also when the server was away; all else must stay."""
    headers = {"Authorization": f"Bearer {_TOKEN}"}
    with NatsServer(tmp_path / "nats") as server:
        async with (
            running_station(tmp_path, config=_config(server)) as station,
            httpx2.AsyncClient(headers=headers, timeout=DEADLINE_S) as http,
        ):
            players = f"{station.http}/api/v1/players"
            ids = [(await http.post(players, json={"name": name})).json()["player_id"] for name in ("Secret One", "Secret Two", "Other")]
            await http.post(f"{station.http}/api/v1/comments", json={"parent_type": "player", "parent_id": ids[1], "text": "Secret remark"})
            await station.happen(hit("a", 1, visit="v"))
            assert (await http.post(f"{players}/{ids[0]}/merge", json={"into": ids[1]})).status_code == 200
            await _published(station, waiting)
            before = await stored_events(server)
            ledger = await asyncio.to_thread(Ledger.open, tmp_path / "central.db")
            await follow_stream(NatsConfig(url=server.url), ledger)
            server.kill()
            assert (await http.delete(f"{players}/{ids[1]}?erase=true")).status_code in {200, 204}
            await station.happen(hit("b", 2, visit="v"))
            server.start()
            await _published(station, waiting)
            journal = [msgspec.json.decode(wire) for _, _, wire in await station.journal.read(0)]
        after = await stored_events(server)
        await follow_stream(NatsConfig(url=server.url), ledger)
        central = await ledger.journal.database.read(lambda connection: connection.execute(sa.select(events.c.wire)).scalars().all())
        await asyncio.to_thread(ledger.close)

    erased = [each["seq"] for each in journal if each.get("payload") == {} and each["event_type"] != "DELETED"]
    assert sum("Secret" in str(each) for each in before) == len(erased) >= 3
    assert not any("Secret" in str(each) for each in (*after, *central))
    assert [each["seq"] for each in after] == [each["seq"] for each in journal if each["seq"] not in erased]
    assert len(central) == len(journal)
    assert any("Other" in str(each) for each in after)
