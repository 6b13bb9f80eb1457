"""Clients of other boards' interfaces as people run them: they connect, read, poll and count, and check each row of the sheet."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import httpx2
import websockets

from tests.support.http_client import http_client
from tests.support.neighbour_sheet import (
    CALLER_GAME,
    MOTION,
    NAMES,
    VERSION,
    Sheet,
    check_caller,
    check_live,
    check_order,
    check_recent,
    check_sse,
    check_state,
    has_run,
    names_of,
)

AGAIN_S: Final = 0.3
IDLE_S: Final = 30.0  # autodarts-board connects again
ASKS_S: Final = 0.3  # autodarts-mqtt: from a motion_state to its question
SLOW_S: Final = 1.5  # iobroker gives up
STUCK_S: Final = 10.0  # Home Assistant resets the board
EDGE_S: Final = 2.0  # about a connection's beginning and end nothing is counted
ELSEWHERE: Final = "https://games.example"

Message = dict[str, Any]


class Counted:
    """The throws that a client has counted, with their times, over the connections that it had."""

    def __init__(self, interface: str) -> None:
        self.interface = interface
        self.throws: list[tuple[float, str]] = []
        self.connected: list[tuple[float, float]] = []
        self._opened_s: float | None = None

    async def stay(self, connect: Callable[[], Awaitable[None]]) -> None:
        """Connect again and again until cancelled."""
        while True:
            try:
                with contextlib.suppress(OSError, TimeoutError, websockets.WebSocketException, httpx2.HTTPError):
                    await connect()
            finally:
                opened_s, self._opened_s, ended_s = self._opened_s, None, time.monotonic()
                if opened_s is not None and ended_s - opened_s > 2 * EDGE_S:
                    self.connected.append((opened_s, ended_s))
            await asyncio.sleep(AGAIN_S)

    def opened(self) -> None:
        """Note that the server has answered: what is thrown from now on must come.

        A daemon that starts may let a client wait for seconds before, and what is thrown in them is no message but the state of the board.
        """
        self._opened_s = time.monotonic()

    def add(self, label: str) -> None:
        """Count a throw."""
        self.throws.append((time.monotonic(), label))

    def compare(self, sheet: Sheet, row: str, thrown: Sequence[tuple[float, str]]) -> None:
        """Check that all throws of the journal came, each once, while the client was connected."""
        name = NAMES[self.interface]
        for began_s, ended_s in self.connected:
            wide = [label for at_s, label in self.throws if began_s - 1 <= at_s <= ended_s + 1]
            core = [name(label) for at_s, label in thrown if began_s + EDGE_S <= at_s <= ended_s - EDGE_S]
            all_of_it = [name(label) for at_s, label in thrown if began_s - EDGE_S <= at_s <= ended_s + EDGE_S]
            sheet.check(
                row, f"every throw of the journal ({len(core)}) came once, in order", holds=has_run(wide, core), shown=f"{wide} {core}"
            )
            sheet.check(row, "no throw came that is not in the journal", holds=has_run(all_of_it, wide), shown=f"{wide} {all_of_it}")


class ManagerClient(Counted):
    """A client of the board manager's WebSocket, as ha-autodarts, autodarts-mqtt, autodarts-board and games are."""

    def __init__(self, sheet: Sheet, root: str, *, only_states: bool = False) -> None:
        super().__init__("autodarts")
        self._sheet = sheet
        self._root = root
        self._only_states = only_states
        self._asking: set[asyncio.Task[None]] = set()
        self._http = http_client(f"http://{root}", timeout=10)
        self.state: Message | None = None
        self.states: list[Message] = []
        self.events: list[str] = []
        self.kinds: set[str] = set()
        self.longest_s = 0.0
        self.is_connected = False

    async def run(self) -> None:
        """Stay connected until cancelled."""
        await self.stay(self._connect)

    async def _connect(self) -> None:
        row = "1 WS /api/events?type=state" if self._only_states else "1 WS /api/events"
        url = f"ws://{self._root}/api/events{'?type=state' if self._only_states else ''}"
        self.state = None
        async with websockets.connect(url, origin=websockets.Origin(ELSEWHERE), proxy=None, ping_interval=30, open_timeout=5) as socket:
            self.opened()
            self.is_connected, last_s, greeted = True, time.monotonic(), False
            try:
                async for payload in socket:
                    now_s = time.monotonic()
                    self.longest_s, last_s = max(self.longest_s, now_s - last_s), now_s
                    frame = json.loads(payload) if isinstance(payload, str) else {}
                    self._sheet.check(row, "text frames of type and data", holds=frame.keys() == {"type", "data"}, shown=payload)
                    self._sheet.check(
                        row, "only states were asked for", holds=not self._only_states or frame["type"] == "state", shown=frame
                    )
                    if not greeted:
                        self._sheet.check("1 on connect", "a state comes first", holds=frame["type"] == "state", shown=frame)
                        greeted = True
                        await socket.send("anything")  # messages of clients are ignored
                    self._receive(frame)
            finally:
                self.is_connected = False

    def _receive(self, frame: Message) -> None:
        data = frame["data"]
        self.kinds.add(frame["type"])
        match frame["type"]:
            case "state":
                check_state(self._sheet, data)
                before, self.state = self.state, data
                self.states.append(data)
                self.events.append(data["event"])
                if before is not None and check_order(self._sheet, before, data):
                    self.add(names_of(data)[-1])
            case "motion_state":
                holds = data.keys() == MOTION and all(isinstance(each, bool) for each in data.values())
                self._sheet.check("1 motion_state", "has six bools", holds=holds, shown=data)
                task = asyncio.ensure_future(self._ask(len(self.states)))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
            case "cam_state":
                self._sheet.check("1 cam_state stats cam_stats", "cam_state", holds=data.keys() == {"isOpened", "isRunning"}, shown=data)
            case "stats" | "cam_stats":
                holds = isinstance(data["fps"], int) and data["resolution"].keys() == {"width", "height"}
                holds = holds and (frame["type"] == "stats" or isinstance(data["id"], int))
                self._sheet.check("1 cam_state stats cam_stats", frame["type"], holds=holds, shown=data)
            case other:
                self._sheet.check("1 WS /api/events", "a known type", holds=False, shown=other)

    async def _ask(self, known: int) -> None:
        """Read the state a moment after a motion_state: the change must be in it."""
        await asyncio.sleep(ASKS_S)
        with contextlib.suppress(httpx2.HTTPError):
            answer = (await self._http.get("/api/state")).json()
            await asyncio.sleep(ASKS_S)  # a state that came meanwhile
            holds = answer in self.states[max(0, known - 1) :]
            if self.is_connected:
                self._sheet.check("1 motion_state", "not before the change is in /api/state", holds=holds, shown=answer)

    async def close(self) -> None:
        """End what was begun."""
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self._http.aclose()


