"""The interfaces of other boards, row by row as their clients use them, on a running board whose cameras are scripted."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from dartd.board.throws import ThrowTimes
from dartd.config import CompatConfig
from dartd.decision import WorkerChange
from schemas.base import BoardId, DartId, VisitId
from schemas.commands import CorrectDart
from schemas.events import JournalledEvent, TakeoutFinished, TakeoutStarted
from schemas.geometry import Axis3
from tests.support.daemon import free_port
from tests.support.http_client import http_client
from tests.support.scripted_cameras import ScriptedCameras
from tests.support.station import CONFIG, TOKEN, Station, running_station
from tests.support.throws import hit
from tests.support.waiting import DEADLINE_S, Waiting

T20, S5, BULL, M7 = Axis3(x_mm=0.0, y_mm=103.0), Axis3(x_mm=-40.0, y_mm=125.0), Axis3(x_mm=0.0, y_mm=0.0), Axis3(x_mm=-112.0, y_mm=-154.0)


class _Script(ScriptedCameras):
    """Scripted cameras whose events are published by a station."""

    def __init__(self, station: Station) -> None:
        super().__init__(times=ThrowTimes())
        self._station = station
        self._published = 0

    async def publish(self) -> list[JournalledEvent]:
        """Publish what the board has said since the last call."""
        new = self.events[self._published :]
        self._published = len(self.events)
        await self._station.happen(*new)
        return new

    def fall(self, dart_id: DartId) -> None:
        """Let a dart fall out, and wait until that is certain."""
        self.now += 1.0
        there = {each: 0.0 if each == dart_id else 1.0 for each in self.standing}
        self.moving()
        self.settled(there=there, flight=False)
        self.wait(2.0)

    def false_takeout(self) -> None:
        """Let a hand come and take nothing."""
        self.now += 1.0
        self.moving(hand=True)
        self.settled(there=dict.fromkeys(self.standing, 1.0), empty=False, flight=False)
        self.wait(0.2)


class _Clients:
    """One client of each interface, with all that it has received."""

    def __init__(self) -> None:
        self.autodarts: list[dict[str, Any]] = []
        self.states: list[dict[str, Any]] = []
        self.opendarts: list[dict[str, Any]] = []
        self.caller: list[dict[str, Any]] = []
        self.arudart: list[tuple[str, dict[str, Any]]] = []


async def _read(socket: ClientConnection, into: list[dict[str, Any]]) -> None:
    async for message in socket:
        into.extend([json.loads(message)])


async def _read_socket_io(socket: ClientConnection, into: list[dict[str, Any]]) -> None:
    async for message in socket:
        text = str(message)
        if text == "2":
            await socket.send("3")
        elif text.startswith("42"):
            name, data = json.loads(text[2:])
            assert name == "message"
            into.append(data)


async def _read_events(response: httpx2.Response, into: list[tuple[str, dict[str, Any]]]) -> None:
    name = ""
    async for text in response.aiter_lines():
        if text.startswith("event: "):
            name = text[7:]
        elif text.startswith("data: "):
            into.append((name, json.loads(text[6:])))


@asynccontextmanager
async def _connected(station: Station, port: int, caller: int) -> AsyncIterator[_Clients]:
    """Connect a client of each interface as they do: from other origins, and to Socket.IO by WebSocket at once."""
    found = _Clients()
    root, elsewhere = f"127.0.0.1:{port}", "https://games.example"
    async with (
        websockets.connect(f"ws://{root}/api/events", origin=websockets.Origin(elsewhere), proxy=None) as events,
        websockets.connect(f"ws://{root}/api/events?type=state", origin=websockets.Origin("null"), proxy=None) as states,
        websockets.connect(f"ws://127.0.0.1:{station.port}/api/live", proxy=None) as live,
        websockets.connect(f"ws://127.0.0.1:{caller}/socket.io/?EIO=4&transport=websocket", proxy=None) as feed,
        http_client(timeout=DEADLINE_S) as http,
        http.stream("GET", f"http://{root}/api/events") as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert str(await feed.recv()).startswith("0{")
        await feed.send("40")
        assert str(await feed.recv()).startswith("40{")
        readers = [
            asyncio.ensure_future(each)
            for each in (
                _read(events, found.autodarts),
                _read(states, found.states),
                _read(live, found.opendarts),
                _read_socket_io(feed, found.caller),
                _read_events(stream, found.arudart),
            )
        ]
        await asyncio.sleep(0)
        await feed.send('42["message","hello"]')
        await feed.send('42["message",{"status":"WLED connected"}]')
        try:
            yield found
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)


def _config(port: int, caller: int, **more: Any) -> Any:
    compat = CompatConfig(autodarts=port, arudart=port, opendarts="same_port", caller=caller, **more)
    return msgspec.structs.replace(CONFIG, compat=compat)


def _state(message: dict[str, Any]) -> tuple[str, str, list[str]]:
    data = message["data"]
    return data["event"], data["status"], [each["segment"]["name"] + ("!" if each.get("bouncer") else "") for each in data["throws"]]


async def test_every_interface_publishes_the_same_visits(tmp_path: Path, waiting: Any) -> None:  # noqa: PLR0915 - one board, read in order
    """Three darts, a false takeout, a fourth dart, a takeout; a fall, a correction, an early takeout, a miss, lost cameras, a restart."""
    port, caller = free_port(), free_port()
    config = _config(port, caller)
    async with (
        running_station(tmp_path, config=config) as station,
        _connected(station, port, caller) as clients,
        http_client(f"http://127.0.0.1:{port}") as http,
    ):
        script = _Script(station)
        await script.publish()
        script.throw(T20)
        script.throw(S5)
        script.throw(BULL)
        script.false_takeout()
        script.throw(Axis3(x_mm=60.0, y_mm=60.0))  # a fourth dart
        script.take_all()
        await script.publish()
        script.throw(T20)
        script.fall(script.standing[0])
        script.throw(M7)
        script.take_all()  # early: after two darts
        await script.publish()
        script.throw(T20)
        last = script.standing[0]
        script.step(CorrectDart(operation="change", label="D16", dart_id=last, user_id="u"))
        await script.publish()
        await waiting.soon(lambda: _state(clients.states[-1])[2] == ["D16"], "the corrected dart")
        whole = (await http.get("/api/state")).json()
        script.step(*(WorkerChange(camera_id=each, state="offline", reason="unplugged", at_s=script.now) for each in script.cameras))
        await script.publish()
        reset = await http.post("/api/reset")
        await waiting.soon(lambda: clients.states[-1]["data"]["event"] == "Manual reset", "the reset")
        await waiting.soon(lambda: any(each["type"] == "cam_stats" for each in clients.autodarts), "the figures")
        await waiting.soon(lambda: clients.caller[-1:] == [{"event": "Board Status", "data": {"status": "Manual reset"}}], "the feed")
        await waiting.soon(lambda: clients.opendarts[-1]["event"] == "manual_reset", "the live socket")
        await waiting.soon(lambda: [name for name, _ in clients.arudart].count("darts_removed") == 3, "the stream")

    seen = [_state(each) for each in clients.states]
    three = ["T20", "S5", "Bull"]
    assert seen[1:] == [
        ("Calibration started", "Calibrating", []),
        ("Calibration finished", "Throw", []),
        ("Throw detected", "Throw", ["T20"]),
        ("Throw detected", "Throw", ["T20", "S5"]),
        ("Throw detected", "Takeout", three),
        ("Takeout started", "Takeout in progress", three),
        ("Throw detected", "Throw", three),
        ("Takeout started", "Takeout in progress", three),
        ("Takeout finished", "Throw", []),
        ("Throw detected", "Throw", ["T20"]),
        ("Throw detected", "Throw", ["Miss!"]),
        ("Throw detected", "Throw", ["Miss!", "M7"]),
        ("Takeout started", "Takeout in progress", ["Miss!", "M7"]),
        ("Takeout finished", "Throw", []),
        ("Throw detected", "Throw", ["T20"]),
        ("Throw detected", "Throw", ["D16"]),
        ("Throw detected", "Error", ["D16"]),
        ("Manual reset", "Error", []),
    ]
    assert whole == clients.states[-3]["data"]
    assert whole["throws"][0]["segment"] == {"name": "D16", "number": 16, "bed": "Double", "multiplier": 2}
    assert whole["throws"][0]["coords"] == pytest.approx({"x": 0.0, "y": 103.0 / 170.0}, abs=0.01)
    assert {each["type"] for each in clients.autodarts} == {"state", "motion_state", "stats", "cam_stats"}
    assert [each for each in clients.autodarts if each["type"] == "state"] == clients.states
    for before, now in pairwise(clients.autodarts):
        assert before["type"] != "state" or now["type"] in {"state", "motion_state"}
    assert (reset.status_code, reset.json(), reset.headers["access-control-allow-origin"]) == (
        200,
        {"status": "ok", "message": "System reset"},
        "*",
    )
    assert [name for name, _ in clients.arudart] == [
        *(["dart_scored"] * 3),
        "round_complete",
        "darts_removed",
        *(["dart_scored"] * 2),
        "darts_removed",
        "dart_scored",
        "darts_removed",
    ]
    assert clients.arudart[0][1] == {"dart_number": 1, "label": "T20", "points": 60}
    assert clients.arudart[3][1]["total"] == 115
    assert clients.arudart[6][1]["label"] == "Miss"
    assert [each.get("event") for each in clients.opendarts if each["type"] == "state"][:10] == [
        "hello",
        "connecting",
        "started",
        *(["throw_detected"] * 3),
        "takeout_started",
        "takeout_cancelled",
        "takeout_started",
        "visit_complete",
    ]
    assert clients.opendarts[3]["type"] == "THROW_DETECTED"
    assert [each["data"]["status"] if "data" in each else each["event"] for each in clients.caller] == [
        "Calibration Started",
        "Calibration Finished",
        "dart1-thrown",
        "dart2-thrown",
        "dart3-thrown",
        "darts-thrown",
        "Takeout Started",
        "Takeout Started",
        "Takeout Finished",
        "darts-pulled",
        "dart1-thrown",
        "dart2-thrown",
        "Takeout Started",
        "Takeout Finished",
        "darts-pulled",
        "dart1-thrown",
        "Manual reset",
    ]
    assert clients.caller[5]["game"] == {"mode": "X01", "pointsLeft": "0", "dartNumber": "3", "dartValue": "115"}
    assert clients.caller[3]["game"].items() >= {"dartValue": "5", "fieldName": "S5", "fieldNumber": "5", "fieldMultiplier": "1"}.items()


async def test_rest_of_the_board_manager(tmp_path: Path) -> None:
    """Each route with the status, the type and the fields that clients check; commands without a token, 200 and nothing else."""
    port, caller = free_port(), free_port()
    async with (
        running_station(tmp_path, config=_config(port, caller)) as station,
        http_client(f"http://127.0.0.1:{port}/api") as http,
        http_client(station.http) as main,
    ):
        get = {
            path: await http.get(path)
            for path in ("state", "version", "config", "host", "state/stats", "cams/stats", "cams/state", "state/motion", "img/cams/0")
        }
        commands = {
            path: (await http.request(method, path)).status_code
            for method, path in (
                ("PUT", "stop"),
                ("PUT", "stop"),
                ("PUT", "start"),
                ("PUT", "detection/stop"),
                ("PUT", "detection/start"),
                ("POST", "reset"),
                ("POST", "restart"),
                ("POST", "config/calibration/auto/1?distortion=true"),
                ("POST", "config/calibration/auto"),
                ("POST", "config/calibration/auto/9"),
                ("PATCH", "config"),
                ("GET", "system"),
            )
        }
        preflight = await http.options("start", headers={"Origin": "null", "Access-Control-Request-Method": "PUT"})
        async with http.stream("GET", "streams/cams/0") as stream:
            first = await anext(aiter(stream.aiter_bytes()))
        refused = []
        for path in ("/", "/events"):
            with pytest.raises(websockets.InvalidStatus) as error:
                await websockets.connect(f"ws://127.0.0.1:{port}{path}", proxy=None)
            refused.append(error.value.response.status_code)
        await main.get("/api/live/recent")
        health = (await main.get("/health")).json()
        entries = await station.services.database.query(
            lambda connection: {row[0] for row in connection.exec_driver_sql("SELECT user_id FROM audit")}
        )

    assert {path: answer.status_code for path, answer in get.items()} == dict.fromkeys(get, 200)
    assert all(get[path].headers["content-type"].startswith("application/json") for path in get if path not in {"version", "img/cams/0"})
    assert get["version"].text == "1.0.0"
    assert get["config"].json()["auth"] == {"board_id": BoardId("main")}
    assert "api_key" not in get["config"].text
    assert get["config"].json()["motion"]["standby_minutes"] in {5, 10, 15, 30, 60}
    assert get["cams/stats"].json() == {"fps": [20, 20, 20]}
    assert get["host"].json().keys() >= {
        "os",
        "platform",
        "platformVersion",
        "kernelArch",
        "hostname",
        "clientVersion",
        "desktopVersion",
        "cpu",
    }
    assert get["img/cams/0"].headers["content-type"] == "image/jpeg"
    assert commands == {
        "stop": 200,
        "start": 200,
        "detection/stop": 200,
        "detection/start": 200,
        "reset": 200,
        "restart": 200,
        "config/calibration/auto/1?distortion=true": 200,
        "config/calibration/auto": 409,  # the board of this test cannot do it
        "config/calibration/auto/9": 404,
        "config": 404,
        "system": 404,
    }
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "*")
    assert b"image/jpeg" in first
    assert refused == [403, 403]
    assert health["compat"] == [
        f"autodarts on port {port}",
        f"arudart on port {port}",
        "opendarts on port 8000",
        f"caller on port {caller}",
    ]
    assert entries >= {"compat:autodarts"}


async def test_what_never_ends_has_its_headers_and_its_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HEAD ends at once and takes no place; a client that is one too many gets an answer, also over Socket.IO."""
    port, caller = free_port(), free_port()
    for module in ("feed", "socket_io"):
        monkeypatch.setattr(f"dartd.outlets.compat.{module}.CLIENTS", 1)
    feed = f"ws://127.0.0.1:{caller}/socket.io/?EIO=4&transport=websocket"
    async with (
        running_station(tmp_path, config=_config(port, caller)),
        http_client(f"http://127.0.0.1:{port}/api", timeout=DEADLINE_S) as http,
    ):
        heads = [
            (answer.status_code, answer.headers["content-type"])
            for path in ("events", "streams/cams/0")
            for answer in [await http.head(path)]
        ]
        async with http.stream("GET", "events") as first:
            refused = await http.get("events")
        async with websockets.connect(feed, proxy=None) as one, websockets.connect(feed, proxy=None) as other:
            answers = []
            for socket in (one, other):
                await socket.recv()
                await socket.send("40")
                answers.append(str(await socket.recv())[:3])

    assert heads == [(200, "text/event-stream; charset=utf-8"), (200, "multipart/x-mixed-replace; boundary=picture")]
    assert (first.status_code, refused.status_code, refused.headers["retry-after"]) == (200, 503, "10")
    assert answers == ["40{", "44{"]


