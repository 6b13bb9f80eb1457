"""What the API costs: CPU compared with a plain route, times of lists on a full store, /health while boards and clients are busy.

python -m tests.bench.api
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import anyio
import msgspec
import sqlalchemy as sa
import uvicorn
import uvloop
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dartd.auth.tokens import hash_of
from dartd.config import LimitsConfig
from dartd.store.database import Database
from dartd.store.keys import Key, insert_key
from dartd.store.listing import PageRequest
from dartd.store.players import PLAYERS as STORED
from dartd.store.projections import ALL
from dartd.store.tables import events, players, projections, throws, visits
from tests.support.daemon import ROOT, RunningDaemon, free_port
from tests.support.station import CONFIG, running_station

KEY = "dk_live_for-the-bench-alone"
PLAYERS, THROWS, EVENTS = 10_000, 100_000, 300_000
CLIENTS, EVENTS_PER_S, HEALTH_S = 50, 20, 20
_MANY = 1_000_000
_KINDS = ("dart_hit", "board_state_changed", "dart_hit", "dart_removed", "dart_hit", "visit_completed")
_LISTS = (
    "/api/v1/players?limit=100",
    "/api/v1/players?limit=100&offset=9000&sort=-created_at",
    "/api/v1/players?search=99&limit=100",
    "/api/v1/throws?limit=100",
    "/api/v1/throws?limit=100&label=T20&sort=-points",
    "/api/v1/throws?limit=100&offset=90000",
    "/api/v1/visits?limit=100&sort=-total",
    "/api/v1/audit?limit=100",
    "/api/v1/users",
    "/api/v1/auth/api-keys",
    "/api/v1/events?limit=100",
    "/api/v1/events?limit=100&event_type=visit_completed",
    "/api/v1/events?limit=100&topic=player:*",
)


def fill(path: Path) -> None:
    """Keep many players, throws, visits and events, and a key that may see them."""
    database = Database.open(path)
    connection = database.backend.writer
    database.backend.begin()
    plain = {"badge_id": None, "group_name": "red", "skill_level": None, "boards": "{}", "active": True, "shared": False, "deleted": False}
    rows: list[dict[str, Any]] = [
        {"player_id": f"p{k}", "name": f"Player {k:05}", "version": 1, "created_at_s": float(k), "updated_at_s": float(k), **plain}
        for k in range(PLAYERS)
    ]
    connection.execute(sa.insert(players), rows)
    scored = {"state": "hit", "ring": "triple", "sector": 20, "x_mm": 0.0, "y_mm": 103.0, "confidence": 0.9, "uncertainty_mm": 0.5}
    thrown: list[dict[str, Any]] = [
        {
            "throw_id": f"d{k}",
            "seq": k,
            "at_s": float(k),
            "visit_id": f"v{k // 3}",
            "dart_number": k % 3 + 1,
            "player_id": f"p{k % PLAYERS}",
            "label": f"T{k % 20 + 1}",
            "points": k % 180,
            "corrected": False,
            **scored,
        }
        for k in range(THROWS)
    ]
    connection.execute(sa.insert(throws), thrown)
    made: list[dict[str, Any]] = [
        {
            "visit_id": f"v{k}",
            "seq": k,
            "at_s": 0.0,
            "player_id": None,
            "total": k % 180,
            "reason": "takeout",
            "revised": False,
            "throws": "[]",
        }
        for k in range(THROWS // 3)
    ]
    connection.execute(sa.insert(visits), made)
    journalled: list[dict[str, Any]] = [
        {
            "seq": k,
            "at_s": float(k),
            "topic": f"player:p{k % PLAYERS}" if k % 50 == 0 else "board:main",
            "event_type": "UPDATED" if k % 50 == 0 else _KINDS[k % len(_KINDS)],
            "wire": b'{"event_type":"takeout_started","seq":%d,"visit_id":"v","darts_in_board":0,"as_long":"%s"}' % (k, b"x" * 500),
        }
        for k in range(1, EVENTS + 1)
    ]
    connection.execute(sa.insert(events), journalled)
    key = Key(
        key_id="bench", key_hash=hash_of(KEY), prefix="", name="bench", user_id=None, role="admin", permissions=None, created_at_s=0.0
    )
    insert_key(connection, key)
    # The tables above are written directly: a rebuild from these events, which are only of the right size, would empty them.
    folded = [{"name": each.name, "version": each.version, "failure": None} for each in ALL]
    connection.execute(sa.insert(projections), folded)
    database.backend.control("COMMIT")
    database.close()


async def serve_real(directory: Path, port: int) -> None:
    """Serve the API as the daemon does, without cameras."""
    limits = LimitsConfig(default=_MANY, query=_MANY, metrics=_MANY, login=_MANY, corrections=_MANY, admin_factor=1)
    async with running_station(directory, config=msgspec.structs.replace(CONFIG, limits=limits), port=port):
        await anyio.sleep_forever()


async def serve_plain(directory: Path, port: int) -> None:
    """Serve one route that runs the same query, and does nothing else."""
    engine = sa.create_engine(f"sqlite:///{directory / 'dartd.db'}")

    def get(request: Request) -> Response:
        with engine.connect() as connection:
            page = STORED.page(connection, PageRequest(limit=int(request.query_params["limit"])))
            return Response(msgspec.json.encode([dict(row._mapping) for row in page.rows]), media_type="application/json")

    app = Starlette(routes=[Route("/api/v1/players", get)])
    config = uvicorn.Config(app, port=port, http="httptools", log_level="warning", access_log=False, lifespan="off")
    await uvicorn.Server(config).serve()


@contextlib.contextmanager
def served(kind: str, directory: Path) -> Iterator[tuple[int, int]]:
    """Run a server in a process of its own; return its port and process id."""
    port = free_port()
    arguments = [sys.executable, "-m", "tests.bench.api", "--serve", kind, "--port", str(port), "--directory", str(directory)]
    process = subprocess.Popen(arguments, cwd=ROOT)
    try:
        deadline_s = time.monotonic() + 20
        while time.monotonic() < deadline_s:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def ask(port: int, path: str, count: int) -> list[float]:
    """Send so many requests on one connection; return the milliseconds of each."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for _ in range(count):
        began_s = time.perf_counter()
        connection.request("GET", path, headers={"X-API-Key": KEY})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        took.append((time.perf_counter() - began_s) * 1000)
    connection.close()
    return took


