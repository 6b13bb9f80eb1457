"""The pages of the dashboard, the reports and the questions in a real Chromium."""

from pathlib import Path

from playwright.async_api import Page, expect

from schemas.base import VisitId
from schemas.events import VisitCompleted
from tests.support.http_client import http_client
from tests.support.people import bearer
from tests.support.station import TOKEN, running_station
from tests.support.throws import hit
from tests.unit.dartd.web.v1.test_statistics import begin, throw


async def test_dashboard_report_and_answer(page: Page, tmp_path: Path) -> None:
    """Without a login what may be read; with it players, the report of the day with its file, and an answer with its sources."""
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        await throw(http, await begin(station, http), "T20 S1 S20", "T20 S5 S1", "D10")
        await http.put("/api/v1/board/player", json={"player_id": "ann"}, headers=bearer(TOKEN))
        await station.happen(hit("d1"), VisitCompleted(visit_id=VisitId("visit-1"), throws=(), total=180, reason="takeout"))
        await page.goto(f"{station.http}/dashboard")
        await expect(page.locator("[data-activity] [data-kind=match_finished]")).to_have_count(1)
        await expect(page.locator("[data-players]")).to_have_count(0)
        await page.goto(f"{station.http}/dashboard#key={TOKEN}")
        await page.reload()
        await expect(page.locator("[data-players] tbody tr")).to_have_count(2)
        await expect(page.locator("[data-activity] .score")).to_have_text("1 : 0")
        await expect(page.locator("[data-activity] .winner")).to_have_text("Ann")
        await page.locator("main a[href=reports]").click()
        await expect(page.locator("[data-figure=darts]")).to_have_text("8")
        await expect(page.locator("[data-performers] tbody tr")).to_have_count(2)
        async with page.expect_download() as saved:
            await page.locator("[data-save=pdf]").click()
        name = (await saved.value).suggested_filename
        await page.goto(f"{station.http}/statistics")
        await page.locator("[name=query]").fill("What is Ann's average?")
        await page.locator("[name=query]").press("Enter")
        await expect(page.locator("[data-answer] .answer")).to_contain_text("75.75")
        await page.locator("[data-answer] summary").click()
        await expect(page.locator("[data-answer] td").first).to_be_visible()

    assert name.startswith("daily_report_")
