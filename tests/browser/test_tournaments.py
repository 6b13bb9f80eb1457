"""The pages of tournaments in a real Chromium."""

import os
import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from playwright.async_api import Page, ViewportSize, expect

from dartd.store.comments import COMMENTS
from tests.browser.conftest import OpenPage, violations_of
from tests.support.hall import HallBoard, hall_config
from tests.support.nats_server import NatsServer
from tests.support.station import TOKEN, running_station
from tests.support.waiting import Waiting

_AXE: Final = Path(__file__).parents[1] / "support/vendor/axe-core/axe.min.js"
_RUN_AXE: Final = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`));
}"""
_TOO_WIDE: Final = "document.documentElement.scrollWidth > innerWidth"


async def test_tournament_is_run_on_one_page_and_followed_on_the_wall(open_page: OpenPage, tmp_path: Path) -> None:
    """Entrants, draw, call, board, a match by hand, a walkover; the wall follows without being loaded again."""
    page = await open_page(viewport=ViewportSize(width=1280, height=800), bypass_csp=True)
    wall = await open_page(viewport=ViewportSize(width=1920, height=1080), bypass_csp=True, locale="de-DE")
    found: list[str] = []

    async def look(name: str, shown: Page) -> None:
        if not await shown.evaluate("typeof axe === 'object'"):
            await shown.add_script_tag(path=_AXE)
        for theme in ("dark", "light"):
            await shown.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            found.extend(f"{name} {theme} {each}" for each in await shown.evaluate(_RUN_AXE))
        for width, height in ((390, 844), (1920, 1080)):
            await shown.set_viewport_size(ViewportSize(width=width, height=height))
            if await shown.evaluate(_TOO_WIDE):
                found.append(f"{name} {width} is too wide")

    async with running_station(tmp_path) as station:
        await page.goto(f"{station.http}/tournaments#key={TOKEN}")
        await page.locator("#create input[name=name]").fill("Friday")
        await page.locator("#create input[name=legs]").fill("1")
        await page.locator("#create textarea").fill("Ada\nBob\nCleo\nDan")
        await look("new", page)
        await page.locator("#create button").click()
        await page.locator("[data-draw]").click()
        await expect(page.locator("[data-fixture]")).to_have_count(3)
        await wall.goto(station.http + await page.locator("[data-wall]").evaluate("(link) => new URL(link.href).pathname"))
        await expect(wall.locator(".tie")).to_have_count(3)
        first = page.locator("[data-fixture]").first
        await first.locator("[data-act=call]").click()
        await expect(wall.locator(".next li")).to_have_text(["Ada – Dan"])
        await page.locator("#next input").fill("2")
        await page.locator("#next button").click()
        await expect(wall.locator("[data-board='2'] .who")).to_have_text(["Ada", "Dan"])
        await first.locator("[data-act=begin]").click()
        await expect(wall.locator(".at.playing")).to_have_count(1)
        await look("fixtures", page)
        for points in (180, 0, 180, 0, 141):
            await expect(first.locator("[name=points]")).to_have_value("")
            await first.locator("[name=points]").fill(str(points))
            await first.locator(".hand button").click()
        await expect(first).to_have_attribute("data-status", "finished")
        await expect(wall.locator(".tie").nth(2)).to_contain_text("Ada")
        second = page.locator("[data-fixture]").nth(1)
        await second.locator("summary").click()
        await second.locator("[data-act=walkover-1]").click()
        await expect(second).to_have_attribute("data-status", "finished")
        await expect(wall.locator(".tie").nth(2)).to_contain_text(re.compile("Ada.*Cleo"))
        await expect(wall.locator(".side.winner")).to_have_count(2)
        await look("wall", wall)

    assert "\n".join(found) == ""


async def test_fixtures_are_sent_to_the_boards_of_the_venue(open_page: OpenPage, tmp_path: Path, waiting: Waiting) -> None:
    """The page shows what each board does, and where a fixture is played; a board takes fixtures by itself once this is set."""
    page = await open_page(viewport=ViewportSize(width=1280, height=800), bypass_csp=True)
    pictures, wide = os.environ.get("VENUE_PICTURES"), ViewportSize(width=1280, height=800)
    with NatsServer(tmp_path / "nats") as server:
        async with AsyncExitStack() as stack:
            for board_id in ("oche-2", "oche-3", "main"):
                (tmp_path / board_id).mkdir()
                station = await stack.enter_async_context(running_station(tmp_path / board_id, config=hall_config(server.url, board_id)))
            host = HallBoard(station.http, waiting)
            entrants = [{"name": name} for name in ("Ada", "Bob", "Cleo", "Dan")]
            first, second, _ = (each["fixture_id"] for each in await host.tournament(entrants))
            await host.until_free("oche-2", "oche-3")
            await page.goto(f"{station.http}/tournaments#key={TOKEN}")
            await page.locator("[data-open]").click()
            boards = page.locator("#boards-of-venue li")
            await expect(boards).to_have_count(3)
            await boards.nth(1).locator("[data-takes]").check()
            at = page.locator("[data-fixture]").first
            await expect(at).to_have_attribute("data-status", "playing")
            await expect(at.locator("[data-at=oche-2]")).to_be_visible()
            await expect(at.locator(".hand")).to_have_count(0)
            await expect(boards.nth(1)).to_have_attribute("data-state", "playing")
            begun = await host.fixture(first, "playing")
            late = {"comment_id": "cm_1", "parent_type": "fixture", "parent_id": second, "author": "board:oche-3", "text": "1 : 0"}
            await station.services.database.change(lambda connection: bool(COMMENTS.insert(connection, late, at_s=1.0)))
            await page.reload()
            await expect(page.locator("[data-note]")).to_have_count(1)
            found = await violations_of(page)
            for width, height in ((390, 844), (1280, 1400)):
                await page.set_viewport_size(ViewportSize(width=width, height=height))
                if await page.evaluate(_TOO_WIDE):
                    found.append(f"{width} is too wide")
                if pictures:
                    await page.screenshot(path=f"{pictures}/tournament-venue-{width}.png", full_page=True)
            await page.set_viewport_size(wide)
            await page.locator("[data-read]").click()
            await expect(page.locator("[data-note]")).to_have_count(0)
            await at.locator("[data-act=back]").click()
            after = [await host.fixture(second, "playing", "oche-2"), await host.fixture(first, "called")]

    assert "\n".join(found) == ""
    assert [each["match_id"] == begun["match_id"] for each in after] == [False, False]