class Poller:
    """A client that asks for the state each second, as iobroker does, and notices a stuck takeout as Home Assistant does."""

    def __init__(self, sheet: Sheet, root: str, *, is_down: Callable[[], bool]) -> None:
        self._sheet = sheet
        self._http = http_client(f"http://{root}", timeout=10)
        self._is_down = is_down
        self.slowest_s = 0.0

    async def run(self) -> None:
        """Ask until cancelled."""
        stuck_s: float | None = None
        async with self._http:
            while True:
                began_s, was_down = time.monotonic(), self._is_down()
                with contextlib.suppress(httpx2.HTTPError):
                    answer = await self._http.get("/api/state")
                    took_s = time.monotonic() - began_s
                    if not (was_down or self._is_down()):
                        self.slowest_s = max(self.slowest_s, took_s)
                        self._sheet.check("1 GET /api/state", f"within {SLOW_S} s", holds=took_s < SLOW_S, shown=f"{took_s:.1f} s")
                    kind = answer.headers["content-type"]
                    self._sheet.check("1 GET /api/state", "200, JSON", holds=answer.status_code == 200 and "json" in kind, shown=kind)
                    state = answer.json()
                    check_state(self._sheet, state)
                    is_stuck = state["status"] == "Takeout in progress" and not state.get("throws")
                    stuck_s = (stuck_s or began_s) if is_stuck else None
                    held_s = 0.0 if stuck_s is None else began_s - stuck_s
                    self._sheet.check("1 GET /api/state", "no takeout is stuck", holds=held_s < STUCK_S, shown=f"{held_s:.1f} s")
                await asyncio.sleep(1.0)


