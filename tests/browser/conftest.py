"""A Chromium for the tests of the pages; they are skipped with the reason where there is none, and never when `CI=true`."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.waiting import DEADLINE_S

CHROMIUM: Final = Path("/usr/bin/chromium")
_FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

OpenPage = Callable[..., Awaitable[Page]]

expect.set_options(timeout=1000 * DEADLINE_S)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Run a Chromium."""
    if not CHROMIUM.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"needs {CHROMIUM}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS, timeout=1000 * DEADLINE_S)
        yield browser
        await browser.close()


@pytest.fixture
def open_page(browser: Browser) -> OpenPage:
    """Open pages that wait as long as everything else does."""

    async def open_one(**options: Any) -> Page:
        page = await browser.new_page(**options)
        page.set_default_timeout(1000 * DEADLINE_S)
        return page

    return open_one
