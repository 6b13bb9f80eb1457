"""The first visit in a real Chromium: from a daemon without cameras to three checked darts."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.daemon import RunningDaemon, free_port, write_config

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]

OWN = "a password of one's own"
STEPS_S = 120.0  # three cameras calibrate on two cores, and the simulated player throws after half a minute
MS = 1000


async def test_the_first_visit_leads_from_an_empty_state_to_three_checked_darts(page: Page, tmp_path: Path) -> None:
    """Password, cameras with their pictures, aim, calibration and darts; a reload goes on where it was, and keys are enough."""
    port = free_port()
    config = write_config(tmp_path, port, cameras=0)
    with RunningDaemon(config, port) as daemon:
        await asyncio.to_thread(daemon.until_ready)
        await page.goto(f"http://127.0.0.1:{port}/board")
        await page.locator("input[name=first]").fill((tmp_path / "state/first-password").read_text().strip())
        await page.locator("input[name=password]").fill(OWN)
        await page.locator("input[name=password]").press("Enter")

        await expect(page.locator(".device img")).to_have_count(3)
        await page.locator("[data-add-devices]").press("Enter")
        await expect(page.locator(".camera")).to_have_count(3, timeout=STEPS_S * MS)
        await page.locator("[data-next]").press("Enter")
        await expect(page.locator(".said", has_text=re.compile("^sharp$"))).to_have_count(3, timeout=STEPS_S * MS)
        await page.locator("[data-next]").press("Enter")
        await page.reload()
        await expect(page.locator(".camera[data-state=ready]")).to_have_count(3, timeout=STEPS_S * MS)
        await page.locator("[data-next]").press("Enter")
        for count in (1, 2, 3):
            landed = page.locator(".asked .right")
            answered = page.locator("[data-yes]")
            await expect(answered.or_(landed.nth(count - 1))).to_be_visible(timeout=STEPS_S * MS)
            if await answered.is_visible():
                await answered.press("Enter")
            await expect(landed).to_have_count(count)
        await page.locator("[data-next]").press("Enter")

        await expect(page.locator(".advice")).to_contain_text(re.compile("Ready|Take the darts out"), timeout=STEPS_S * MS)
        assert (await page.evaluate("localStorage.getItem('dartd.setup')"), daemon.get("/health")["board"]["simulated"]) == ("done", True)
