"""What play costs: from a dart to its turn, statistics of a long career, a correction far back. `python -m tests.bench.play`.

Times include the commit to the disk and, for statistics, the HTTP request over loopback.
"""

import argparse
import asyncio
import gc
import json
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx2
import msgspec
import websockets

from dartd.config import CacheConfig, LimitsConfig
from dartd.game.beds import VALUES, read_bed
from dartd.game.flow import Format
from dartd.play.imported import events_of_result, play_result, read_result
from dartd.store.journal import Journal
from schemas.base import BoardId
from schemas.match_commands import CorrectMatch, ThrowByHand
from tests.bench.games import x01_case
from tests.support.people import bearer, make_player
from tests.support.play import AT, create, dart, takeout
from tests.support.station import CONFIG, TOKEN, Station, running_station

THROWS = 100_000
DARTS, REQUESTS, CORRECTIONS, LEGS = 150, 60, 20, 25
TURN_MS, STATISTICS_MS, CORRECTION_MS = 5.0, 50.0, 100.0  # the bounds
_CHUNK = 100
_PLAYER = "/players/ann"
ASKED = (
    f"{_PLAYER}/statistics", f"{_PLAYER}/statistics?game=x01&since=2018-01-10&until=2026-03-03", f"{_PLAYER}/statistics?opponent=bob",
    f"{_PLAYER}/statistics?resolution=visit", f"{_PLAYER}/statistics?resolution=month", f"{_PLAYER}/standing", f"{_PLAYER}/heat_map",
    f"{_PLAYER}/history?limit=20", f"{_PLAYER}/history?resolution=leg", f"{_PLAYER}/history?resolution=day",
    "/performance?player_id=ann", "/performance?player_id=ann&benchmark=player:bob", "/performance/metrics?player_id=ann",
)  # fmt: skip
_UNCACHED = msgspec.structs.replace(CONFIG, limits=LimitsConfig(default=1_000_000), cache=CacheConfig(statistics=False))
_BEDS = ("S20", "S5", "S1", "MISS")


def line(what: str, found: Sequence[float], bound: float, figure: float) -> None:
    """Print a row."""
    verdict = "ok" if figure <= bound else "TOO SLOW"
    print(f"{what:<58} median {median(found):7.2f} ms   p95 {quantiles(found, n=20)[-1]:7.2f} ms   bound {bound:5.0f} ms   {verdict}")


async def career(folder: Path, throws: int) -> int:
    """Store as many throws of a player, in legs of 501 over ten years; return the legs."""
    chance = random.Random(1)
    journal = await asyncio.to_thread(Journal.open, folder / "dartd.db", BoardId("main"))
    legs, thrown, events = 0, 0, list[Any]()
    while thrown < throws:
        case = read_result(json.dumps(x01_case(chance)).encode())
        played_at = f"{2016 + legs * 10 // 4000:04d}-{legs // 28 % 12 + 1:02d}-{legs % 28 + 1:02d}T20:00:00.000Z"
        played = play_result(case, f"i_{legs}", ["ann", "bob"], played_at)
        events += events_of_result(played, played_at)
        thrown += sum(len(visit.darts) for visit in case.legs[0].visits if visit.player == "A")
        legs += 1
        if legs % _CHUNK == 0:
            await journal.append(events, at_s=float(legs))
            events = []
    await journal.append(events, at_s=float(legs))
    await asyncio.to_thread(journal.close)
    return legs


async def measure_statistics(station: Station, http: httpx2.AsyncClient) -> None:
    """Ask for everything that is known of a player."""
    for path in ASKED:
        found = []
        for _ in range(REQUESTS):
            began_s = time.perf_counter()
            answer = await http.get(f"{station.http}/api/v1{path}", headers=bearer(TOKEN))
            found.append((time.perf_counter() - began_s) * 1000)
            answer.raise_for_status()
        line(f"GET {path}", found, STATISTICS_MS, quantiles(found, n=20)[-1])


