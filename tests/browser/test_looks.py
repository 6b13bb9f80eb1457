"""How the pages look in a real Chromium: every label fits at every size, and axe finds nothing that keeps people out."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx2
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.conftest import OpenPage, violations_of
from tests.support.http_client import http_client
from tests.support.people import bearer
from tests.support.station import TOKEN, running_station
from tests.support.throws import hit

SIZES: Final = [
    (1920, 1080), (1366, 768), (1280, 800), (1024, 768), (768, 1024), (390, 844), (844, 390), (3840, 2160), (360, 640), (1280, 720),
    (820, 1180), (2560, 1080),
]  # fmt: skip
LONGEST: Final = "Maximiliane von Hohenstein-Sonnenberg II"

# Fills every label with the longest text that it may have, and returns those that do not fit.
_OVERFLOWING: Final = """() => {
  const longest = {
    ".dart-box .label": "MISS", ".dart-box .points": "60", ".side .figure": "1001", ".outs": "T20 T20 BULL",
    "[data-visit], [data-last]": "180", ".side .figures span:nth-child(2) b": "180,00", "#total": "180",
  };
  const kept = [];
  for (const [where, text] of Object.entries(longest)) for (const each of document.querySelectorAll(where)) {
    kept.push([each, [...each.childNodes]]);
    each.replaceChildren(text);
    if (where.endsWith(".figure")) each.dataset.length = text.length;
  }
  const boxes = [
    "button", ".pill", ".badge", ".tile", ".dart-box", ".dart-box .label", ".side", ".outs", ".figures", ".count", ".legs", ".key",
    ".stepper", ".choices",
  ].join();
  const clipped = [".tile", ".side", ".middle", ".result", ".dart-box", "dialog"].join();
  const mayEnd = (box) => ["who", "chip"].some((each) => box.classList.contains(each));
  const wrong = [...document.querySelectorAll(boxes)]
    .filter((box) => box.getClientRects().length && box.scrollWidth > box.clientWidth + 1 && !mayEnd(box))
    .map((box) => `${box.className || box.tagName}: ${box.textContent.trim().slice(0, 30)} ${box.scrollWidth} > ${box.clientWidth}`);
  const isFixed = (box) => !box.matches(".middle") || getComputedStyle(box).containerType === "size";
  const isHigher = (box) => box.getClientRects().length && box.scrollHeight > box.clientHeight + 1;
  for (const box of [...document.querySelectorAll(clipped)].filter(isFixed).filter(isHigher))
    wrong.push(`${box.className || box.tagName}: ${box.textContent.trim().slice(0, 30)} ${box.scrollHeight} high in ${box.clientHeight}`);
  const isBelow = (key) => key.getBoundingClientRect().bottom > innerHeight + 1;
  const below = [...document.querySelectorAll(".pad .key, [data-rematch]")].filter(isBelow);
  if (innerHeight >= 700 && below.length) wrong.push(`${below.length} keys are below the screen`);
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`page ${document.documentElement.scrollWidth} > ${innerWidth}`);
  for (const [each, nodes] of kept) each.replaceChildren(...nodes);
  for (const each of document.querySelectorAll(".side .figure")) each.dataset.length = each.textContent.length;
  return [...new Set(wrong)];
}"""


# Shows each state of the board in the bar, and returns what does not fit.
_BAR_OVERFLOWING: Final = """async () => {
  const { language, loadTexts } = await import("/static/texts.js");
  const texts = await loadTexts(`texts/${language}.json`);
  const words = Object.entries(texts).filter(([key]) => /^(status|connection)\\./.test(key)).map(([, word]) => word);
  return words.flatMap((word) => {
    document.querySelector("#bar .pill").textContent = `▶ ${word}`;
    const bar = document.getElementById("bar");
    const cut = [...bar.querySelectorAll(".who, .pill, .badge")].filter((each) => each.scrollWidth > each.clientWidth + 1);
    const wrong = cut.map((each) => `${word}: ${each.textContent.trim()} ${each.scrollWidth} > ${each.clientWidth}`);
    return bar.scrollWidth > innerWidth ? [...wrong, `${word}: bar ${bar.scrollWidth}`] : wrong;
  });
}"""


async def _begin(page: Page, address: str) -> None:
    """Begin a match of a player with the longest name."""
    await page.goto(f"{address}/#key={TOKEN}")
    await page.locator("input[name=name]").fill(LONGEST)
    await page.locator("input[name=name]").press("Enter")
    await page.locator("input[name=name]").fill("Bo")
    await page.locator("input[name=name]").press("Enter")
    await expect(page.locator(".chip[aria-pressed=true]")).to_have_count(2)


async def _match_of(http: httpx2.AsyncClient, rules: dict[str, Any], *names: str) -> str:
    """Begin a match of guests on the board; return its path."""
    body = {"rules": rules, "sides": [{"players": [{"name": name}]} for name in names], "board_id": "main"}
    answer = await http.post("/api/v1/matches", json=body)
    return f"/api/v1/matches/{answer.json()['match_id']}"


async def test_no_label_overflows_at_any_size(open_page: OpenPage, tmp_path: Path) -> None:
    """Start screen, matches, entry, winner and free throwing at twelve sizes, in German, with the longest texts."""
    page = await open_page(locale="de-DE", bypass_csp=True, reduced_motion="reduce")  # nothing moves while it is measured
    wrong: list[str] = []

    async def look(name: str) -> None:
        for width, height in SIZES:
            await page.set_viewport_size(ViewportSize(width=width, height=height))
            wrong.extend(f"{name} {width}x{height} {each}" for each in await page.evaluate(_OVERFLOWING))

    async with running_station(tmp_path) as station:
        await _begin(page, station.http)
        await look("start")
        await page.locator("[data-begin]").click()
        await expect(page.locator(".side.on")).to_have_count(1)
        await station.happen(hit("d1", 1))
        await expect(page.locator(".dart-box.filled")).to_have_count(1)
        await look("match")
        await page.locator("[data-pad]").click()
        await look("entry")
        await page.locator(".more summary").click()
        await page.locator("[data-stop]").click()
        await page.locator("[data-new]").click()
        async with http_client(station.http, headers=bearer(TOKEN)) as http:
            cricket = await _match_of(http, {"game": "cricket"}, LONGEST, "Bo")
            await expect(page.locator(".marks")).to_have_count(2)
            await look("cricket")
            await http.put(f"{cricket}/stop")
            await page.locator("[data-new]").click()
            short = await _match_of(http, {"game": "x01", "start": 40}, LONGEST, "Bo", "Cy")
            await http.post(f"{short}/throws", json={"darts": ["D20"]})
            await expect(page.locator("[data-rematch]")).to_have_count(1)
            await look("winner")
        await page.locator("[data-new]").click()
        await page.locator("[data-game=free]").click()
        await look("free")

    assert "\n".join(wrong) == ""


async def test_the_bar_is_whole_on_a_phone(open_page: OpenPage, tmp_path: Path) -> None:
    """A name may end in dots; the words that lead to the login and the state of the board may not, in any language, whatever the state."""
    wrong: list[str] = []
    async with running_station(tmp_path) as station:
        for locale in ("en-GB", "de-DE", "nl-NL"):
            page = await open_page(locale=locale, viewport={"width": 390, "height": 844})
            await page.goto(f"{station.http}/board")
            await expect(page.locator("#bar .who, #bar .pill")).to_have_count(2)
            wrong += [f"{locale} {each}" for each in await page.evaluate(_BAR_OVERFLOWING)]

    assert wrong == []


async def test_axe_finds_nothing(open_page: OpenPage, tmp_path: Path) -> None:
    """Names, roles, contrast and order of every page of ours, in both schemes."""
    page = await open_page(bypass_csp=True, viewport=ViewportSize(width=1280, height=800))
    found: list[str] = []

    async def check(name: str, *, ready: str, act: Callable[[], Awaitable[Any]]) -> None:
        await act()
        await expect(page.locator(ready).first).to_be_visible()
        for theme in ("dark", "light"):
            await page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            found.extend(f"{name} {theme} {each}" for each in await violations_of(page))

    async with running_station(tmp_path) as station:
        await check("start", ready=".chips", act=lambda: _begin(page, station.http))
        await check("match", ready=".side.on", act=page.locator("[data-begin]").click)
        await station.happen(hit("d1", 1))
        await check("correction", ready="[data-likely]", act=page.locator("[data-slot='0']").first.click)
        await page.keyboard.press("Escape")
        await check("entry", ready="[data-bed]", act=page.locator("[data-pad]").click)
        pages = ("events", "typo", "docs", "docs/guide", "board", "statistics", "accuracy", "people", "settings", "alerts", "webhooks")
        for path in (*pages, "dashboard", "reports", "tournaments"):
            await check(path, ready="h1", act=lambda path=path: page.goto(f"{station.http}/{path}"))  # type: ignore[misc]  # mypy cannot infer it
        await page.goto(f"{station.http}/board")
        await check("devices", ready=".device", act=page.locator("[data-setup]").click)
        await check("calibration", ready="[data-points]", act=page.locator(".steps button").nth(3).click)
        await check("points", ready=".handle", act=page.locator("[data-points]").first.click)

    assert "\n".join(found) == ""
