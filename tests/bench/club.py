"""What a club costs: open tournaments, the dashboard, the report of a day. `python -m tests.bench.club [--only tournaments pages]`.

Tournaments: CPU of the process and bytes of memories in the commit of a dart, and in that of a fixture's step, while 0, 1 and 20 are open.
Pages: CPU of the dashboard that no cache has and of a day of 1000 visits, on a store with ten years of play.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dartd.store.daily_report import ReportDay, read_daily_report
from dartd.store.dashboard import read_dashboard
from dartd.store.database import Database
from dartd.store.days import Days
from dartd.store.players import PLAYERS as STORED
from dartd.store.tables import decider_memories, throws, visits
from dartd.store.timestamps import seconds_of_timestamp
from dartd.web.reports.daily_pdf import pdf_of
from schemas.tournament_commands import CreateTournament, DrawTournament, StepFixture
from tests.bench.play import career
from tests.support.play import dart, takeout
from tests.support.station import CONFIG, Station, running_station
from tests.support.tournaments import AT, make_tournament

ENTRANTS: Final = 32
OPEN: Final = (0, 1, 20)
DARTS, STEPS, ASKED = 150, 40, 20
DASHBOARD_MS, REPORT_MS = 300.0, 2000.0  # the bounds
THROWS: Final = 100_000  # of matches; as many again on the boards
VISITS: Final = 1000  # of the day that is reported
DAY: Final = "2026-11-29"
_TEN_YEARS_S: Final = 10 * 365 * 86_400.0


async def cpu_ms(work: Callable[[], Awaitable[Any]]) -> float:
    """Return the milliseconds of CPU that this process needs for something."""
    before_s = time.process_time()
    await work()
    return (time.process_time() - before_s) * 1000


async def stored(station: Station) -> dict[tuple[str, int], int]:
    """Return the bytes of each memory, by its name and the event that it was stored with."""
    columns = (decider_memories.c.decider, decider_memories.c.seq, sa.func.length(decider_memories.c.body).label("bytes"))
    rows = await station.services.database.read(lambda connection: connection.execute(sa.select(*columns)).all())
    return {(row.decider, row.seq): row.bytes for row in rows}


async def open_tournaments(station: Station, count: int) -> None:
    """Make so many tournaments, and draw them."""
    for number in range(count):
        name = f"t{number}"
        made = make_tournament("round_robin", ENTRANTS, tournament_id=name)
        await station.pipeline.submit(CreateTournament(tournament=made, at=AT))
        await station.pipeline.submit(DrawTournament(tournament_id=name, order=tuple(range(ENTRANTS)), prefix=name, at=AT))


async def measure_tournaments(count: int) -> None:
    """Throw darts, and call fixtures, while so many tournaments are open."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_station(Path(folder), config=CONFIG) as station:
            await open_tournaments(station, count)
            darts, steps = [], list[float]()
            before = await stored(station)
            for number in range(1, DARTS + 1):
                visit, slot = divmod(number - 1, 3)
                event = dart("S20", number, slot=slot + 1, visit=visit + 1)
                darts.append(await cpu_ms(lambda event=event: station.happen(event)))  # type: ignore[misc]  # bound now
                if slot == 2:
                    await station.happen(takeout(visit + 2))
            row(f"{count} open, a dart", darts, await stored(station), before)
            for number in range(1, (STEPS if count else 0) + 1):
                step = StepFixture(fixture_id=f"f_t0_{number}", status="called", at=AT)
                before = await stored(station)
                steps.append(await cpu_ms(lambda step=step: station.pipeline.submit(step)))  # type: ignore[misc]  # bound now
            if count:
                row(f"{count} open, a fixture is called", steps, await stored(station), before)


def row(what: str, found: Sequence[float], now: dict[tuple[str, int], int], before: dict[tuple[str, int], int]) -> None:
    """Print the CPU of a commit, and the memories that the last one wrote."""
    written = sum(size for key, size in now.items() if key not in before)
    print(f"{what:<34} {median(found):7.2f} ms of CPU   p95 {quantiles(found, n=20)[-1]:7.2f} ms   memories of {written:8d} bytes")


