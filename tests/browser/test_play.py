"""The play page in a real Chromium: from the start screen to the winner, by hand and by the board."""

import asyncio
import re
import wave
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from schemas.base import VisitId
from schemas.events import TakeoutFinished
from tests.support.http_client import http_client
from tests.support.station import TOKEN, Station, running_station
from tests.support.throws import hit

T20, S20 = (0.0, 103.0), (0.0, 130.0)  # mm


async def _start(page: Page, station: Station) -> None:
    """Pair the screen and take the two taps to the first dart."""
    await page.goto(f"{station.http}/#key={TOKEN}")
    await page.locator("[data-game=x01]").click()
    await page.locator("[data-begin]").click()
    await expect(page.locator("[data-side='0']")).to_have_attribute("aria-current", "true")


async def _tap(page: Page, *beds: str) -> None:
    for bed in beds:
        if bed[0] in "DT":
            await page.locator(".times button").nth("SDT".index(bed[0])).click()
        await page.locator(f"[data-bed={bed}]").click()


async def _left(page: Page, side: int, points: int) -> None:
    await expect(page.locator(f"[data-side='{side}'] [data-figure]")).to_have_text(str(points))


def _write_sound(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(1600))


async def test_a_501_by_hand_to_the_winner(page: Page, tmp_path: Path) -> None:
    """Darts by beds and by totals, keys, one correction by tap, undo; the winner is shown, and the next match is one tap away.

    The caller plays a sound of the chosen voice pack.
    """
    await asyncio.to_thread(_write_sound, tmp_path / "voices/test/180+best.wav")
    await page.add_init_script("localStorage.setItem('dartd.caller', 'pack:test')")
    sounds: list[str] = []
    page.on("response", lambda answer: sounds.append(f"{answer.status} {urlsplit(answer.url).path}") if ".wav" in answer.url else None)
    async with running_station(tmp_path) as station:
        await _start(page, station)
        await page.locator("[data-pad]").click()
        await _tap(page, "T20", "S20")
        await _left(page, 0, 421)
        await page.locator("[data-slot='1']").first.click()
        await page.locator("[data-likely=T20]").click()
        await _left(page, 0, 381)
        await _tap(page, "T20")
        await _left(page, 0, 321)
        await expect(page.locator("[data-side='1']")).to_have_attribute("aria-current", "true")
        for bed, left in (("S20", 361), ("T20", 321)):  # of the visit that is over: its side stays off
            await page.locator("[data-side='0'] [data-slot='2']").click()
            await page.locator(f"[data-likely={bed}]").click()
            await _left(page, 0, left)
            await expect(page.locator("[data-side='0'] [data-slot='2'] .label")).to_have_text(bed.removeprefix("S"))
        await page.locator("[data-side='1'] h2").click()
        for total, side, left in (("100", 1, 401), ("180", 0, 141), ("26", 1, 375)):
            await page.keyboard.type(total)
            await page.keyboard.press("Enter")
            await _left(page, side, left)
        await expect(page.locator("[data-side='0'] .outs")).to_contain_text("T20")
        await page.locator(".tabs button").first.click()
        await _tap(page, "T20", "T19")
        await expect(page.locator("[data-side='0'] .outs")).to_have_text(re.compile(r"^\s*D12\s*$"))
        await page.keyboard.press("Backspace")
        await _left(page, 0, 81)
        await _tap(page, "T19", "D12")

        await expect(page.locator("[data-result]")).to_have_text("Player 1 wins")
        await page.locator("[data-rematch]").click()
        await _left(page, 0, 501)
        assert set(sounds) == {"200 /voices/test/180%2Bbest.wav"}


async def test_the_board_scores_a_match(page: Page, tmp_path: Path) -> None:
    """Darts of the board count, a tap corrects one, the takeout passes the turn once, and a reloaded page shows the same."""
    async with running_station(tmp_path) as station:
        await _start(page, station)
        await station.happen(*(hit(f"main-d00000{k}", k, *T20, visit="main-v000001") for k in (1, 2)))
        await _left(page, 0, 381)
        await expect(page.locator("[data-dart=main-d000002]")).to_have_count(1)
        await page.locator("[data-slot='1']").first.click()
        await page.locator("[data-likely=S20]").click()
        await _left(page, 0, 421)
        await station.happen(hit("main-d000003", 3, *S20, visit="main-v000001"))
        await _left(page, 0, 401)
        await station.happen(TakeoutFinished(visit_id=VisitId("main-v000002")))
        await expect(page.locator("[data-side='1']")).to_have_attribute("aria-current", "true")
        await station.happen(TakeoutFinished(visit_id=VisitId("main-v000003")))
        await page.reload()

        await expect(page.locator("[data-side='1']")).to_have_attribute("aria-current", "true")
        await expect(page.locator("[data-side='0'] [data-last]")).to_have_text("100")
        await _left(page, 0, 401)


async def test_the_caller_says_visits(page: Page, tmp_path: Path) -> None:
    """Nothing until it is turned on for this device; then each visit, and the end of a leg."""
    await page.add_init_script("window.said = []; speechSynthesis.speak = (words) => window.said.push(words.text);")
    async with running_station(tmp_path) as station:
        await _start(page, station)
        await page.keyboard.type("60")
        await page.keyboard.press("Enter")
        await _left(page, 0, 441)
        assert await page.evaluate("window.said") == []
        await page.goto(f"{station.http}/settings")
        await page.locator("[data-caller]").select_option("voice")
        await page.goto(station.http)
        await page.locator("[data-side='1'][aria-current]").wait_for()
        await page.keyboard.type("100")
        await page.keyboard.press("Enter")
        await _left(page, 1, 401)

        assert await page.evaluate("window.said") == ["100"]


async def test_who_is_not_logged_in_only_watches(page: Page, tmp_path: Path) -> None:
    """Without a login a match is shown and follows the darts, but nothing can be changed; starting one asks for the login."""
    async with running_station(tmp_path) as station:
        await page.goto(station.http)
        await page.locator("[data-begin]").click()
        await expect(page.locator("dialog input[name=username]")).to_be_focused()
        await page.keyboard.press("Escape")
        await _begin_elsewhere(station)
        await station.happen(hit("d1", 1, *T20))

        await _left(page, 0, 441)
        await expect(page.locator(".actions, .dart-box button")).to_have_count(0)


async def _begin_elsewhere(station: Station) -> None:
    body = {"rules": {"game": "x01"}, "sides": [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Ben"}]}], "board_id": "main"}
    async with http_client(station.http, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        assert (await http.post("/api/v1/matches", json=body)).status_code == 201
