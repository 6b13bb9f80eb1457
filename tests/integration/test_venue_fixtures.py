"""Fixtures of a tournament at the boards of a venue, on a real nats-server: begun there, played there, and counted here, once."""

import asyncio
import signal
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import msgspec

from dartd.config import NatsConfig
from dartd.outlets.nats.connection import connected
from dartd.outlets.nats.orders import ask_board
from dartd.store.projections.matches import was_begun
from schemas.match import MatchPlayer
from schemas.match_commands import CreateMatch, EnteredSide
from schemas.venue import VenueCommand
from tests.support.cutter import cutter_before
from tests.support.daemon import RunningDaemon, free_port
from tests.support.hall import HallBoard, Json, hall_config
from tests.support.nats_server import NatsServer
from tests.support.station import TOKEN, Station, running_station
from tests.support.tournaments import AT
from tests.support.waiting import Waiting

_ANOTHER = "a-token-of-another-venue"
_GUESTS = [{"name": name} for name in ("Ada", "Bob", "Cleo", "Dan")]


async def _station(stack: AsyncExitStack, folder: Path, url: str, board_id: str, **given: Any) -> Station:
    where = folder / board_id
    where.mkdir(exist_ok=True)
    return await stack.enter_async_context(running_station(where, config=hall_config(url, board_id, **given)))


async def _status(board: HallBoard, match_id: str) -> Any:
    return (await board.get(f"matches/{match_id}")).get("status")


async def test_called_fixtures_go_to_free_boards_by_themselves(tmp_path: Path, waiting: Waiting) -> None:
    """Players are known at the board, the result fills the next round, and what is corrected, given up or decided there or here follows."""
    with NatsServer(tmp_path / "nats") as server:
        async with AsyncExitStack() as stack:
            stations = [await _station(stack, tmp_path, server.url, board_id) for board_id in ("a", "b", "c")]
            host, b, c = (HallBoard(each.http, waiting) for each in stations)
            boards = {"b": b, "c": c}
            ada = await host.send("POST", "players", {"name": "Ada", "group": "Club"})
            fixtures = await host.tournament([{"player_id": ada["player_id"]}, *_GUESTS[1:]], boards=("b", "c"))
            first, second, final = (each["fixture_id"] for each in fixtures)
            begun = [await host.fixture(each, "playing") for each in (first, second)]
            shown = (await host.get("boards"))["boards"]
            there = [await boards[each["board_id"]].get(f"matches/{each['match_id']}") for each in begun]
            known = await boards[begun[0]["board_id"]].get(f"players/{ada['player_id']}")
            at = boards[begun[0]["board_id"]]
            await at.win(begun[0]["match_id"])
            won = await host.fixture(first, "finished")
            seated = await host.get(f"fixtures/{final}")
            await at.send("POST", f"matches/{begun[0]['match_id']}/undo")
            reopened = await host.fixture(first, "playing")
            await at.send("POST", f"matches/{begun[0]['match_id']}/redo")
            await host.fixture(first, "finished")
            other = boards[begun[1]["board_id"]]
            await other.send("PUT", f"matches/{begun[1]['match_id']}/stop")
            repeated = await host.until(
                f"fixtures/{second}", lambda found: found["status"] == "playing" and found["match_id"] != begun[1]["match_id"]
            )
            await host.step(second, "finished", winner=1)
            last = boards[repeated["board_id"]]
            await last.until(f"matches/{repeated['match_id']}", lambda found: found["status"] == "stopped")
            await host.step(final, "called")
            played = await host.fixture(final, "playing")
            await boards[played["board_id"]].win(played["match_id"], side=1)
            champion = await host.until("tournaments/t1", lambda found: found["status"] == "finished")

    assert {each["board_id"] for each in begun} == {"b", "c"}
    assert [(each["board_id"], each["own"], each["fixture_id"]) for each in shown] == [
        ("a", True, None),
        *sorted((each["board_id"], False, each["fixture_id"]) for each in begun),
    ]
    assert [(each["status"], each["board_id"]) for each in there] == [("running", each["board_id"]) for each in begun]
    assert (known["name"], known["group"], known["created_at"]) == ("Ada", "Club", ada["created_at"])
    assert (won["result"]["winner"], won["result"]["legs"], seated["sides"][0]["entrant"]) == (0, [1, 0], 0)
    assert (reopened["match_id"], reopened["result"]) == (begun[0]["match_id"], None)
    assert champion["summary"]["places"][0]["name"] == "Cleo"