class CallerClient(Counted):
    """A client of darts-caller's feed: Engine.IO 4 over a WebSocket at once, `wss` first."""

    def __init__(self, sheet: Sheet, root: str, total: Callable[[], int]) -> None:
        super().__init__("caller")
        self._total = total
        self._sheet = sheet
        self._root = root
        self.messages: list[Message] = []
        self._socket: Any = None

    async def run(self) -> None:
        """Stay connected until cancelled."""
        await self.stay(self._connect)

    async def send(self, text: str) -> None:
        """Send a message."""
        await self._socket.send(f"42{json.dumps(['message', text])}")

    @property
    def is_connected(self) -> bool:
        """Return whether messages can be sent."""
        return self._socket is not None

    async def _connect(self) -> None:
        path, row = "/socket.io/?EIO=4&transport=websocket", "2 Socket.IO"
        with contextlib.suppress(Exception):
            async with websockets.connect(f"wss://{self._root}{path}", proxy=None, open_timeout=5):
                self._sheet.check(row, "wss is refused", holds=False)
        async with websockets.connect(f"ws://{self._root}{path}", proxy=None, ping_interval=None, open_timeout=5) as socket:
            self._sheet.check(row, "opens with its session", holds=str(await socket.recv()).startswith("0{"))
            await socket.send("40")
            self._sheet.check(row, "connects the default namespace", holds=str(await socket.recv()).startswith("40{"))
            self.opened()
            self._socket = socket
            try:
                await self.send("hello")
                async for payload in socket:
                    text = str(payload)
                    if text == "2":
                        await socket.send("3")
                        continue
                    name, message = json.loads(text.removeprefix("42"))
                    self._sheet.check(
                        row, "event message with an object", holds=name == "message" and isinstance(message, dict), shown=text
                    )
                    self._receive(message)
            finally:
                self._socket = None

    def _receive(self, message: Message) -> None:
        check_caller(self._sheet, message)
        before = self.messages[-1] if self.messages else {}
        self.messages.append(message)
        event = message["event"]
        if event.startswith("dart") and event.endswith("-thrown") and event != "darts-thrown":
            self.add(message["game"]["fieldName"])
        if event == "darts-thrown":
            thrown = [each for each in self.messages[-4:-1] if each["event"].startswith("dart")]
            totals = {sum(int(each["game"]["dartValue"]) for each in thrown[-3:]), self._total()}  # they differ after a correction
            holds = before.get("event") == "dart3-thrown" and (len(thrown) < 3 or int(message["game"]["dartValue"]) in totals)
            self._sheet.check("2 darts-thrown", "comes after the third dart, with the sum", holds=holds, shown=f"{thrown} {message}")
        if event == "darts-pulled":
            statuses = [each["data"]["status"] for each in self.messages[-8:] if each["event"] == "Board Status"]
            self._sheet.check(
                "2 darts-pulled", "comes after the takeout", holds=statuses[-1:] == ["Takeout Finished"], shown=self.messages[-8:]
            )
        if event == "Board Status" and message["data"]["status"] == "Takeout Finished":
            statuses = [each["data"]["status"] for each in self.messages if each["event"] == "Board Status"]
            takeouts = [each for each in statuses if each.startswith(("Takeout", "Manual"))][-2:]
            self._sheet.check(
                "2 Board Status", "a takeout starts before it ends", holds=takeouts[0] == "Takeout Started", shown=statuses[-4:]
            )

    @property
    def kinds(self) -> set[str]:
        """Return the events that came."""
        return {each["event"] for each in self.messages} & {*CALLER_GAME, "Board Status"}


class StreamClient(Counted):
    """A client of arudart's server-sent events."""

    def __init__(self, sheet: Sheet, root: str) -> None:
        super().__init__("arudart")
        self._sheet = sheet
        self._root = root
        self.events: list[tuple[str, Message]] = []
        self.longest_s = 0.0

    async def run(self) -> None:
        """Stay connected until cancelled."""
        await self.stay(self._connect)

    async def _connect(self) -> None:
        check = self._sheet.check
        async with http_client(timeout=60) as http, http.stream("GET", f"http://{self._root}/api/events") as stream:
            kind = stream.headers["content-type"]
            check(
                "3 GET /api/events",
                "is an event stream",
                holds=stream.status_code == 200 and kind.startswith("text/event-stream"),
                shown=kind,
            )
            last_s, name, count = time.monotonic(), "", 0
            async for text in stream.aiter_lines():
                if self._opened_s is None:
                    self.opened()
                self.longest_s, last_s = max(self.longest_s, time.monotonic() - last_s), time.monotonic()
                if text.startswith("event: "):
                    name = text[7:]
                elif text.startswith("data: "):
                    count += 1
                    self._receive(name, json.loads(text[6:]), is_first=count == 1)
                else:
                    check("3 GET /api/events", "no id", holds=not text or text.startswith(":"), shown=text)

    def _receive(self, name: str, data: Message, *, is_first: bool) -> None:
        check_sse(self._sheet, name, data)
        before = ("", {}) if is_first or not self.events else self.events[-1]
        self.events.append((name, data))
        shown = [each for each, _ in self.events[-5:]]
        if name == "dart_scored":
            self.add(data["label"])
        if name == "round_complete":
            self._sheet.check("3 round_complete", "comes just after a dart", holds=before[0] in {"", "dart_scored"}, shown=shown)
        if name == "darts_removed":
            self._sheet.check("3 darts_removed", "comes once a visit", holds=before[0] != "darts_removed", shown=shown)


