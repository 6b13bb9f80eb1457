"""The client module in a real Chromium: it finds a way, loses nothing on it, and the live view shows it."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support import fold_cases
from tests.support.cutter import cutter_before
from tests.support.station import TOKEN, running_station
from tests.support.throws import hit

_NO_WEBSOCKET = """window.WebSocket = class extends EventTarget {
  static OPEN = 1;
  constructor() { super(); setTimeout(() => this.onclose?.({ reason: "" })); }
  close() {}
};"""
_NO_STREAM = """const ask = window.fetch;
window.fetch = (url, options) => {
  const isStream = String(url).includes("/stream") && !String(url).includes("once");
  return isStream ? Promise.reject(new Error("blocked")) : ask(url, options);
};"""
_LISTEN = """async () => {
  const { DartdClient } = await import("/static/dartd-client.js");
  window.seqs = [];
  window.client = new DartdClient("/ws?token=TOKEN", { pollMs: 200 });
  client.addEventListener("event", ({ detail }) => detail.seq !== undefined && seqs.push(detail.seq));
  client.start();
}"""


async def _open(page: Page) -> None:
    await page.evaluate(_LISTEN.replace("TOKEN", TOKEN))
    await page.wait_for_function("client.connection === 'open'")


async def test_a_cut_line_loses_nothing(open_page: OpenPage, tmp_path: Path) -> None:
    """The client comes back, and what happened meanwhile is received once."""
    page = await open_page(bypass_csp=True)  # for the test's own questions
    async with running_station(tmp_path) as station, cutter_before(station.port) as cutter:
        await page.goto(f"http://127.0.0.1:{cutter.port}/asyncapi")
        await _open(page)
        for k in range(2):
            await station.happen(hit(f"a{k}"))
            await page.wait_for_function(f"seqs.length === {2 * k + 1}")
            cutter.cut()
            await station.happen(hit(f"b{k}"))
            await page.wait_for_function(f"seqs.length === {2 * k + 2}")

        assert await page.evaluate("[seqs, client.transport]") == [[1, 2, 3, 4], "websocket"]


async def test_a_restart_loses_nothing(open_page: OpenPage, tmp_path: Path) -> None:
    """The client comes back to the same stream, and what happens then is received once."""
    page = await open_page(bypass_csp=True)  # for the test's own questions
    async with running_station(tmp_path) as station:
        port = station.port
        await page.goto(f"{station.http}/asyncapi")
        await _open(page)
        await station.happen(hit("a"))
        await page.wait_for_function("seqs.length === 1")
    async with running_station(tmp_path, port=port) as station:
        await station.happen(hit("b"), hit("c"))
        await page.wait_for_function("seqs.length === 3")

        assert await page.evaluate("[seqs, client.state.darts.length]") == [[1, 2, 3], 3]


@pytest.mark.parametrize(("blocked", "way"), [(_NO_WEBSOCKET, "events"), (_NO_WEBSOCKET + _NO_STREAM, "polling")])
async def test_another_way_is_found(open_page: OpenPage, tmp_path: Path, blocked: str, way: str) -> None:
    """Where no WebSocket gets through, an event stream does; where that does not either, asking again and again."""
    page = await open_page(bypass_csp=True)  # for the test's own questions
    await page.add_init_script(blocked)
    async with running_station(tmp_path) as station:
        await station.happen(hit("d1"))
        await page.goto(f"{station.http}/asyncapi")
        await _open(page)
        await station.happen(hit("d2"), hit("d3"))
        await page.wait_for_function("seqs.length === 2")

        assert await page.evaluate("[seqs, client.transport, client.state.darts.length]") == [[2, 3], way, 3]


async def test_the_live_view_filters_and_pauses(open_page: OpenPage, tmp_path: Path) -> None:
    """A filter hides what does not match; what comes during a pause is shown after it."""
    page = await open_page()
    async with running_station(tmp_path) as station:
        await page.goto(f"{station.http}/events")
        await expect(page.locator("body")).to_have_attribute("data-connection", "open")
        await station.happen(hit("d1"))
        await expect(page.locator("[data-type=dart_hit]")).to_have_count(1)
        await page.locator("#filter").fill("dart_hit")
        await expect(page.locator("[data-type=snapshot]")).to_be_hidden()
        await page.locator("#pause").click()
        await station.happen(hit("d2"))
        await expect(page.locator("#count")).to_have_attribute("data-count", "2")
        await expect(page.locator("[data-type=dart_hit]")).to_have_count(1)
        await page.locator("#pause").click()

        await expect(page.locator("[data-type=dart_hit]")).to_have_count(2)


_FOLD_TABLE = """async (table) => {
  const { emptyState, reduce } = await import("/static/dartd-client.js");
  const wrong = [];
  for (const { name, snapshot, steps } of table) {
    let state = reduce(emptyState(), snapshot);
    steps.forEach(({ messages, shown }, k) => {
      state = messages.reduce(reduce, state);
      const { state: machine, status, darts, visit, player_id } = state;
      const found = { state: machine, status, darts, visit, player_id };
      const sorted = (value) => JSON.stringify(value, (_, each) =>
        each && typeof each === "object" && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort()) : each);
      const last = messages.at(-1)?.seq;
      if (last !== undefined && state.lastSeq !== last) wrong.push(`${name}, step ${k + 1}: lastSeq ${state.lastSeq} instead of ${last}`);
      if (sorted(found) !== sorted(shown)) wrong.push(`${name}, step ${k + 1}: ${sorted(found)} instead of ${sorted(shown)}`);
    });
  }
  return wrong;
}"""


async def test_the_client_shows_what_the_board_shows(open_page: OpenPage, tmp_path: Path) -> None:
    """In every case of the table, made by the board's own fold, the JavaScript client's state is the board's after each step."""
    table = fold_cases.table()
    page = await open_page(bypass_csp=True)
    async with running_station(tmp_path) as station:
        await page.goto(f"http://127.0.0.1:{station.port}/asyncapi")
        wrong = await page.evaluate(_FOLD_TABLE, table)

    assert len(table) > 15
    assert wrong == []