async def test_an_order_begins_one_match(tmp_path: Path, waiting: Waiting) -> None:
    """An order that comes again does nothing more; a board that is busy refuses, as it does without a token or with fixtures of its own."""
    sides = tuple(EnteredSide(players=(MatchPlayer(name=name),)) for name in ("Ada", "Bob"))
    match = CreateMatch(match_id="m1", rules={"game": "x01"}, format={}, sides=sides, fixture_id="f1", host_id="a", at=AT)
    unknown = msgspec.structs.replace(match, match_id="m3", sides=(EnteredSide(players=(MatchPlayer(player_id="p9"),)), sides[1]))
    with NatsServer(tmp_path / "nats") as server:
        async with AsyncExitStack() as stack:
            b = await _station(stack, tmp_path, server.url, "b")
            board, link = HallBoard(b.http, waiting), await stack.enter_async_context(connected(NatsConfig(url=server.url), "test"))
            await waiting.soon(lambda: b.services.outlets.figures()[0].connected)

            async def ask(asked: CreateMatch | None, token: str | None = TOKEN, **more: Any) -> Any:
                command = VenueCommand(action=more.pop("action", "begin_match"), token=token, match=asked, **more)
                reply = await ask_board(link, "main", "b", command)
                assert reply is not None
                return reply.status

            own, second = msgspec.structs.replace(match, host_id="b"), msgspec.structs.replace(match, match_id="m2")
            refused = [await ask(match, token=_ANOTHER), *[await ask(each) for each in (None, own, unknown)]]
            statuses = [await ask(each) for each in (match, match, second)]
            journal = [msgspec.json.decode(wire) for _, _, wire in await b.journal.read(0)]
            begun = [each for each in journal if each["event_type"] == "match_command"]
            statuses += [await ask(None, action="stop_match", match_id="m1") for _ in range(2)]
            statuses.append(await ask(match))
            after = await _status(board, "m1")
            was_there = await b.journal.database.read(lambda connection: [was_begun(connection, each) for each in ("m1", "m2")])

    assert refused == [401, 422, 422, 422]
    assert (statuses, len(begun), after, was_there) == ([200, 200, 409, 200, 200, 200], 1, "stopped", [True, False])


async def test_a_board_that_refuses_loses_the_fixture_to_another(tmp_path: Path, waiting: Waiting) -> None:
    """The fixture stays called and goes on; the refusal is shown with its reason."""
    with NatsServer(tmp_path / "nats") as server:
        async with AsyncExitStack() as stack:
            a = await _station(stack, tmp_path, server.url, "a")
            host = HallBoard(a.http, waiting)
            await _station(stack, tmp_path, server.url, "b", token=_ANOTHER)
            c = HallBoard((await _station(stack, tmp_path, server.url, "c")).http, waiting)
            (fixture,) = await host.tournament(_GUESTS[:2])
            await host.until_free("b", "c")
            await host.assign(fixture["fixture_id"], "b")
            await host.step(fixture["fixture_id"], "playing")
            back = await host.until(f"fixtures/{fixture['fixture_id']}", lambda found: found["match_id"] is None)
            refusing = next(each for each in (await host.get("boards"))["boards"] if each["board_id"] == "b")
            await host.assign(fixture["fixture_id"], "b")
            again = await host.step(fixture["fixture_id"], "playing", 409)
            await host.send("POST", "lists", {"name": "c", "type": "board_queue", "tournament_id": "t1"})
            await host.assign(fixture["fixture_id"], None)
            begun = await host.fixture(fixture["fixture_id"], "playing", "c")
            status = await _status(c, begun["match_id"])

    assert (back["status"], back["board_id"], refusing["state"]) == ("called", None, "refused")
    assert "token" in refusing["reason"]
    assert again["error"]["code"] == "STATE_CONFLICT"
    assert status == "running"


async def test_a_result_waits_for_the_link_and_counts_once(tmp_path: Path, waiting: Waiting) -> None:
    """What was played while the link was cut arrives; for a fixture that was taken back it is shown on it, and not counted."""
    with NatsServer(tmp_path / "nats") as server:
        async with AsyncExitStack() as stack, cutter_before(server.port) as cutter:
            a = await _station(stack, tmp_path, server.url, "a")
            b = await _station(stack, tmp_path, f"nats://127.0.0.1:{cutter.port}", "b")
            host, board = HallBoard(a.http, waiting), HallBoard(b.http, waiting)
            first, second, _ = (each["fixture_id"] for each in await host.tournament(_GUESTS))
            results: list[Json] = []
            for fixture_id, is_taken_back in ((first, False), (second, True)):
                await host.until_free("b")
                await host.assign(fixture_id, "b")
                await host.step(fixture_id, "playing")
                begun = await host.fixture(fixture_id, "playing")
                cutter.silence()
                cutter.cut()
                await board.win(begun["match_id"])
                if is_taken_back:
                    await host.step(fixture_id, "called")
                    await host.step(fixture_id, "finished", winner=1)
                cutter.restore()
                results.append(await host.fixture(fixture_id, "finished"))
            comments = await host.until(f"comments?parent_type=fixture&parent_id={second}", lambda found: found["data"])
            after = await host.get(f"fixtures/{second}")

    assert [(each["walkover"], each["result"]["winner"]) for each in results] == [(False, 0), (True, 1)]
    assert (after["walkover"], after["result"]["winner"]) == (True, 1)
    assert [(each["author"], "1 : 0" in each["text"]) for each in comments["data"]] == [("board:b", True)]


