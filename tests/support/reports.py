"""A report of a long evening, with everything that a report can have."""

import random
from typing import Final

from schemas.api.reports import (
    DailyReport,
    ReportCell,
    ReportHeatMap,
    ReportHour,
    ReportIssue,
    ReportSummary,
    ReportZone,
    TopPerformer,
    VisitRange,
)

LONGEST: Final = "Maximiliane von Hohenstein-Sonnenberg II"


def full_report() -> DailyReport:
    """Return a report whose lists are as long as they get."""
    chance = random.Random(3)
    counts: dict[tuple[float, float], int] = {}
    for x_mm, y_mm, darts in ((0, 103, 900), (0, 60, 300), (-60, -85, 400), (0, 0, 500), (160, 0, 120), (0, 166, 150)):
        for _ in range(darts):
            cell = (round(chance.gauss(x_mm, 22) / 10) * 10.0, round(chance.gauss(y_mm, 22) / 10) * 10.0)
            counts[cell] = counts.get(cell, 0) + 1
    names = ("Ann", LONGEST, "<b>Bo & Co</b>", "Żółć Łukasz", "Jürgen", "Zoë", "Ødegård", "Ян", "Cy", "Dee")
    performers = tuple(
        TopPerformer(
            rank=number,
            player_id=f"p{number}",
            name=name,
            average=f"{80 - 4 * number}.{number:02d}",
            darts=1200 // number,
            legs=14,
            legs_won=14 - number,
            count_180=max(0, 4 - number),
            highest_visit=180 - 3 * number,
            highest_checkout=None if number == 10 else 170 - 9 * number,
        )
        for number, name in enumerate(names, 1)
    )
    message = "Camera cam1 gives no picture: check the cable and the power of its hub, then start it again on the page of the board."
    return DailyReport(
        date="2026-11-28",
        generated_at="2026-11-29T08:00:00.000Z",
        board_name="Board 1",
        summary=ReportSummary(
            darts=3000,
            visits=1000,
            players=10,
            matches=24,
            average="58.31",
            count_180=7,
            highest_checkout=161,
            active_hours=6.25,
            idle_hours=1.5,
            anomalies_count=2,
            alerts_count=20,
        ),
        zones=tuple(
            ReportZone(zone_id=f"z{k}", zone_name=f"Oche {k}", sessions=9, players=5, active_hours=2.5, idle_hours=0.25) for k in range(3)
        ),
        top_performers=performers,
        issues=tuple(
            ReportIssue(
                alert_id=k,
                timestamp=f"2026-11-28T19:{k:02d}:00.000Z",
                alert_type="camera_offline",
                severity="warning",
                status="resolved",
                message=message,
            )
            for k in range(20)
        ),
        hours=tuple(ReportHour(hour=hour, darts=max(0, 700 - 160 * abs(20 - hour))) for hour in range(24)),
        visit_ranges=tuple(
            VisitRange(low=low, high=min(low + 19, 180), visits=count)
            for low, count in zip(range(0, 181, 20), (80, 160, 290, 210, 110, 70, 48, 21, 4, 7), strict=True)
        ),
        heat_map=ReportHeatMap(
            cell_mm=10.0,
            darts=sum(counts.values()),
            cells=tuple(ReportCell(x_mm=x_mm, y_mm=y_mm, count=count) for (x_mm, y_mm), count in sorted(counts.items())),
        ),
    )
