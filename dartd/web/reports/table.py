"""A report as CSV: one figure a line, so that a spreadsheet can filter it."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from schemas.api.reports import DailyReport

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute
_KEYS = {"zones": "zone_id", "top_performers": "player_id", "issues": "alert_id", "hours": "hour", "visit_ranges": "low"}


def csv_of(report: DailyReport) -> str:
    """Return the lines `date,section,item,figure,value`; `item` is the zone, player, alert, hour or lowest score."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("date", "section", "item", "figure", "value"))
    for section, item, figure, value in _figures(report):
        writer.writerow((report.date, section, item, figure, _harmless(value)))
    return text.getvalue()


def _figures(report: DailyReport) -> Iterator[tuple[str, Any, str, Any]]:
    plain: dict[str, Any] = msgspec.to_builtins(report)
    for figure, value in plain["summary"].items():
        yield "summary", "", figure, value
    for section, key in _KEYS.items():
        for row in plain[section]:
            for figure, value in row.items():
                if figure != key:
                    yield section, row[key], figure, value


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
