"""The page of the accuracy in a real Chromium."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.support.http_client import http_client
from tests.support.people import bearer
from tests.support.station import TOKEN, running_station
from tests.support.throws import hit


async def test_accuracy_is_shown_with_beds_and_failures(page: Page, tmp_path: Path) -> None:
    """Nothing until a dart is verified; then its figures, its bed on the board, how it failed and what it was taken for."""
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        await page.goto(f"{station.http}/accuracy")
        await expect(page.locator("main .quiet")).to_be_visible()
        for k in range(4):
            await station.happen(hit(f"d{k}", k % 3 + 1, visit=f"v{k // 3}"))
            verdict = {"verdict": "wrong", "label": "T5"} if k == 0 else {"verdict": "correct"}
            await http.post(f"/api/v1/throws/d{k}/feedback", json=verdict, headers=bearer(TOKEN))
        await page.goto(f"{station.http}/statistics")
        await page.locator("main a[href=accuracy]").click()
        await expect(page.locator("[data-figure=rate]")).to_have_text("75.0 %")
        await expect(page.locator(".heat.yellow[data-bed=T20]")).to_have_count(1)
        await expect(page.locator("[data-mode=adjacent_sector] figcaption")).to_have_text("T20 → T5")
        await expect(page.locator("[data-confusion] tbody tr")).to_have_count(1)