def cpu_s(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cost_ms(port: int, pid: int, count: int = 1500) -> float:
    """Return the milliseconds of CPU for one page of players."""
    before_s = cpu_s(pid)
    ask(port, "/api/v1/players?limit=50", count)
    return (cpu_s(pid) - before_s) * 1000 / count


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextlib.asynccontextmanager
async def clients_and_events(port: int, token: str) -> AsyncIterator[Callable[[], int]]:
    """Let clients listen while events are published; yield a function that returns how many events they have received in all."""
    received = 0

    async def listen() -> None:
        nonlocal received
        async with websockets.connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as socket:
            async for _ in socket:
                received += 1

    async def happen() -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}/ws?token={token}", proxy=None) as socket:
            while True:
                await socket.send(json.dumps({"action": "reset"}))
                await asyncio.sleep(1 / EVENTS_PER_S)

    tasks = [asyncio.create_task(listen()) for _ in range(CLIENTS)] + [asyncio.create_task(happen())]
    await asyncio.sleep(2)
    try:
        yield lambda: received
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def busy_health(port: int, token: str) -> tuple[list[float], int]:
    """Request /health repeatedly while clients listen and events are published; return the milliseconds, and the number of events."""
    took: list[float] = []
    async with clients_and_events(port, token) as received:
        until_s = time.monotonic() + HEALTH_S
        while time.monotonic() < until_s:
            took += await asyncio.to_thread(ask, port, "/health", 1)
            await asyncio.sleep(0.02)
        return took, received()


def measure_health(directory: Path) -> str:
    """Run the simulated board with its three cameras, and look at /health under load."""
    port = free_port()
    environ = {"DARTD_STATE_DIR": str(directory / "busy"), "DARTD_SERVER_PORT": str(port), "DARTD_SERVER_HOST": "127.0.0.1"}
    with RunningDaemon(ROOT / "config" / "simulator.toml", port, environ=environ) as daemon:
        daemon.waiting.timeout_s = 120
        daemon.until_ready()
        token = (directory / "busy" / "operator-token").read_text().strip()
        took, received = uvloop.run(busy_health(port, token))
    p50, p95, p99 = (percentile(took, share) for share in (0.5, 0.95, 0.99))
    return f"| `/health`, 50 clients, {EVENTS_PER_S} events/s, 3 cameras ({received} published) | {p50:.1f} | {p95:.1f} | {p99:.1f} |"


def main() -> None:
    """Serve, or measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", choices=["real", "plain"])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--directory", type=Path)
    parser.add_argument("--without-cameras", action="store_true", help="leave out the simulated board")
    asked = parser.parse_args()
    if asked.serve:
        uvloop.run({"real": serve_real, "plain": serve_plain}[asked.serve](asked.directory, asked.port))
        return
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        fill(directory / "dartd.db")
        with served("real", directory) as (real_port, real_pid), served("plain", directory) as (plain_port, plain_pid):
            for port in (real_port, plain_port):
                ask(port, "/api/v1/players?limit=50", 300)
            pairs = [(cost_ms(plain_port, plain_pid), cost_ms(real_port, real_pid)) for _ in range(5)]
            shares = [plain / real for plain, real in pairs]
            print("| `GET /api/v1/players?limit=50`, CPU a request | plain route | dartd | share |\n|---|---|---|---|")
            plain, real = (median(values) for values in zip(*pairs, strict=True))
            print(f"| median of 5 rounds | {plain:.3f} ms | {real:.3f} ms | {median(shares):.2f} ({min(shares):.2f}–{max(shares):.2f}) |\n")
            print(f"| {PLAYERS} players, {THROWS} throws, {EVENTS} events | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|")
            for path in _LISTS:
                took = ask(real_port, path, 100)
                print(f"| `{path}` | {median(took):.1f} | {percentile(took, 0.95):.1f} | {percentile(took, 0.99):.1f} |")
        if not asked.without_cameras:
            print(measure_health(directory))


if __name__ == "__main__":
    main()
