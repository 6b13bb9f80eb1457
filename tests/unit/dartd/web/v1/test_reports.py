"""Reports over HTTP."""

from datetime import UTC, datetime

import httpx2

from schemas.base import VisitId
from schemas.events import AlertChanged, VisitCompleted
from tests.support.alerts import ALERT
from tests.support.people import bearer
from tests.support.station import TOKEN, Station
from tests.support.throws import hit
from tests.unit.dartd.web.v1.test_statistics import begin, get, throw

OPERATOR = bearer(TOKEN)


async def test_a_day_as_json_csv_and_pdf(station: Station, http: httpx2.AsyncClient) -> None:
    """Darts of the board and of a match by hand in the same report; as files with their names; dates that there are not are refused."""
    await throw(http, await begin(station, http), "T20 S1 S20", "T20 S5 S1", "D10")
    await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=OPERATOR)
    await station.happen(hit("d1"), VisitCompleted(visit_id=VisitId("visit-1"), throws=(), total=180, reason="takeout"))
    await station.happen(AlertChanged(alert=ALERT))
    report, today = await get(http, "/reports/daily"), await get(http, "/metrics/today", headers={})
    table = await http.get("/api/v1/reports/daily", params={"format": "csv"}, headers=OPERATOR)
    files = {
        kind: await http.get("/api/v1/reports/daily/export", params={"format": kind, "date": report["date"]}, headers=OPERATOR)
        for kind in ("pdf", "csv")
    }
    summary = report["summary"]

    assert (report["report_type"], report["date"], today["date"]) == ("daily", today["date"], report["date"])
    assert (summary["darts"], summary["visits"], summary["players"], summary["matches"]) == (1 + 7, 1 + 3, 2, 1)
    assert (summary["average"], summary["count_180"], summary["highest_checkout"]) == ("85.13", 1, 20)
    assert [(each["rank"], each["name"], each["average"], each["legs_won"]) for each in report["top_performers"]] == [
        (1, "Ann", "120.43", 1),
        (2, "Bob", "66.00", 0),
    ]
    assert sum(each["darts"] for each in report["hours"]) == 8
    assert (table.headers["content-type"], table.text.splitlines()[1]) == ("text/csv; charset=utf-8", f"{report['date']},summary,,darts,8")
    assert files["pdf"].content.startswith(b"%PDF-")
    assert files["csv"].text == table.text
    assert {kind: file.headers["content-disposition"] for kind, file in files.items()} == {
        kind: f'attachment; filename="daily_report_{report["date"]}.{kind}"' for kind in ("pdf", "csv")
    }
    await get(http, "/reports/daily", 422, date="2026-02-30")
    await get(http, "/reports/daily/export", 422, format="odt")
    await get(http, "/reports/daily", 401, headers={})
    assert datetime.fromisoformat(report["generated_at"]).tzinfo == UTC
