"""The report of a day, against a count of its own."""

import asyncio
from pathlib import Path

import msgspec

from dartd.store.daily_report import ReportDay, read_daily_report
from dartd.store.days import Days
from dartd.store.journal import Journal
from schemas.base import BoardId, DartId, VisitId
from schemas.events import VisitCompleted
from tests.support.throws import hit

DAYS = Days("UTC")
DAY_S, NEXT_S = 1_764_460_800.0, 1_764_547_200.0  # 2025-11-30 and the day after, in UTC


async def test_only_the_day_counts(tmp_path: Path) -> None:
    """Darts of the board of that day, none of the days around it; where they hit and when; no such day is an error."""
    journal = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BoardId("main"))
    for at_s, number, total in ((DAY_S - 60, 1, 180), (DAY_S + 3600, 2, 180), (DAY_S + 7200, 3, 60), (NEXT_S, 4, 180)):
        visit = VisitId(f"v{number}")
        events = [msgspec.structs.replace(hit(f"d{number}", visit=visit), dart_id=DartId(f"d{number}"))]
        await journal.append([*events, VisitCompleted(visit_id=visit, throws=(), total=total, reason="takeout")], at_s=at_s)
    day = ReportDay("2025-11-30", DAYS, (), NEXT_S + 60, "Board 1")
    report = await journal.database.query(lambda connection: read_daily_report(connection, day))
    empty = await journal.database.query(lambda connection: read_daily_report(connection, day._replace(date="2025-11-01")))
    await asyncio.to_thread(journal.close)
    summary = report.summary

    assert (summary.darts, summary.visits, summary.average, summary.count_180) == (2, 2, "180.00", 1)
    assert [(each.hour, each.darts) for each in report.hours if each.darts] == [(1, 1), (2, 1)]
    assert [(each.low, each.visits) for each in report.visit_ranges if each.visits] == [(60, 1), (180, 1)]
    assert (report.heat_map.darts, report.heat_map.cells[0].count) == (2, 2)
    assert (empty.summary.darts, empty.summary.average, empty.summary.players, empty.heat_map.cells) == (0, None, 0, ())
