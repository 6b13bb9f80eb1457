"""A match of two on simulated cameras as the players see it: from the start screen of the page to the winner, with trouble on the way."""

import asyncio
import os
import re
import signal
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import RIG
from tests.support.daemon import RunningDaemon, free_port
from tests.support.simulation import journal, write_simulation

pytestmark = [pytest.mark.alone, pytest.mark.browser, pytest.mark.timeout(1200)]

LONG = pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="plays four minutes of darts; set LONG_TESTS=1")
TOKEN = "a-token-for-the-operator"  # noqa: S105 - a test's
ENVIRON = {"DARTD_AUTH_TOKEN": TOKEN}
FIRST_S = 12.0  # for the daemon to start and the match to begin; darts before are free throws
BY_HAND: Final = 110  # points that a visit surely scores
MATCH_MS = 600_000.0

# Counts how often the page was loaded, and keeps what it said about cameras: one that comes back at once is soon no trouble any more.
_WATCH: Final = """
sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;
new MutationObserver(() => {
  const said = document.querySelector(".trouble")?.textContent.trim();
  if (said) document.documentElement.dataset.trouble = said;
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


async def _begin(page: Page, start: int) -> None:
    """Begin a match of two from the start screen; a dart before it has begun free throwing."""
    await page.locator("[data-game=x01], [data-new]").first.wait_for()
    if await page.locator("[data-new]").is_visible():
        await page.locator("[data-new]").click()
    await page.locator("[data-game=x01]").click()
    await page.locator(f"[data-choice='{start}']").click()
    await page.locator("[data-choice=straight]").click()
    await page.locator("[data-begin]").click()
    await expect(page.locator(".side.on")).to_have_count(1)


async def _correct_first_dart(page: Page, side: int) -> str:
    """Tap the first dart of a side and then the likeliest other bed; return that bed."""
    dart = page.locator(f"[data-side='{side}'] [data-slot='0']")
    await dart.click()
    likeliest = page.locator("[data-likely]").first
    bed = await likeliest.inner_text()
    await likeliest.click()
    await expect(dart.locator(".label")).to_have_text(bed)
    return bed


async def _end_by_hand(page: Page, daemon: RunningDaemon) -> None:
    """Let the board count no more darts, and enter all that the first side has left."""
    await asyncio.to_thread(daemon.ask, "stop", TOKEN)
    await expect(page.locator("#status.stopped")).to_have_count(1)
    if await page.locator("[data-side='1'].on").count():
        await page.locator("[data-next]").click()
    await expect(page.locator("[data-side='0'].on")).to_have_count(1)
    await page.keyboard.type(await page.locator("[data-side='0'] [data-figure]").inner_text())
    await page.keyboard.press("Enter")
    await page.locator("[data-used='3']").click()


@pytest.mark.parametrize("start", [101, pytest.param(501, marks=LONG)])
async def test_a_match_on_the_page_to_its_winner(page: Page, folder: Path, start: int) -> None:
    """Darts are shown and one is corrected; a killed camera and a restarted daemon pass by; the page is loaded once."""
    port = free_port()
    config = write_simulation(folder, port, rig=RIG, first_s=FIRST_S)
    await page.add_init_script(_WATCH)
    with RunningDaemon(config, port, environ=ENVIRON) as daemon:
        await asyncio.to_thread(daemon.until_ready)
        await page.goto(f"http://127.0.0.1:{port}/#key={TOKEN}")
        await _begin(page, start)
        await expect(page.locator("[data-side='0'] .filled [data-slot='1']")).to_have_count(1)
        os.kill(daemon.cameras()[1], signal.SIGKILL)
        corrected = await _correct_first_dart(page, 0)
        await expect(page.locator("html")).to_have_attribute("data-trouble", re.compile("camera gives no picture – the others score on"))
        await expect(page.locator("[data-side='1'].on")).to_have_count(1)
        status, _, _ = await asyncio.to_thread(daemon.end)
        await expect(page.locator(".veil")).to_contain_text("No connection to the board since")
    with RunningDaemon(config, port, environ=ENVIRON) as daemon:
        await expect(page.locator(".veil")).to_have_count(0)
        await expect(page.locator("[data-side='0'] [data-slot='0'] .label")).to_have_text(corrected)
        await expect(page.locator(".trouble")).to_have_text("")
        enough = page.locator("[data-side='0']:not(.on)", has=page.locator("[data-figure]", has_text=re.compile(r"^(\d\d?|10\d|110)$")))
        await expect(enough).to_have_count(1, timeout=MATCH_MS)
        await expect(page.locator("[data-side='1'] .filled").first).to_be_visible()
        await _end_by_hand(page, daemon)
        await expect(page.locator("[data-result]")).to_have_text("Player 1 wins")
        shown = [await page.locator(f"[data-side='{side}'] [data-figure]").inner_text() for side in (0, 1)]
        (match,) = daemon.get("/api/v1/matches")["data"]
        assert await asyncio.to_thread(daemon.end) is not None

    assert (status, match["status"], match["winner"]) == (0, "finished", 0)
    assert shown == [str(side["score"]["remaining"]) for side in match["sides"]]
    assert [event["new_label"].removeprefix("S") for event in journal(folder) if event["event_type"] == "dart_corrected"] == [corrected]
    assert await page.evaluate("sessionStorage.loads") == "1"
