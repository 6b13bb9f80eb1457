"""The two databases of the store next to each other: `python -m tests.bench.stores [--darts 600] [--throws 20000]`.

A daemon on a file of SQLite and one on a server of PostgreSQL, both on the same disk and durable, get a dart in turn, so that both meet the
same load. A receipt is the event at a WebSocket client; times contain everything: decision, journal, disk, hub and loopback.
"""

import argparse
import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import httpx2
import websockets

from dartd.store.journal import Journal
from schemas.base import BoardId
from schemas.events import JournalledEvent
from tests.bench.play import ASKED, UNCACHED, career, heard
from tests.support.people import bearer, make_player
from tests.support.postgres import PostgresServer, StoresOnServer
from tests.support.station import TOKEN, Station, running_station
from tests.support.throws import hit

RATIO: Final = 1.5  # the bound of the median
WARM_UP, AT_ONCE, BATCHES = 30, 64, 30
REQUESTS: Final = 30


def line(what: str, file: Sequence[float], server: Sequence[float], *, bound: float | None = None, unit: str = "ms") -> None:
    """Print the figures of both stores as a row of a table."""
    ratio = median(server) / median(file)
    verdict = "" if bound is None else f", at most {bound:g}: {'ok' if ratio <= bound else 'TOO SLOW'}"
    parts = [f"{median(found):.2f} / {quantiles(found, n=20)[-1]:.2f} {unit}" for found in (file, server)]
    print(f"| {what} | {parts[0]} | {parts[1]} | {ratio:.2f}{verdict} |")


async def measure_receipts(file: Station, server: Station, darts: int) -> None:
    """Throw darts in turn; compare the times until a client has each."""
    found: tuple[list[float], list[float]] = ([], [])
    async with contextlib.AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(websockets.connect(each.ws, proxy=None, close_timeout=0.2)) for each in (file, server)]
        for number in range(1, darts + WARM_UP + 1):
            for station, socket, times in zip((file, server), sockets, found, strict=True):
                (took_ms,) = await heard(station, socket, number, "dart_hit")
                if number > WARM_UP:
                    times.append(took_ms)
    line("dart → receipt, p50 / p95", *found, bound=RATIO)


async def measure_rate(journals: Sequence[Journal]) -> None:
    """Append as many events a commit as wait under load, in turn; compare events a second."""
    found: tuple[list[float], list[float]] = ([], [])
    for batch in range(BATCHES):
        new: list[JournalledEvent] = [hit(f"r{batch:03}x{k:03}") for k in range(AT_ONCE)]
        for journal, rates in zip(journals, found, strict=True):
            began_s = time.perf_counter()
            await journal.append(new, at_s=1e9 + batch)
            rates.append(AT_ONCE / (time.perf_counter() - began_s))
    line(f"events/s, {AT_ONCE} darts in a commit, p50 / p95", *found, unit="/s")


async def measure_statistics(file: Station, server: Station, http: httpx2.AsyncClient) -> None:
    """Ask both for everything that is known of a player."""
    for path in ASKED:
        found: tuple[list[float], list[float]] = ([], [])
        for _ in range(REQUESTS):
            for station, times in zip((file, server), found, strict=True):
                began_s = time.perf_counter()
                answer = await http.get(f"{station.http}/api/v1{path}", headers=bearer(TOKEN))
                times.append((time.perf_counter() - began_s) * 1000)
                answer.raise_for_status()
        line(f"GET {path}, p50 / p95", *found)


async def measure(darts: int, throws: int) -> None:
    """Measure everything."""
    with PostgresServer(durable=True) as postgres, tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        stores = StoresOnServer(postgres)
        print(f"load {os.getloadavg()[0]:.1f}, on {tempfile.gettempdir()}")
        began_s = time.perf_counter()
        await career(Path(one), throws)
        between_s = time.perf_counter()
        async with contextlib.AsyncExitStack() as stack:
            file = await stack.enter_async_context(running_station(Path(one), config=UNCACHED))
            stack.enter_context(stores.in_place_of_files())
            started_s = time.perf_counter()
            await career(Path(other), throws)
            print(f"{throws} throws stored in {between_s - began_s:.0f} s (SQLite), {time.perf_counter() - started_s:.0f} s (PostgreSQL)")
            server = await stack.enter_async_context(running_station(Path(other), config=UNCACHED))
            http = await stack.enter_async_context(httpx2.AsyncClient(timeout=60))
            for station in (file, server):
                for name in ("ann", "bob"):
                    await make_player(station, player_id=name)
            print("| | SQLite | PostgreSQL | ratio of the medians |\n|---|---|---|---|")
            await measure_receipts(file, server, darts)
            await measure_statistics(file, server, http)
        with stores.in_place_of_files():
            on_server = await asyncio.to_thread(Journal.open, Path(other) / "rate.db", BoardId("main"))
        on_file = await asyncio.to_thread(Journal.open, Path(one) / "rate.db", BoardId("main"))
        await measure_rate((on_file, on_server))
        for journal in (on_file, on_server):
            await asyncio.to_thread(journal.close)
        print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--darts", type=int, default=600)
    parser.add_argument("--throws", type=int, default=20_000)
    asked = parser.parse_args()
    asyncio.run(measure(asked.darts, asked.throws))
