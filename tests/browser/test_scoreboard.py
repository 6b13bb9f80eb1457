"""Free throwing in a real Chromium: darts appear, and nothing is lost when the daemon goes and comes back."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize, expect

from schemas.base import DartId, VisitId
from schemas.events import CameraStateChanged, DartRemoved, TakeoutFinished, VisitCompleted, VisitThrow
from tests.browser.conftest import WIDE
from tests.support.station import running_station
from tests.support.throws import hit

PHONE = ViewportSize(width=390, height=844)
FLAT = ViewportSize(width=844, height=390)
SCREEN = ViewportSize(width=1920, height=1080)


def _visit(visit: str) -> VisitCompleted:
    throws = tuple(VisitThrow(dart_number=k, dart_id=DartId(f"{visit}-{k}"), label="T20", points=60) for k in (1, 2, 3))
    return VisitCompleted(visit_id=VisitId(visit), throws=throws, total=180, reason="three_darts")


async def test_a_dart_appears_where_it_landed(page: Page, tmp_path: Path) -> None:
    """A hit is drawn at its millimetres, fills its slot and counts."""
    async with running_station(tmp_path) as station:
        await page.goto(station.http)
        await expect(page.locator("body")).to_have_attribute("data-connection", "open")
        await station.happen(hit("d1", 1, 10.5, 102.0))
        dart = page.locator("[data-dart=d1]")
        await expect(dart).to_have_attribute("transform", "translate(10.5 -102)")

        await expect(page.locator("#slots .label").first).to_have_text("T20")
        await expect(page.locator("#total")).to_have_text("60")
        await expect(page.locator("#simulated")).to_be_visible()


async def test_darts_that_are_taken_out_go(page: Page, tmp_path: Path) -> None:
    """After the takeout the board is empty, and the visit stands among the earlier ones."""
    async with running_station(tmp_path) as station:
        await page.goto(station.http)
        await expect(page.locator("body")).to_have_attribute("data-connection", "open")
        await station.happen(*(hit(f"v-{k}", k, visit="v") for k in (1, 2, 3)), _visit("v"))
        await expect(page.locator("#total")).to_have_text("180")
        gone = tuple(DartId(f"v-{k}") for k in (1, 2, 3))
        await station.happen(
            DartRemoved(count_removed=3, count_remaining=0, removed_dart_ids=gone, visit_id=VisitId("v")),
            TakeoutFinished(visit_id=VisitId("v")),
            hit("w-1", 1, 0, 0, visit="w"),
        )

        await expect(page.locator(".dart")).to_have_count(1)
        await expect(page.locator("#total")).to_have_text("50")
        await expect(page.locator("#visits .sum").first).to_have_text("180")


async def test_the_page_comes_back_by_itself_and_has_missed_nothing(page: Page, tmp_path: Path) -> None:
    """When the daemon dies and starts again, the page reconnects, resumes, and has received every event once, in order."""
    await page.add_init_script(_LISTEN)
    async with running_station(tmp_path) as station:
        port = station.port
        await page.goto(station.http)
        await expect(page.locator("body")).to_have_attribute("data-connection", "open")
        await station.happen(hit("d1", 1))
        await expect(page.locator("body")).to_have_attribute("data-seq", "1")
    await expect(page.locator(".veil")).to_contain_text("No connection to the board since")
    async with running_station(tmp_path, port=port) as station:
        await station.happen(hit("d2", 2), hit("d3", 3))
        await expect(page.locator("body")).to_have_attribute("data-connection", "open")
        await station.happen(hit("e1", 1, 0, 0, visit="visit-2"))
        await expect(page.locator("body")).to_have_attribute("data-seq", "4")

        await expect(page.locator("#total")).to_have_text("50")
        await expect(page.locator(".veil")).to_have_count(0)
        assert await page.evaluate("window.received") == [1, 2, 3, 4]


async def test_the_page_opens_while_the_daemon_is_away(page: Page, tmp_path: Path) -> None:
    """Its files are kept, and it says over everything that there is no connection."""
    async with running_station(tmp_path) as station:
        address = station.http
        await page.goto(address)
        await page.evaluate("navigator.serviceWorker.ready")
        await page.reload()
        await expect(page.locator("body")).to_have_attribute("data-connection", "open")
    await page.reload()

    await expect(page.locator(".veil")).to_contain_text("No connection to the board since")
    await expect(page.locator("[data-begin]")).to_have_count(1)


async def test_a_page_opened_later_knows_the_evening(page: Page, tmp_path: Path) -> None:
    """The snapshot shows the darts in the board, the journal the visits before."""
    async with running_station(tmp_path) as station:
        await station.happen(_visit("v"), hit("w-1", 1, 0, 0, visit="w"))
        await page.goto(station.http)

        await expect(page.locator(".dart")).to_have_count(1)
        await expect(page.locator("#visits .sum").first).to_have_text("180")


async def test_a_lost_camera_is_reported_in_words(page: Page, tmp_path: Path) -> None:
    """The page says which camera gives no picture and that scoring goes on; while all is well it says nothing."""
    async with running_station(tmp_path) as station:
        await page.goto(station.http)
        await expect(page.locator("body")).to_have_attribute("data-connection", "open")
        await expect(page.locator(".trouble")).to_have_text("")
        camera = station.services.config.cameras[1].camera_id
        await station.happen(CameraStateChanged(camera_id=camera, state="offline", previous_state="ready", reason="unplugged"))

        await expect(page.locator(".trouble")).to_contain_text("cam1 camera gives no picture – the others score on")


@pytest.mark.parametrize("size", [WIDE, PHONE, FLAT, SCREEN])
async def test_everything_fits_on_the_screen(page: Page, tmp_path: Path, size: ViewportSize) -> None:
    """Nothing of board, total or slots is cut off or covers another, on any screen."""
    async with running_station(tmp_path) as station:
        await page.set_viewport_size(size)
        await page.goto(station.http)
        await station.happen(*(hit(f"d{k}", k, x_mm=30.0 * k, y_mm=90.0) for k in (1, 2, 3)))
        await expect(page.locator(".dart")).to_have_count(3)
        boxes = {name: await page.locator(name).bounding_box() for name in ("#board", "#total", "#slots", ".actions")}
        if where := os.environ.get("DARTD_SCREENSHOTS"):
            await page.screenshot(path=f"{where}/{size['width']}x{size['height']}.png")

        for name, box in boxes.items():
            assert box is not None, name
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= size["width"] + 1, name
            assert box["y"] + box["height"] <= size["height"] + 1, name
        assert not _overlap(boxes["#board"], boxes["#slots"])
        assert not _overlap(boxes["#board"], boxes[".actions"])


def _overlap(one: object, other: object) -> bool:
    assert isinstance(one, dict)
    assert isinstance(other, dict)
    return all(one[a] < other[a] + other[b] - 1 and other[a] < one[a] + one[b] - 1 for a, b in (("x", "width"), ("y", "height")))


# Receives what the page receives, through the very module that it imports.
_LISTEN = """
window.received = [];
const dispatch = EventTarget.prototype.dispatchEvent;
EventTarget.prototype.dispatchEvent = function (event) {
  if (event.type === "event" && event.detail?.seq !== undefined) window.received.push(event.detail.seq);
  return dispatch.call(this, event);
};
"""
