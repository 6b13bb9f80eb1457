"""`/docs`, `/redoc` and the guide in a real Chromium that reaches no host but the daemon."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import OpenPage
from tests.support.station import running_station


@pytest.mark.parametrize(
    ("path", "where", "words"),
    [("/docs", ".opblock", "/api/v1/players"), ("/redoc", "h2", "Players, by name"), ("/docs/guide", "td", "IDEMPOTENCY_KEY_REUSED")],
)
async def test_api_is_shown_without_a_network(open_page: OpenPage, tmp_path: Path, path: str, where: str, words: str) -> None:
    """All is there, no wider than a phone, and the page asked for nothing from elsewhere that its policy let through."""
    elsewhere: list[str] = []
    async with running_station(tmp_path) as station:
        page = await open_page(viewport={"width": 390, "height": 844})

        async def watch(route: Route) -> None:
            url = urlsplit(route.request.url)
            if url.scheme in {"http", "https"} and url.hostname != "127.0.0.1":
                elsewhere.append(route.request.url)
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/*", watch)
        await page.goto(station.http + path)
        await expect(page.locator(where, has_text=words).first).to_be_visible()
        width_px = await page.evaluate("document.documentElement.scrollWidth")
        if folder := os.environ.get("DARTD_SCREENSHOTS"):
            await page.screenshot(path=Path(folder) / f"{path[1:].replace('/', '-')}.png")

    assert (elsewhere, width_px) == ([], 390)