async def test_odd_clients_of_socket_io_are_closed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A packet that is none, an old protocol and another path end a connection with a reason, and no traceback is logged."""
    port, caller = free_port(), free_port()
    root = f"ws://127.0.0.1:{caller}"
    refused = []
    async with running_station(tmp_path, config=_config(port, caller)):
        async with websockets.connect(f"{root}/socket.io/?EIO=4&transport=websocket", proxy=None) as socket:
            await socket.recv()
            await socket.send("{")
            with pytest.raises(websockets.ConnectionClosed):
                await socket.recv()
        for path in ("/api/events", "/socket.io/?EIO=3&transport=websocket"):
            with pytest.raises(websockets.InvalidStatus) as error:
                await websockets.connect(f"{root}{path}", proxy=None)
            refused.append(error.value.response.status_code)

    assert (socket.close_code, refused) == (1002, [404, 403])
    assert not [each for each in caplog.records if each.exc_info]


async def test_off_means_off_and_others_are_refused(tmp_path: Path) -> None:
    """Without a switch no path exists; with one only the configured addresses may use it, by whatever header they say who they are."""
    port, caller = free_port(), free_port()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with running_station(tmp_path / "a") as station, http_client(station.http) as http:
        off = [(await http.get("/api/state")).status_code, (await http.post("/api/reset")).status_code]
    config = _config(port, caller, allow=("192.0.2.0/24",))
    async with (
        running_station(tmp_path / "b", config=config),
        http_client(f"http://127.0.0.1:{port}") as http,
    ):
        refused = await http.post("/api/reset", headers={"X-Forwarded-For": "192.0.2.1"})
        with pytest.raises(websockets.InvalidStatus) as socket:
            await websockets.connect(f"ws://127.0.0.1:{port}/api/events", proxy=None)

    assert off == [404, 404]
    assert (refused.status_code, socket.value.response.status_code) == (403, 403)


async def test_a_restart_keeps_the_visit(tmp_path: Path) -> None:
    """A client that comes back reads the darts that stand, with the same coordinates, and counts on."""
    port, caller = free_port(), free_port()
    async with running_station(tmp_path, config=_config(port, caller)) as station:
        script = _Script(station)
        script.throw(T20)
        await script.publish()
    async with (
        running_station(tmp_path, config=_config(port, caller)) as station,
        websockets.connect(f"ws://127.0.0.1:{port}/api/events?type=state", proxy=None) as socket,
    ):
        opening = json.loads(await socket.recv())["data"]

    assert (opening["event"], opening["numThrows"], opening["throws"][0]["segment"]["name"]) == ("Throw detected", 1, "T20")
    assert opening["throws"][0]["coords"] == pytest.approx({"x": 0.0, "y": 103.0 / 170.0}, abs=0.01)


async def test_add_on_clients_follow_a_match(tmp_path: Path, waiting: Waiting) -> None:
    """Who throws, what is left, a bust, and who is next when the darts were pulled."""
    port, caller = free_port(), free_port()
    async with (
        running_station(tmp_path, config=_config(port, caller)) as station,
        _connected(station, port, caller) as clients,
        http_client(station.http, headers={"Authorization": f"Bearer {TOKEN}"}) as http,
    ):
        sides = [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Bob"}]}]
        begun = await http.post("/api/v1/matches", json={"rules": {"game": "x01", "start": 101}, "board_id": "main", "sides": sides})
        await waiting.soon(lambda: len(clients.caller) == 2, "the start of the match")
        for k in (1, 2):
            await station.happen(hit(f"d{k}", k, visit="v"))
        await station.happen(TakeoutStarted(visit_id=VisitId("v"), darts_in_board=2), TakeoutFinished(visit_id=VisitId("v")))
        await waiting.soon(lambda: clients.caller[-1]["event"] == "darts-pulled", "the end of the visit")

    assert begun.status_code == 201
    shown = [(each["event"], each["player"], each["game"].get("pointsLeft")) for each in clients.caller if "game" in each]
    assert shown == [
        ("match-started", "Ada", None),
        ("game-started", "Ada", None),
        ("dart1-thrown", "Ada", "41"),
        ("dart2-thrown", "Ada", "101"),
        ("busted", "Ada", "101"),
        ("darts-pulled", "Bob", "101"),
    ]
    assert clients.caller[0]["game"] == {"mode": "X01", "pointsStart": "101"}
    assert clients.caller[-1]["game"].items() >= {"dartsThrown": "2", "dartsThrownValue": "0", "busted": "True"}.items()
