"""`/docs`, `/redoc` and the guide in a real Chromium that reaches no host but the daemon."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, Page, Route, expect

from schemas.base import VisitId
from schemas.events import TakeoutStarted, VisitCompleted
from tests.browser.conftest import OpenPage, complaints_of
from tests.support.receiver import running_receiver
from tests.support.station import running_station
from tests.support.waiting import DEADLINE_S, Waiting


@pytest.mark.parametrize(
    ("path", "where", "words"),
    [
        ("/docs", "pre", "/api/v1/board"),
        ("/docs/api", ".opblock", "/api/v1/players"),
        ("/redoc", "h2", "Players, by name"),
        ("/docs/guide", "td", "IDEMPOTENCY_KEY_REUSED"),
        ("/docs/troubleshooting", "td", "No space left on device"),
    ],
)
async def test_api_is_shown_without_a_network(open_page: OpenPage, tmp_path: Path, path: str, where: str, words: str) -> None:
    """All is there, no wider than a phone, and the page asked for nothing from elsewhere that its policy let through."""
    elsewhere: list[str] = []
    async with running_station(tmp_path) as station:
        page = await open_page(viewport={"width": 390, "height": 844})
        complaints = complaints_of(page)

        async def watch(route: Route) -> None:
            url = urlsplit(route.request.url)
            if url.scheme in {"http", "https"} and url.hostname != "127.0.0.1":
                elsewhere.append(route.request.url)
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/*", watch)
        await page.goto(station.http + path)
        await expect(page.locator(where).first).to_be_visible()
        await _scroll_to(page, page.locator(where, has_text=words).first)
        width_px = await page.evaluate("document.documentElement.scrollWidth")
        if folder := os.environ.get("DARTD_SCREENSHOTS"):
            await page.screenshot(path=Path(folder) / f"{path[1:].replace('/', '-')}.png")

    assert (elsewhere, complaints, width_px) == ([], [], 390)


async def test_the_recipes_run_as_they_stand(page: Page, tmp_path: Path) -> None:
    """Curl and Python get the events and the board from the address that the page filled in."""
    async with running_station(tmp_path) as station:
        await page.goto(f"{station.http}/docs")
        recipes = {each: await page.locator(f"[data-recipe={each}]").inner_text() for each in ("curl", "python", "javascript")}
        shell = await asyncio.create_subprocess_exec("sh", "-c", recipes["curl"], stdout=asyncio.subprocess.PIPE)
        said, _ = await shell.communicate()
        program = await asyncio.create_subprocess_exec(sys.executable, "-c", recipes["python"], stdout=asyncio.subprocess.PIPE)
        assert program.stdout is not None
        first = await program.stdout.readline()
        program.kill()
        await program.wait()
        await page.evaluate(f"async () => {{ {recipes['javascript']}; window.client = client; }}")

        assert (shell.returncode, b"event: hello" in said or b'"hello"' in said, b'"status"' in said) == (0, True, True)
        assert first.startswith(b"hello")
        await page.wait_for_function("window.client.connection === 'open'")


async def test_the_recipes_of_lights_and_voice_run(page: Page, tmp_path: Path) -> None:
    """WLED gets its JSON at each takeout and at 180; espeak-ng, where it is installed, speaks the total."""
    started = TakeoutStarted(visit_id=VisitId("v1"), darts_in_board=3)
    completed = VisitCompleted(visit_id=VisitId("v1"), throws=(), total=180, reason="takeout")
    espeak, spoken = shutil.which("espeak-ng"), tmp_path / "180.wav"
    (tmp_path / "station").mkdir()
    (tmp_path / "espeak-ng").write_text(f'#!/bin/sh\nexec {espeak} -w {tmp_path}/"$1".wav "$@"\n')  # there is no loudspeaker
    (tmp_path / "espeak-ng").chmod(0o755)
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    async with running_station(tmp_path / "station") as station, running_receiver() as wled:
        await page.goto(f"{station.http}/docs")
        lights, voice = [await page.locator(f"[data-recipe={each}]").inner_text() for each in ("lights", "voice")]
        here = lights.replace("http://192.168.1.50/", f"http://127.0.0.1:{wled.port}/")
        others = station.hub.statistics().clients
        programs = [await asyncio.create_subprocess_exec(sys.executable, "-c", each, env=environ) for each in (here, voice)]
        await Waiting().soon(lambda: station.hub.statistics().clients == others + len(programs), "the programs")
        await station.happen(started, completed)
        received = await wled.wait_for(2)
        if espeak is not None:
            await Waiting().soon(lambda: spoken.exists() and spoken.stat().st_size, "the voice")
        for each in programs:
            each.kill()
            await each.wait()

    assert {each.path for each in received} == {"/json/state"}
    assert [each.event for each in received] == [
        {"on": True, "seg": [{"fx": 0, "col": [[255, 0, 0]]}]},
        {"on": True, "seg": [{"fx": 9}]},
    ]


async def _scroll_to(page: Page, wanted: Locator) -> None:
    """Scroll down until an element is there: Swagger UI renders only the routes near the visible part of a long list."""
    async with asyncio.timeout(DEADLINE_S):
        while not await wanted.is_visible():
            await page.mouse.wheel(0, 400)
            await page.wait_for_timeout(100)