async def test_a_board_that_vanishes_is_found_out(tmp_path: Path, waiting: Waiting) -> None:
    """Its last report is fresh, but nothing takes the order: the fixture is called again at once, and goes to another board."""
    with NatsServer(tmp_path / "nats") as server:
        async with AsyncExitStack() as stack:
            a = await _station(stack, tmp_path, server.url, "a")
            host = HallBoard(a.http, waiting)
            async with AsyncExitStack() as leaving:
                await _station(leaving, tmp_path, server.url, "b")
                (fixture,) = await host.tournament(_GUESTS[:2])
                await host.until_free("b")
            await host.send("POST", "lists", {"name": "b", "type": "board_queue", "tournament_id": "t1"})
            gone = await host.until("boards", lambda found: found["boards"][1]["state"] == "refused")
            c = HallBoard((await _station(stack, tmp_path, server.url, "c")).http, waiting)
            await host.send("POST", "lists", {"name": "c", "type": "board_queue", "tournament_id": "t1"})
            begun = await host.fixture(fixture["fixture_id"], "playing", "c")
            status = await _status(c, begun["match_id"])

    assert gone["boards"][1]["reason"] == "board b is not connected"
    assert status == "running"


def _real_board(stack: ExitStack, folder: Path, url: str, board_id: str, port: int) -> RunningDaemon:
    """Start a daemon without cameras, again on the same store if there is one."""
    (folder / board_id).mkdir(exist_ok=True)
    config = folder / board_id / "dartd.toml"
    lines = [f'state_dir = "{folder / board_id / "state"}"', "[server]", 'host = "127.0.0.1"', f"port = {port}"]
    config.write_text("\n".join([*lines, "[board]", f'id = "{board_id}"', "[limits]", "default = 100000", ""]))
    return stack.enter_context(RunningDaemon(config, port, environ={"DARTD_NATS_URL": url, "DARTD_AUTH_TOKEN": TOKEN}))


async def test_boards_that_are_killed_go_on(tmp_path: Path, waiting: Waiting) -> None:
    """The board while the fixture is played there, its host while it is decided there and while the board is asked: it counts once."""
    ports = {board_id: free_port() for board_id in ("a", "b")}
    host, board = (HallBoard(f"http://127.0.0.1:{port}", waiting) for port in ports.values())
    with NatsServer(tmp_path / "nats") as server, ExitStack() as stack:

        async def start(board_id: str) -> RunningDaemon:
            daemon = _real_board(stack, tmp_path, server.url, board_id, ports[board_id])
            await asyncio.to_thread(daemon.until_ready)
            return daemon

        async def kill(daemon: RunningDaemon) -> None:
            await asyncio.to_thread(daemon.end, signal.SIGKILL)

        daemons = {board_id: await start(board_id) for board_id in ports}
        first, second, _ = (each["fixture_id"] for each in await host.tournament(_GUESTS))
        await host.until_free("b")
        await host.assign(first, "b")
        await host.step(first, "playing")
        begun = await host.fixture(first, "playing")
        await board.send("POST", f"matches/{begun['match_id']}/throws", {"darts": ["T20"]})
        await kill(daemons["b"])
        daemons["b"] = await start("b")
        await kill(daemons["a"])
        await board.send("POST", f"matches/{begun['match_id']}/throws", {"darts": ["S1", "D20"]})
        await board.until(f"matches/{begun['match_id']}", lambda found: found["status"] == "finished")
        daemons["a"] = await start("a")
        finished = await host.fixture(first, "finished")
        await host.until_free("b")
        daemons["b"].process.send_signal(signal.SIGSTOP)  # the order waits in its socket, and gets no answer
        await host.assign(second, "b")
        asked = await host.step(second, "playing")
        await kill(daemons["a"])
        daemons["a"] = await start("a")  # it asks again
        daemons["b"].process.send_signal(signal.SIGCONT)
        played = await host.fixture(second, "playing")
        matches = (await board.get("matches"))["data"]

    assert (finished["match_id"], finished["result"]["winner"], finished["result"]["legs"]) == (begun["match_id"], 0, [1, 0])
    assert (asked["status"], played["match_id"], played["board_id"]) == ("called", asked["match_id"], "b")
    assert {each["match_id"]: each["status"] for each in matches} == {begun["match_id"]: "finished", played["match_id"]: "running"}
