"""The page of a venue in a real Chromium: boards that are in trouble come first, and a key commands them."""

import os
from pathlib import Path

import msgspec
from playwright.async_api import Page, ViewportSize, expect

from dartd.config import NatsConfig
from tests.browser.conftest import OpenPage, violations_of
from tests.support.nats_server import NatsServer
from tests.support.relay import running_relay
from tests.support.station import CONFIG, TOKEN, running_station
from tests.support.throws import hit


async def test_boards_are_shown_and_commanded(open_page: OpenPage, tmp_path: Path) -> None:
    """What a board does is on the page within seconds, without a login; with a key of the board it stops."""
    page = await open_page(bypass_csp=True, viewport=ViewportSize(width=1280, height=800))
    with NatsServer(tmp_path / "nats") as server:
        board = msgspec.structs.replace(CONFIG.board, id="oche-1", name="Oche 1")
        config = msgspec.structs.replace(CONFIG, board=board, nats=NatsConfig(url=server.url))
        async with running_station(tmp_path, config=config) as station, running_relay(server.url) as relay:
            await station.happen(hit("d1", 1), hit("d2", 2))
            await page.goto(f"{relay.http}/venue")
            card = page.locator("[data-board=oche-1]")
            await expect(card.locator(".visit")).to_contain_text("120")
            await expect(page.locator("[data-count=online]")).to_contain_text("1")
            await expect(card.locator("[data-action]")).to_have_count(0)
            violations = await violations_of(page)
            links = await page.evaluate("() => [...document.querySelectorAll('a[href]')].map((each) => each.href.split('#')[0])")
            dead = [link for link in set(links) if link.startswith(relay.http) and not (await page.request.get(link)).ok]
            await page.locator("[data-key]").click()
            await page.locator("input[name=key]").fill(TOKEN)
            await page.locator("form button[type=submit]").click()
            await card.locator("[data-action=stop]").click()
            await expect(card.locator(".pill")).to_contain_text("Stopped")
            if folder := os.environ.get("VENUE_PICTURES"):
                await _take_pictures(page, Path(folder))

    assert (violations, dead) == ([], [])


async def _take_pictures(page: Page, folder: Path) -> None:
    for width, height in ((1920, 1080), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        for theme in ("dark", "light"):
            await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            await page.screenshot(path=folder / f"venue-{width}-{theme}.png")
