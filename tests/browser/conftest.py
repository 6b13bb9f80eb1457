"""A Chromium for the tests of the pages; they are skipped with the reason where there is none, and never when `CI=true`."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright, expect

from tests.support.waiting import DEADLINE_S

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

WIDE: Final = ViewportSize(width=1280, height=800)

_AXE: Final = Path(__file__).parents[1] / "support/vendor/axe-core/axe.min.js"
_RUN_AXE: Final = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`));
}"""

OpenPage = Callable[..., Awaitable[Page]]

expect.set_options(timeout=1000 * DEADLINE_S)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Run a Chromium."""
    if not CHROMIUM.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"needs {CHROMIUM}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=1000 * DEADLINE_S)
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


@pytest.fixture
async def page(open_page: OpenPage) -> AsyncIterator[Page]:
    """Open a wide page that may not complain, and may ask no other host."""
    page = await open_page(viewport=WIDE)
    complaints = complaints_of(page)
    yield page
    assert complaints == []


def complaints_of(page: Page) -> list[str]:
    """Return the list to which the errors of a page and its requests to other hosts are appended.

    A daemon that is away is no error of the page: Chromium logs each refused connection, and each stream that ended in the middle.
    """
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(f"{line.text} {line.location['url']}") if _is_error(line) else None)
    page.on("request", lambda request: complaints.append(request.url) if _is_foreign(request.url) else None)
    return complaints


def _is_error(line: ConsoleMessage) -> bool:
    return line.type == "error" and not any(each in line.text for each in ("ERR_CONNECTION", "ERR_INCOMPLETE_CHUNKED_ENCODING"))


def _is_foreign(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1"


async def violations_of(page: Page) -> list[str]:
    """Return what axe finds on a page that keeps people out."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.add_script_tag(path=_AXE)
    found: list[str] = await page.evaluate(_RUN_AXE)
    return found
