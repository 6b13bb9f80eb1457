"""All that the users of a board do at once: clients that stay, come and go, webhooks, matches, corrections and requests."""

import asyncio
import contextlib
import itertools
import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx2
import websockets

from tests.support.http_client import http_client
from tests.support.receiver import Receiver, ok, running_receiver
from tests.support.waiting import Waiting

STAY, ROAM = 16, 4  # clients of each kind
REQUESTS_PER_S: Final = 10.0
CORRECT_EVERY: Final = 10  # visits
SOON_S: Final = 30.0  # a delivery that was refused is tried again after a second, then two, then four
PLAYERS: Final = ("ann", "bob")
PATHS: Final = (
    "/health", "/api/v1/board", "/api/v1/throws?limit=20", "/api/v1/visits?limit=20", "/api/v1/events?limit=50", "/api/v1/matches?limit=5",
    "/api/v1/players/ann/statistics", "/api/v1/players/bob/history?limit=20", "/api/v1/sessions", "/api/v1/performance?player_id=ann",
    "/api/v1/accuracy", "/api/v1/cache/stats", "/api/v1/clients", "/api/v1/webhooks", "/metrics", "/", "/docs", "/openapi.json",
)  # fmt: skip
DELIVERED: Final = ("dart_hit", "visit_completed")  # by a webhook, which gets a thousand events an hour at most
_SEQ = re.compile(rb'"seq":\s*(\d+)')

Watch = Callable[[dict[str, Any], float], None]


class Traffic:
    """The users of one board; `watch` is called with each event that the first client receives, and when (monotonic seconds)."""

    def __init__(self, port: int, token: str, watch: Watch, receiver: Receiver, *, seed: int = 1) -> None:
        self._port = port
        self._token = token
        self._watch = watch
        self._receiver = receiver
        self._chance = random.Random(seed)
        self._http = http_client(f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        self._background: set[asyncio.Task[None]] = set()
        self._positions: list[int] = []
        self._published: set[str] = set()
        self._visits = 0
        self.answers: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.jumps: list[str] = []
        self.connections = 0

    async def prepare(self) -> None:
        """Make the players, the webhooks and the first match."""
        for name in PLAYERS:
            await self._ask("POST", "/api/v1/players", {"player_id": name, "name": name.title()})
        for k, wanted in enumerate((DELIVERED, ["match_finished", "leg_finished"])):
            url = f"http://127.0.0.1:{self._receiver.port}/{k}"
            await self._ask("POST", "/api/v1/webhooks", {"name": f"hook {k}", "url": url, "events": wanted})
        await self._begin_match()

    async def run(self) -> None:
        """Let all of them do what they do, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._positions = [0] * (STAY + ROAM)
            for number in range(STAY + ROAM):
                tasks.create_task(self._listen(number))
            tasks.create_task(self._request())

    async def close(self) -> None:
        """End what was begun in the background."""
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._http.aclose()

    @property
    def refused(self) -> dict[str, int]:
        """Return the requests that were not answered as they should be, and how often."""
        return {what: count for what, count in self.answers.items() if not what.isdigit()}

    def undelivered(self) -> set[str]:
        """Return the ids of the events that the webhooks were to receive and have not."""
        received = {message.headers["webhook-id"].partition(".")[2] for message in self._receiver.received if message.path == "/0"}
        return self._published - received

    async def _listen(self, number: int) -> None:
        """Connect, for good or for a moment, and go on behind the last event that was received."""
        query = "topics=*" if number else "topics=*,players:*"
        while True:
            since = f"&since={self._positions[number]}" if self._positions[number] else ""
            url = f"ws://127.0.0.1:{self._port}/ws?{query}&token={self._token}{since}"
            stays_s = None if number < STAY else self._chance.uniform(0.5, 3.0)
            with contextlib.suppress(TimeoutError, OSError, websockets.WebSocketException):
                async with asyncio.timeout(stays_s), websockets.connect(url, proxy=None, close_timeout=0.2, compression=None) as socket:
                    self.connections += 1
                    async for payload in socket:
                        self._receive(number, payload if isinstance(payload, bytes) else payload.encode())
            await asyncio.sleep(0.05)

    def _receive(self, number: int, payload: bytes) -> None:
        found = _SEQ.search(payload)
        if found is None:
            return
        seq, last = int(found[1]), self._positions[number]
        if last and seq != last + 1:
            self.jumps.append(f"client {number}: {last} -> {seq}")
        self._positions[number] = seq
        if number == 0:
            received_s = time.monotonic()
            self._handle(json.loads(payload), received_s)

    def _handle(self, event: dict[str, Any], received_s: float) -> None:
        self.events[event["event_type"]] += 1
        if event["event_type"] in DELIVERED:
            self._published.add(event["event_id"])
        self._watch(event, received_s)
        match event["event_type"]:
            case "match_finished":
                self._soon(self._begin_match())
            case "visit_completed" if not event["revised"]:
                self._visits += 1
                if self._visits % CORRECT_EVERY == 0:
                    body = {"type": "change", "dart_id": event["throws"][0]["dart_id"], "label": "S1"}
                    self._soon(self._ask("POST", "/api/v1/corrections", body))

    def _soon(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _begin_match(self) -> None:
        sides = [{"players": [name]} for name in PLAYERS]
        body = {"rules": {"game": "x01", "start": 501, "out": "straight"}, "sides": sides, "board_id": "main"}
        await self._ask("POST", "/api/v1/matches", body, fine=(409,))  # a correction ends a match once more

    async def _request(self) -> None:
        for path in itertools.cycle(PATHS):
            await self._ask("GET", path)
            await asyncio.sleep(1 / REQUESTS_PER_S)

    async def _ask(self, method: str, path: str, body: Any = None, *, fine: Sequence[int] = ()) -> None:
        try:
            answer = await self._http.request(method, path, json=body)
            status = str(answer.status_code)
            what = status if answer.is_success or answer.status_code in fine else f"{method} {path}: {status} {answer.text[:200]}"
        except httpx2.HTTPError as error:
            what = f"{method} {path}: {type(error).__name__}"
        self.answers[what] += 1


async def delivered(traffic: Traffic) -> set[str]:
    """Wait until the webhooks have delivered everything; return what they have not after a while."""
    with contextlib.suppress(AssertionError):
        await Waiting().soon(lambda: not traffic.undelivered(), timeout_s=SOON_S)
    return traffic.undelivered()


@asynccontextmanager
async def running_traffic(port: int, token: str, watch: Watch) -> AsyncIterator[Traffic]:
    """Run the users of a board; every twentieth delivery of a webhook is refused once."""
    async with running_receiver() as receiver:
        receiver.answers.extend(ok("503 Service Unavailable") if k % 20 == 19 else ok() for k in range(100_000))
        traffic = Traffic(port, token, watch, receiver)
        await traffic.prepare()
        running = asyncio.create_task(traffic.run())
        try:
            yield traffic
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError, ExceptionGroup):
                await running
            await traffic.close()