class LiveClient(Counted):
    """A client of opendarts' live API."""

    def __init__(self, sheet: Sheet, root: str) -> None:
        super().__init__("opendarts")
        self._sheet = sheet
        self._root = root
        self._http = http_client(f"http://{root}", timeout=10)
        self.state: Message = {}
        self.events: list[str] = []

    async def run(self) -> None:
        """Stay connected until cancelled."""
        try:
            await self.stay(self._connect)
        finally:
            await self._http.aclose()

    async def _connect(self) -> None:
        url = f"ws://{self._root}/api/live"
        async with websockets.connect(url, origin=websockets.Origin(ELSEWHERE), proxy=None, open_timeout=5) as socket:
            hello = json.loads(await socket.recv())
            self.opened()
            self._sheet.check(
                "4 WS /api/live", "begins with hello", holds=(hello["type"], hello["event"]) == ("state", "hello"), shown=hello
            )
            before = self.state = hello
            check_live(self._sheet, {}, hello)
            async for payload in socket:
                message = json.loads(payload)
                check_live(self._sheet, before, message)
                before = message
                if message["type"] == "state":
                    self.state = message
                    self.events.append(message["event"])
                    if message["event"] == "throw_detected":
                        self.add(message["darts"][-1]["label"])
                    if message["event"] == "visit_complete":
                        await self._look()

    async def _look(self) -> None:
        answer = (await self._http.get("/api/live/recent?limit=5")).json()
        check_recent(self._sheet, answer, self.state["visit"])


async def check_rest(sheet: Sheet, root: str, board_id: str, cameras: int) -> None:
    """Check every route of the board manager that is only read."""
    async with http_client(f"http://{root}/api", timeout=30) as http:
        version = await http.get("version")
        sheet.check(
            "1 GET /api/version", "is 1.x", holds=VERSION.fullmatch(version.text) and version.text.startswith("1."), shown=version.text
        )
        config = await http.get("config")
        found = config.json()
        holds = found["auth"]["board_id"] == board_id and "api_key" not in config.text and len(found["cam"]["cams"]) == cameras
        sheet.check("1 GET /api/config", "has identity and cameras, and no key", holds=holds, shown=found)
        flags = ("auto_calibrate_on_start", "auto_calibrate", "auto_distortion")
        holds = all(isinstance(found["cam"][each], bool) for each in flags) and found["motion"]["standby_minutes"] in {5, 10, 15, 30, 60}
        sheet.check("1 GET /api/config", "has switches", holds=holds, shown=found)
        row, fields = (
            "1 GET figures",
            {"state/stats": {"fps"}, "cams/stats": {"fps"}, "cams/state": {"isOpened", "isRunning"}, "state/motion": MOTION},
        )
        for path, keys in fields.items():
            answer = await http.get(path)
            sheet.check(row, path, holds=answer.status_code == 200 and answer.json().keys() >= keys, shown=answer.text)
        host = (await http.get("host")).json()
        keys = {"os", "platform", "platformVersion", "kernelArch", "hostname", "clientVersion", "desktopVersion", "cpu"}
        sheet.check("1 GET /api/host", "has its fields", holds=host.keys() >= keys and host["cpu"].keys() >= {"model", "cores"}, shown=host)
        for number in range(cameras):
            picture = await http.get(f"img/cams/{number}")
            is_picture = picture.status_code == 200 and picture.headers["content-type"].startswith("image/")
            is_none = picture.status_code == 503  # the camera is gone
            sheet.check("1 GET pictures", f"img/cams/{number}", holds=is_picture or is_none, shown=picture.status_code)
        async with http.stream("GET", "streams/cams/0") as stream:
            holds = stream.status_code == 503 or "multipart/x-mixed-replace" in stream.headers["content-type"]
            sheet.check("1 GET pictures", "streams/cams/0", holds=holds, shown=stream.status_code)
        patched = await http.patch("config", json={"cam": {"auto_calibrate": True}})
        sheet.check("1 PATCH /api/config", "is 404", holds=patched.status_code == 404, shown=patched.status_code)
    for path in ("/", "/events"):
        row, began_s = "1 WS / and /events", time.monotonic()
        try:
            async with websockets.connect(f"ws://{root}{path}", proxy=None, open_timeout=10):
                sheet.check(row, "answers", holds=True)
        except (websockets.WebSocketException, OSError) as error:
            sheet.check(
                row, "answers", holds=isinstance(error, websockets.InvalidStatus), shown=f"{error!r} {time.monotonic() - began_s:.0f} s"
            )
