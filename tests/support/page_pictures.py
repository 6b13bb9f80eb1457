"""Makes the pictures of the pages for README and /docs from a simulated board: `make pictures`, two minutes.

`python -m tests.support.page_pictures --every FOLDER` makes a picture of every page, wide and of a phone, light and dark, to be looked at.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import httpx2
import numpy as np
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.support.daemon import RunningDaemon, free_port
from tests.support.http_client import http_client
from tests.support.people import bearer
from tests.support.simulation import calibrate, write_simulation
from tests.support.station import TOKEN

FOLDER: Final = Path(__file__).parents[2] / "dartd/web/static/pictures"
RIG: Final = 8
WIDE: Final = ViewportSize(width=1280, height=720)
PHONE: Final = ViewportSize(width=390, height=844)
SIZES: Final = {"wide": ViewportSize(width=1920, height=1080), "phone": PHONE}
QUALITIES: Final = (84, 75, 60, 40, 20)
MOST_BYTES: Final = 150_000
NAMES: Final = ("Ada", "Ben")
FILLED: Final = 4  # darts are shown before the last of the running visit: a visit of the other side and one dart
WAIT_MS: Final = 180_000.0
IDLE_MS: Final = 200_000  # after which the start screen gives way to the leaders
SETTLED_S: Final = 2.0  # flashes are over, streams have come

_PATHS: Final = (
    "board", "statistics", "accuracy", "people", "settings", "events", "alerts", "webhooks", "docs", "docs/api", "redoc", "docs/guide",
    "asyncapi", "typo",
)  # fmt: skip
EVERY: Final = {"play": "", **{path.replace("/", "-"): path for path in _PATHS}}


class Shot(NamedTuple):
    """A picture of a page that is ready when an element is there."""

    name: str
    path: str
    ready: str
    size: ViewportSize = WIDE
    theme: str = "dark"


# After the first one, which is the play page while a match runs.
SHOTS: Final = (
    Shot("manager", "board", "img", theme="light"),
    Shot("alerts", "alerts", "[data-alert]"),
    Shot("events", "events", "[data-seq], tbody tr, li", theme="light"),
)


def write_webp(path: Path, png: bytes) -> None:
    """Write a picture of a browser as WebP, as good as its size allows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    sizes = (cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, each])[1].tobytes() for each in QUALITIES)
    webp = next(each for each in sizes if len(each) < MOST_BYTES)
    path.write_bytes(webp)
    print(f"{path}: {len(webp) / 1000:.0f} kB", flush=True)


@asynccontextmanager
async def opened_page(browser: Browser, address: str, size: ViewportSize, theme: str, **options: Any) -> AsyncIterator[Page]:
    """Open a page of a paired screen in a scheme."""
    context = await browser.new_context(viewport=size, **options)
    await context.add_init_script(f'localStorage.setItem("dartd.theme", "{theme}"); localStorage.setItem("dartd.key", "{TOKEN}");')
    page = await context.new_page()
    await page.goto(address)
    yield page
    await context.close()


@asynccontextmanager
async def opened_api(address: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Open a client of the API with all rights."""
    async with http_client(f"{address}api/v1", headers=bearer(TOKEN)) as http:
        yield http


async def prepare(http: httpx2.AsyncClient) -> None:
    """Add two players, their match, and a webhook without a receiver, which raises an alert."""
    for name in NAMES:
        (await http.post("/players", json={"player_id": name.lower(), "name": name})).raise_for_status()
    hook = {"name": "Chat", "url": "http://127.0.0.1:1/", "events": ["player_signed_on"], "retry_policy": {"max_retries": 0}}
    (await http.post("/webhooks", json=hook)).raise_for_status()
    (await http.put("/board/player", json={"player_id": "ada"})).raise_for_status()
    sides = [{"players": [name.lower()]} for name in NAMES]
    match = {"rules": {"game": "x01"}, "format": {"goal": "first_to", "legs": 3}, "sides": sides, "board_id": "main"}
    (await http.post("/matches", json=match)).raise_for_status()


async def take_all(browser: Browser, address: str) -> None:
    """Make the pictures that README and /docs show."""
    async with opened_page(browser, address, WIDE, "dark") as page, opened_page(browser, address, PHONE, "dark") as phone:
        await page.locator(".side .filled").nth(FILLED).wait_for(timeout=WAIT_MS)
        await page.locator(".side.on .filled [data-slot='1']").first.wait_for(timeout=WAIT_MS)
        await asyncio.sleep(SETTLED_S)
        write_webp(FOLDER / "play.webp", await page.screenshot())
        write_webp(FOLDER / "phone.webp", await phone.screenshot())
    for shot in SHOTS:
        async with opened_page(browser, address + shot.path, shot.size, shot.theme) as page:
            await page.locator(shot.ready).first.wait_for(timeout=WAIT_MS)
            await asyncio.sleep(SETTLED_S)
            write_webp(FOLDER / f"{shot.name}.webp", await page.screenshot())


async def take_every(browser: Browser, address: str, folder: Path, locale: str, pages: Mapping[str, str]) -> None:
    """Make a picture of pages, given as paths by names, at two sizes in both schemes."""
    for size, viewport in SIZES.items():
        for theme in ("dark", "light"):
            for name, path in pages.items():
                async with opened_page(browser, address + path, viewport, theme, locale=locale) as page:
                    await page.locator("h1, .opblock, .side, .tile, .menu-content").first.wait_for(timeout=WAIT_MS)
                    if name == "wizard":
                        await page.locator("[data-setup]").click()
                    if name == "idle":
                        await page.clock.install()
                        await page.reload()
                        await page.locator(".tile").first.wait_for()
                        await page.clock.fast_forward(IDLE_MS)
                    await asyncio.sleep(SETTLED_S)
                    await page.screenshot(path=folder / f"{name}-{size}-{theme}.png")


async def make(every: Path | None, locale: str) -> None:
    """Run a simulated board with a match, and make pictures of its pages."""
    with tempfile.TemporaryDirectory(prefix="dartd-pictures-") as name:
        folder, port = Path(name), free_port()
        await asyncio.to_thread(calibrate, folder, RIG)
        config = write_simulation(folder, port, rig=RIG, first_s=14.0)
        config.write_text(f'{config.read_text()}[auth]\ntoken = "{TOKEN}"\n[webhooks]\nallow_private = true\n')
        daemon = RunningDaemon(config, port, environ={"DARTD_LOG_LEVEL": "error"})
        address = f"http://127.0.0.1:{port}/"
        with daemon:
            await asyncio.to_thread(daemon.until_ready)
            async with async_playwright() as playwright, opened_api(address) as http:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                if every is not None:
                    await take_every(browser, address, every, locale, {"idle": "", "start": "", "wizard": "board"})
                await prepare(http)
                if every is not None:
                    await take_every(browser, address, every, locale, EVERY)
                else:
                    await take_all(browser, address)
                await browser.close()
            await asyncio.to_thread(daemon.end)


def main() -> None:
    """Make what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=Path, help="a folder for pictures of every page instead")
    parser.add_argument("--locale", default="en-GB")
    given = parser.parse_args()
    began_s = time.monotonic()
    if given.every is not None:
        given.every.mkdir(parents=True, exist_ok=True)
    asyncio.run(make(given.every, given.locale))
    print(f"{time.monotonic() - began_s:.0f} s; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