async def heard(station: Station, socket: websockets.ClientConnection, number: int, *wanted: str) -> list[float]:
    """Throw a dart; return after how many milliseconds the client received each of the events, which come in this order."""
    visit, slot = divmod(number - 1, 3)
    event = dart(_BEDS[number % len(_BEDS)], number, slot=slot + 1, visit=visit + 1)
    began_s, found = time.perf_counter(), list[float]()
    submitted = asyncio.create_task(station.happen(event))
    while len(found) < len(wanted):
        kind = msgspec.json.decode(await socket.recv())["event_type"]
        if kind == wanted[len(found)]:
            found.append((time.perf_counter() - began_s) * 1000)
    await submitted
    if slot == 2:
        await station.happen(takeout(visit + 2))
    return found


async def measure_turns(station: Station, folder: Path) -> None:
    """Compare darts of a match with darts of a board without one, which are thrown in turn so that both meet the same load."""
    await station.pipeline.submit(create("turns", start=10001, players=("ann", "bob")))
    topics = "?topics=board:*,match:*"
    behind, added = [], []
    async with (
        running_station(folder, config=CONFIG) as alone,
        websockets.connect(f"{station.ws}{topics}", proxy=None, close_timeout=0.2) as socket,
        websockets.connect(f"{alone.ws}{topics}", proxy=None, close_timeout=0.2) as other,
    ):
        for number in range(1, DARTS + 1):
            (plain,) = await heard(alone, other, number, "dart_hit")
            hit, turn = await heard(station, socket, number, "dart_hit", "turn_changed")
            behind.append(turn - hit)
            added.append(turn - plain)
    line("dart_hit heard -> turn_changed heard", behind, TURN_MS, quantiles(behind, n=20)[-1])
    line("dart settled -> turn_changed heard, beyond a dart alone", added, TURN_MS, median(added))


async def measure_corrections(station: Station) -> None:
    """Correct the first dart of a match of 25 legs."""
    new = create("long", board=False, players=("ann", "bob"))
    form = msgspec.to_builtins(Format(goal="fixed", legs=LEGS + 1).filled())
    await station.pipeline.submit(msgspec.structs.replace(new, format=form, sign_by_next_leg=False, at=AT))
    for _ in range(LEGS):
        await play_leg(station)
    found = []
    for number in range(CORRECTIONS):
        label = ("S1", "S3")[number % 2]
        order = CorrectMatch(match_id="long", operation="change", set=1, leg=1, visit=1, dart=1, label=label)
        began_s = time.perf_counter()
        await station.pipeline.submit(order)
        found.append((time.perf_counter() - began_s) * 1000)
    line(f"a correction in the oldest of {LEGS} legs", found, CORRECTION_MS, quantiles(found, n=20)[-1])


async def play_leg(station: Station) -> None:
    """Play a leg of 501 by hand in 19 visits; the side that begins wins with its tenth."""
    first = [("S1", "S20", "S20")] * 2 + [("S20", "S20", "S20")] * 6 + [("S19", "MISS", "MISS"), ("D20",)]
    rests = 501 - sum(VALUES[read_bed(bed)] for visit in first for bed in visit)
    assert rests == 0, rests
    for number, visit in enumerate(first, 1):
        await station.pipeline.submit(ThrowByHand(match_id="long", darts=visit))
        if number < len(first):
            await station.pipeline.submit(ThrowByHand(match_id="long", darts=("S20", "S5", "S1")))


async def measure(throws: int) -> None:
    """Measure everything on one store."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        began_s = time.perf_counter()
        legs = await career(Path(folder), throws)
        print(f"{throws} throws of one player in {legs} legs stored in {time.perf_counter() - began_s:.0f} s")
        async with (
            running_station(Path(folder), config=_UNCACHED) as station,
            httpx2.AsyncClient() as http,
        ):
            for name in ("ann", "bob"):
                await make_player(station, player_id=name)
            gc.freeze()  # as the daemon does when it is ready
            await measure_statistics(station, http)
            await measure_turns(station, Path(other))
            await measure_corrections(station)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--throws", type=int, default=THROWS)
    asyncio.run(measure(parser.parse_args().throws))