def fill_boards(path: Path, names: Sequence[str]) -> None:
    """Keep throws and visits of ten years that belong to no match, and a long day at their end."""
    database = Database.open(path)
    connection = database.backend.writer
    database.backend.begin()
    ends_s = seconds_of_timestamp(f"{DAY}T20:00:00.000Z")
    times = [ends_s - _TEN_YEARS_S + k * _TEN_YEARS_S / (THROWS // 3) - 86_400 for k in range(THROWS // 3)]
    times += [ends_s - (VISITS - k) * 40.0 for k in range(VISITS)]
    plain = {"badge_id": None, "group_name": None, "skill_level": None, "boards": "{}", "active": True, "shared": False}
    for name in names:
        STORED.insert(connection, {**plain, "name": name, "player_id": name, "created_at_s": 1.0, "updated_at_s": 1.0})
    hit = {"state": "hit", "label": "S20", "ring": "single", "sector": 20, "points": 20, "confidence": 0.9, "uncertainty_mm": 0.5}
    first = connection.execute(sa.select(sa.func.coalesce(sa.func.max(throws.c.seq), 0))).scalar_one()
    thrown = [
        {"throw_id": f"b{k}-{n}", "seq": first + 3 * k + n, "at_s": at_s, "visit_id": f"b{k}", "dart_number": n, "corrected": False,
         "player_id": names[k % len(names)], "x_mm": (k * 7 + n) % 200 - 100.0, "y_mm": (k * 13 + n) % 200 - 100.0, **hit}
        for k, at_s in enumerate(times) for n in (1, 2, 3)
    ]  # fmt: skip
    ended = [
        {"visit_id": f"b{k}", "seq": first + 3 * k + 3, "at_s": at_s, "player_id": names[k % len(names)], "total": k % 181,
         "reason": "takeout", "revised": False, "throws": "[]"}
        for k, at_s in enumerate(times)
    ]  # fmt: skip
    connection.execute(sa.insert(throws), thrown)
    connection.execute(sa.insert(visits), ended)
    database.backend.control("COMMIT")
    database.close()


async def measure_pages() -> None:
    """Read the dashboard, and the report of a long day, of a store with ten years of play."""
    with tempfile.TemporaryDirectory() as folder:
        legs = await career(Path(folder), THROWS)
        names = ["ann", "bob", *(f"player{k}" for k in range(30))]
        await asyncio.to_thread(fill_boards, Path(folder) / "dartd.db", names)
        print(
            f"a store of {legs} legs, {THROWS + 3 * VISITS} throws on boards and {len(names)} players, whose last day has {VISITS} visits"
        )
        days, now_s = Days("UTC"), seconds_of_timestamp(f"{DAY}T21:00:00.000Z")
        day = ReportDay(DAY, days, (), now_s, "Main board")
        async with running_station(Path(folder), config=msgspec.structs.replace(CONFIG)) as station:
            database = station.services.database
            dashboards = [await cpu_ms(lambda: database.read(lambda reader: read_dashboard(reader, days, now_s))) for _ in range(ASKED)]
            reports = [await cpu_ms(lambda: database.read(lambda reader: read_daily_report(reader, day))) for _ in range(ASKED)]
            report = await database.read(lambda reader: read_daily_report(reader, day))
        line("dashboard, not from the cache", dashboards, DASHBOARD_MS)
        line(f"report of a day of {report.summary.visits} visits", reports, REPORT_MS)
        drawn = []
        for _ in range(5):
            before_s = time.process_time()
            pdf_of(report, "en")
            drawn.append((time.process_time() - before_s) * 1000)
        line("its PDF, without the start of the process", drawn, REPORT_MS)


def line(what: str, found: Sequence[float], bound_ms: float) -> None:
    """Print the CPU of something, with its bound."""
    print(f"{what:<44} first {found[0]:7.1f}  median {median(found):7.1f}  most {max(found):7.1f} ms of CPU   bound {bound_ms:5.0f} ms")


async def measure(only: Sequence[str]) -> None:
    """Measure what was asked for."""
    if "tournaments" in only:
        for count in OPEN:
            await measure_tournaments(count)
    if "pages" in only:
        await measure_pages()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=["tournaments", "pages"])
    asyncio.run(measure(parser.parse_args().only))
