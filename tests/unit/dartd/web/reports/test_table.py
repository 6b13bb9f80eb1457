"""A report as CSV."""

import csv
import io

import msgspec

from dartd.web.reports.table import csv_of
from tests.support.reports import full_report


def test_a_line_for_each_figure_and_no_formula() -> None:
    """Every figure can be found by section and item; a name that a spreadsheet would compute is harmless."""
    report = full_report()
    first = msgspec.structs.replace(report.top_performers[0], name="=1+1")
    report = msgspec.structs.replace(report, top_performers=(first, *report.top_performers[1:]))
    rows = list(csv.DictReader(io.StringIO(csv_of(report))))
    found = {(row["section"], row["item"], row["figure"]): row["value"] for row in rows}

    assert len(found) == len(rows)
    assert (found["summary", "", "darts"], found["hours", "20", "darts"], found["visit_ranges", "180", "visits"]) == ("3000", "700", "7")
    assert (found["top_performers", "p1", "name"], found["top_performers", "p2", "average"]) == ("'=1+1", "72.02")
    assert (found["zones", "z0", "sessions"], found["issues", "3", "severity"]) == ("9", "warning")
