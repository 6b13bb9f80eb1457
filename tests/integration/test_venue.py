"""A venue on a real nats-server: boards publish, relays serve, commands go to boards, and nothing is lost."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from websockets.asyncio.client import connect

from dartd.central.ledger import OF_BOARDS, STREAM_POSITION, Ledger
from dartd.config import NatsConfig
from dartd.relay import boards
from dartd.store.metadata import store_value
from dartd.store.tables import players
from tests.support.daemon import RunningDaemon, free_port
from tests.support.http_client import http_client
from tests.support.nats_server import NatsServer, stored_events
from tests.support.relay import running_relay
from tests.support.station import CONFIG, Station, running_station
from tests.support.throws import hit
from tests.support.venue import follow_stream
from tests.support.waiting import DEADLINE_S, Waiting

_TOKEN = "a-token-for-the-operator"  # noqa: S105  a test's


def _config(server: NatsServer, board_id: str = "main", **more: Any) -> Any:
    board = msgspec.structs.replace(CONFIG.board, id=board_id)
    return msgspec.structs.replace(CONFIG, board=board, nats=NatsConfig(url=server.url, **more))


async def _published(station: Station, waiting: Waiting) -> None:
    (outlet,) = station.services.outlets.figures()
    await waiting.soon(
        lambda: station.services.outlets.figures()[0].connected and not station.services.outlets.figures()[0].waiting, outlet.where
    )


async def test_the_stream_is_the_journal(tmp_path: Path, waiting: Waiting) -> None:
    """Each event is stored once, in order and with its id, whatever stops: the link, the server, the board."""
    with NatsServer(tmp_path / "nats") as server:
        async with running_station(tmp_path, config=_config(server)) as station:
            await station.happen(*(hit(f"d{k}", 1, visit=f"v{k}") for k in range(30)))
            await _published(station, waiting)
            server.kill()
            await station.happen(*(hit(f"e{k}", 1, visit=f"w{k}") for k in range(250)))
            assert station.services.outlets.figures()[0].waiting >= 250
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
    assert sum(event["event_type"] == "board_reset" for event in found) == 7


async def _receive(url: str, until: int, **token: Any) -> list[dict[str, Any]]:
    """Return what a viewer receives up to the event `until` of each board that has a hello."""
    found: list[dict[str, Any]] = []
    async with connect(url, open_timeout=DEADLINE_S, **token) as socket:
        boards: dict[str, int] = {}
        while not boards or min(boards.values()) < until:
            found.append(json.loads(await asyncio.wait_for(socket.recv(), DEADLINE_S)))
            if found[-1]["event_type"] == "hello":
                boards[found[-1]["board_id"]] = 0
            elif "seq" in found[-1]:
                boards[found[-1]["board_id"]] = found[-1]["seq"]
            elif found[-1]["event_type"] in {"error", "gap"}:
                break
    return found


def _seqs(messages: list[dict[str, Any]], board: str) -> list[int]:
    return [each["seq"] for each in messages if each.get("board_id") == board and "seq" in each]


async def test_relays_serve_many_boards(tmp_path: Path, waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Viewers of a board or of several receive each journal from any seq on, with hello and snapshot, over any relay, also a fresh one."""
    monkeypatch.setattr(boards, "RING_EVENTS", 64)  # older events are read from the stream
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with NatsServer(tmp_path / "nats") as server:
        async with (
            running_station(tmp_path / "a", config=_config(server, "a")) as a,
            running_station(tmp_path / "b", config=_config(server, "b")) as b,
        ):
            await a.happen(*(hit(f"a{k}", 1, visit=f"a{k}") for k in range(150)))
            await _published(a, waiting)
            async with running_relay(server.url) as relay:
                await waiting.soon(lambda: len(relay.services.boards.all()) == 2)
                viewer = asyncio.ensure_future(_receive(relay.ws("?topics=board:*"), 170))
                alone = asyncio.ensure_future(_receive(relay.ws("?since=10", board="a"), 170))
                both = asyncio.ensure_future(_receive(relay.ws("?topics=board:a,board:b&since=a:140,b:0"), 170))
                await b.happen(*(hit(f"b{k}", 1, visit=f"b{k}") for k in range(170)))
                await a.happen(*(hit(f"c{k}", 1, visit=f"c{k}") for k in range(20)))
                found = await asyncio.gather(viewer, alone, both)
                server.kill()
                await a.happen(hit("d", 1, visit="d"))
                server.start()
                late = await _receive(relay.ws("?since=170", board="a"), 171)
                odd = await _receive(relay.ws("?topics=board:zz"), 1)
                async with running_relay(server.url) as fresh:
                    far = await _receive(fresh.ws("?since=0", board="a"), 171)
                    strange = await _receive(fresh.ws("?since=5&stream_id=another", board="a"), 1)
                    async with http_client() as http:
                        stream = await http.get(f"{fresh.http}/boards/a/api/v1/events/stream?since=150&once=true", timeout=DEADLINE_S)
                        venue = (await http.get(f"{fresh.http}/api/v1/venue")).json()
                        metrics = (await http.get(f"{fresh.http}/metrics")).text
                        health = [(await http.get(f"{fresh.http}/health{each}")).json()["status"] for each in ("", "/ready", "/live")]

    assert found[0][0]["event_type"] == "hello"
    assert [each["event_type"] for each in found[1][:2]] == ["hello", "snapshot"]
    assert _seqs(found[0], "b")[-1] == 170
    assert _seqs(found[0], "a") == list(range(_seqs(found[0], "a")[0], 171))
    assert _seqs(found[1], "a") == list(range(11, 171))
    assert _seqs(found[2], "a") == list(range(141, 171))
    assert _seqs(found[2], "b") == list(range(1, 171))
    assert _seqs(late, "a") == [171]
    assert odd[0]["code"] == "VALIDATION_ERROR"
    assert _seqs(far, "a") == list(range(1, 172))
    assert [each["event_type"] for each in strange][:2] == ["hello", "gap"]
    assert [line for line in stream.text.splitlines() if line.startswith("id:")][-1].endswith(":171")
    assert [(board["board_id"], board["online"]) for board in venue["boards"]] == [("a", True), ("b", True)]
    assert "dartd_relay_boards 2.0" in metrics
    assert health == ["running", "ready", "ok"]


