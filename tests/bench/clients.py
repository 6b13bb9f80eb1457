"""Response times of row A10: 50 WebSocket clients and 10 HTTP clients at once, on a full store, with throughput, CPU and memory.

python -m tests.bench.clients
"""

import argparse
import asyncio
import http.client
import json
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
import uvloop

from dartd.store.database import Database
from dartd.store.tables import detections
from tests.bench.api import CLIENTS, KEY, THROWS, clients_and_events, cpu_s, fill, percentile, served
from tests.support.station import TOKEN

HTTP_CLIENTS: Final = 10
PAUSE_S: Final = 0.04  # between two requests of a client: more than 200 requests a second in all
WEBHOOKS: Final = 20
VISITS: Final = 60
LIST_MS: Final = (None, 300.0, None)

# The paths, and the limits of row A10 for p50, p95 and p99 in ms; None: not limited.
LIMITS: Final[dict[str, tuple[float | None, float | None, float | None]]] = {
    "/health": (10.0, 25.0, 50.0),
    "/api/v1/webhooks": (50.0, 150.0, 300.0),
    "/api/v1/alerts": (75.0, 200.0, 400.0),
    "/api/v1/cache/stats": (30.0, 75.0, 150.0),
    "/api/v1/throws?limit=100": LIST_MS,
    "/api/v1/players?limit=100&sort=-created_at": LIST_MS,
    "/api/v1/events?limit=100": LIST_MS,
    "/api/v1/visits?limit=100&sort=-total": LIST_MS,
    "/api/v1/comments?limit=100": LIST_MS,
    "/api/v1/players/p1/statistics": (None, 500.0, None),
    "/api/v1/players/p1/statistics?resolution=visit": (None, 500.0, None),
    "/api/v1/performance?player_id=p1": (None, 500.0, None),
    "/api/v1/accuracy": (None, 500.0, None),
}


def fill_detections(path: Path) -> None:
    """Keep the published bed of each throw; one in a hundred was corrected."""
    database = Database.open(path)
    connection = database.backend.writer
    database.backend.begin()
    rows: list[dict[str, Any]] = [
        {
            "throw_id": f"d{k}",
            "seq": k,
            "at_s": float(k),
            "board_id": "main",
            "visit_id": f"v{k // 3}",
            "dart_number": k % 3 + 1,
            "published": f"T{k % 20 + 1}",
            "truth": "T20" if k % 100 == 0 else None,
            "corrected_at_s": float(k) if k % 100 == 0 else None,
        }
        for k in range(THROWS)
    ]
    connection.execute(sa.insert(detections), rows)
    database.backend.control("COMMIT")
    database.close()


def request(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    """Send a request and return status and body."""
    headers = {"X-API-Key": KEY, **({"Content-Type": "application/json"} if body is not None else {})}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def prepare(port: int) -> list[str]:
    """Add webhooks, play a match, and return the paths that there are."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for k in range(WEBHOOKS):
        body = {"name": f"Webhook {k}", "url": "https://hooks.example.com/darts", "is_active": False}
        assert request(connection, "POST", "/api/v1/webhooks", body)[0] == 201
    sides = [{"players": [{"player_id": "p1"}]}, {"players": [{"player_id": "p2"}]}]
    status, made = request(connection, "POST", "/api/v1/matches", {"rules": {"game": "x01"}, "legs": 20, "sides": sides})
    if status == 201:
        match_id = json.loads(made)["match_id"]
        for _ in range(VISITS):
            request(connection, "POST", f"/api/v1/matches/{match_id}/throws", {"darts": ["T20", "1", "5"]})
    found = [path for path in LIMITS if request(connection, "GET", path)[0] == 200]
    connection.close()
    return found


def measure(port: int, paths: Sequence[str], seconds: float) -> dict[str, list[float]]:
    """Ask from all clients for so long; return the milliseconds of each request by path."""
    took: dict[str, list[float]] = defaultdict(list)
    until_s = time.monotonic() + seconds

    def ask(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        k = first
        while time.monotonic() < until_s:
            path = paths[k % len(paths)]
            began_s = time.perf_counter()
            status, _ = request(connection, "GET", path)
            took[path].append((time.perf_counter() - began_s) * 1000)
            assert status == 200, (path, status)
            k += 1
            time.sleep(PAUSE_S)
        connection.close()

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(HTTP_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


async def load(port: int, paths: Sequence[str], seconds: float) -> tuple[dict[str, list[float]], int]:
    """Measure while all WebSocket clients listen and events are published; return the times, and the events received."""
    async with clients_and_events(port, TOKEN) as received:
        before = received()
        took = await asyncio.to_thread(measure, port, paths, seconds)
        return took, received() - before


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        fill(directory / "dartd.db")
        fill_detections(directory / "dartd.db")
        with served("real", directory) as (port, pid):
            paths = prepare(port)
            began_mb, began_cpu_s = memory_mb(pid), cpu_s(pid)
            took, received = uvloop.run(load(port, paths, seconds))
            used_s, ended_mb = cpu_s(pid) - began_cpu_s, memory_mb(pid)
    print(f"| {CLIENTS} WebSocket and {HTTP_CLIENTS} HTTP clients | p50 ms | p95 ms | p99 ms | limits | kept |\n|---|---|---|---|---|---|")
    for path in paths:
        found = [percentile(took[path], share) for share in (0.5, 0.95, 0.99)]
        limits = LIMITS[path]
        kept = all(limit is None or each <= limit for each, limit in zip(found, limits, strict=True))
        shown = "/".join("–" if limit is None else f"{limit:g}" for limit in limits)
        print(f"| `{path}` | {' | '.join(f'{each:.1f}' for each in found)} | {shown} | {'yes' if kept else 'NO'} |")
    requests = sum(map(len, took.values()))
    print(f"\n{requests / seconds:.0f} requests/s, {received / seconds:.0f} events/s to clients.")
    print(f"The daemon used {100 * used_s / seconds:.0f} % of one core; its memory went from {began_mb:.0f} to {ended_mb:.0f} MB.")


if __name__ == "__main__":
    main()