async def test_commands_have_the_rights_of_their_callers(tmp_path: Path, waiting: Waiting) -> None:
    """A board executes a command with a token of its own, and refuses others; one that is gone does not answer."""
    with NatsServer(tmp_path / "nats") as server:
        async with running_station(tmp_path, config=_config(server)) as station, running_relay(server.url) as relay:
            await waiting.soon(lambda: relay.services.boards.get("main") is not None)
            where = f"{relay.http}/api/v1/venue/boards/main"
            async with http_client(timeout=DEADLINE_S) as http:
                none = await http.post(f"{where}/reset")
                wrong = await http.post(f"{where}/reset", headers={"Authorization": "Bearer wrong"})
                done = await http.post(f"{where}/stop", headers={"Authorization": f"Bearer {_TOKEN}"})
                again = await http.post(f"{where}/stop", headers={"Authorization": f"Bearer {_TOKEN}"})
                unknown = await http.post(f"{relay.http}/api/v1/venue/boards/zz/stop", headers={"Authorization": f"Bearer {_TOKEN}"})
                other = await http.post(f"{where}/explode")
                await waiting.soon(lambda: relay.services.boards.all()[0].snapshot().status == "stopped")
                async with connect(relay.ws(f"?token={_TOKEN}", board="main")) as socket:
                    await socket.send('{"action": "start"}')
                    await waiting.soon(lambda: station.pipeline.snapshot().status == "throw")

    assert [each.status_code for each in (none, wrong, done, again, unknown, other)] == [401, 401, 200, 409, 404, 404]
    assert done.json()["action"] == "stop"


def _derived(connection: sa.Connection) -> dict[str, list[str]]:
    """Return the rows of the derived tables without what numbers them."""
    found: dict[str, list[str]] = {}
    for table in (table for projection in OF_BOARDS for table in projection.tables):
        columns = [column for column in table.c if column.name != "seq"]
        found[table.name] = sorted(repr(tuple(row)) for row in connection.execute(sa.select(*columns)).all())
    return found


async def test_the_central_store_is_the_union_of_the_boards(tmp_path: Path, waiting: Waiting) -> None:
    """Its derived tables have the rows of all boards, also when it was killed, received everything twice, or was rebuilt."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with NatsServer(tmp_path / "nats") as server:
        settings = NatsConfig(url=server.url)
        own: list[dict[str, list[str]]] = []
        async with (
            running_station(tmp_path / "a", config=_config(server, "a"), with_sessions=True) as a,
            running_station(tmp_path / "b", config=_config(server, "b"), with_sessions=True) as b,
        ):
            for station, name in ((a, "a"), (b, "b")):
                async with http_client(headers={"Authorization": f"Bearer {_TOKEN}"}, timeout=DEADLINE_S) as http:
                    player = (await http.post(f"{station.http}/api/v1/players", json={"name": f"Player {name}"})).json()["player_id"]
                    sides = [{"players": [player]}, {"players": [{"name": "Guest"}]}]
                    asked = {"rules": {"game": "x01", "start": 501}, "board_id": name, "sides": sides}
                    assert (await http.post(f"{station.http}/api/v1/matches", json=asked)).status_code == 201
                for k in range(6):
                    await station.happen(*(hit(f"{name}{k}-{n}", n, visit=f"{name}{k}") for n in (1, 2)))
            ledger = await asyncio.to_thread(Ledger.open, tmp_path / "central.db")
            await follow_stream(settings, ledger)
            half = ledger.stored
            await a.happen(hit("late", 1, visit="late"))
            await _published(a, waiting)
            await _published(b, waiting)
            async with running_relay(server.url):  # another consumer changes nothing
                own = [await station.journal.database.read(_derived) for station in (a, b)]
        await asyncio.to_thread(ledger.close)
        ledger = await asyncio.to_thread(Ledger.open, tmp_path / "central.db")
        await ledger.journal.database.write(lambda connection: store_value(connection, STREAM_POSITION, ""))  # everything comes again
        await follow_stream(settings, ledger)
        skipped, union = ledger.skipped, await ledger.journal.database.read(_derived)
        await ledger.rebuild()
        rebuilt, failures = await ledger.journal.database.read(_derived), dict(ledger.journal.registry.failures)
        last = (await ledger.positions())["a"].seq
        names = await ledger.journal.database.read(lambda connection: sorted(connection.execute(sa.select(players.c.name)).scalars()))
        await asyncio.to_thread(ledger.close)

    assert union == {name: sorted(own[0][name] + own[1][name]) for name in own[0]}
    assert (rebuilt, failures) == (union, {})
    assert names == ["Player a", "Player b"]
    assert skipped == half > 0
    assert last == a.hub.last_seq
    assert all(union[name] for name in ("throws", "matches", "player_legs", "sessions", "detections"))
