"""What the pages cost: `python -m tests.bench.pages [--only painted grown streams] [--darts 60] [--events 10000] [--seconds 20]`.

Painted: from the commit of a dart, and from its message in the page, to the first frame of a headless Chromium in which the dart is drawn.
Grown: DOM nodes, listeners and heap of a page with a running match after a tenth of the events, and after all of them.
Streams: processor time of a daemon and of its three cameras without viewers, with an MJPEG stream of each camera, and without again.
"""

import argparse
import asyncio
import base64
import os
import tempfile
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import httpx2
import numpy as np
import numpy.typing as npt
from playwright.async_api import CDPSession, Page, async_playwright

from schemas.base import VisitId
from schemas.events import JournalledEvent, TakeoutFinished
from tests.browser.conftest import CHROMIUM, FLAGS, WIDE
from tests.support.daemon import RunningDaemon, free_port
from tests.support.people import bearer
from tests.support.simulation import write_simulation
from tests.support.station import TOKEN, Station, running_station
from tests.support.throws import hit

_PLACES_MM: Final = ((0.0, 130.0), (110.0, -60.0), (-110.0, -60.0))  # of the darts of a visit, apart from each other
_AT_ONCE: Final = 10  # visits
_DIFFERENT: Final = 30.0  # mean difference of grey values where a dart has been drawn
_RADIUS_PX: Final = 6
_TICKS_S: Final = os.sysconf("SC_CLK_TCK")

# Notes when the message of each dart arrives, in milliseconds since the epoch.
_NOTE: Final = """
window.arrived = {};
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      const { event_type, dart_id } = JSON.parse(data);
      if (event_type === "dart_hit") arrived[dart_id] = performance.timeOrigin + performance.now();
    });
  }
};
"""


class PaintedFrame(NamedTuple):
    """A frame of the screencast in grey, and when it was shown, in seconds since the epoch."""

    at_s: float
    grey: npt.NDArray[np.uint8]


@asynccontextmanager
async def opened_page(station: Station, path: str) -> AsyncIterator[tuple[Page, CDPSession]]:
    """Open a page in a Chromium of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport=WIDE)
        await page.add_init_script(_NOTE)
        session = await page.context.new_cdp_session(page)
        await page.goto(f"{station.http}{path}")
        await page.locator("body[data-connection=open]").wait_for()
        yield page, session
        await browser.close()


async def painted(darts: int) -> None:
    """Print the times from a dart to its pixels."""
    frames: list[PaintedFrame] = []
    acknowledging = set[asyncio.Future[Any]]()
    from_commit_ms, from_message_ms = [], []
    with tempfile.TemporaryDirectory(prefix="dartd-painted-") as folder:
        async with running_station(Path(folder)) as station, opened_page(station, "/") as (page, session):

            def keep(frame: dict[str, Any]) -> None:
                acknowledging.add(asyncio.ensure_future(session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})))
                grey = cv2.imdecode(np.frombuffer(base64.b64decode(frame["data"]), np.uint8), cv2.IMREAD_GRAYSCALE)
                frames.append(PaintedFrame(frame["metadata"]["timestamp"], np.asarray(grey, np.uint8)))

            session.on("Page.screencastFrame", keep)
            await session.send("Page.startScreencast", {"format": "jpeg", "quality": 80})
            for k in range(darts):
                visit, place = divmod(k, len(_PLACES_MM))
                if place == 0:
                    await station.happen(TakeoutFinished(visit_id=VisitId(f"v{visit - 1}")))
                await asyncio.sleep(1.2)  # until nothing moves any more
                before = frames[-1] if frames else None
                del frames[:]
                began_s = time.time()
                await station.happen(hit(f"d{k}", place + 1, *_PLACES_MM[place], visit=f"v{visit}"))
                await page.locator(f"[data-dart=d{k}]").wait_for()
                await asyncio.sleep(0.4)
                box = await page.locator(f"[data-dart=d{k}] .mark").bounding_box()
                if before is None or box is None or (shown_s := _first_with(frames, before, box)) is None:
                    continue
                from_commit_ms.append(1000 * (shown_s - began_s))
                from_message_ms.append(1000 * shown_s - await page.evaluate(f"arrived.d{k}"))
    print(f"painted: {len(from_commit_ms)} of {darts} darts, ms".ljust(48), "p50   p95   max")
    for name, values in (
        ("dart decided, then journalled, sent and painted", from_commit_ms),
        ("message in the page -> painted", from_message_ms),
    ):
        print(f"  {name:46}{np.median(values):5.0f} {np.quantile(values, 0.95):5.0f} {max(values):5.0f}")
    print("  wanted: p95 of 100 or less")


def _first_with(frames: Sequence[PaintedFrame], before: PaintedFrame, box: Any) -> float | None:
    """Return when the first frame was shown in which the middle of a box is another than before."""
    scale = before.grey.shape[1] / WIDE["width"]
    x, y = (round(scale * (box[a] + box[b] / 2)) for a, b in (("x", "width"), ("y", "height")))
    here = (slice(y - _RADIUS_PX, y + _RADIUS_PX), slice(x - _RADIUS_PX, x + _RADIUS_PX))
    was = before.grey[here].astype(float)
    return next((each.at_s for each in frames if np.abs(each.grey[here] - was).mean() > _DIFFERENT), None)


async def grown(events: int) -> None:
    """Print what a page takes after a tenth of the events and after all of them."""
    with tempfile.TemporaryDirectory(prefix="dartd-grown-") as folder:
        async with running_station(Path(folder)) as station, opened_page(station, f"/#key={TOKEN}") as (page, session):
            await session.send("Performance.enable")
            body = {"rules": {"game": "x01"}, "format": {"goal": "first_to", "legs": 21, "sets": 13}, "board_id": "main"}
            sides = [{"players": [{"name": "Ada"}]}, {"players": [{"name": "Ben"}]}]
            async with httpx2.AsyncClient(base_url=station.http, headers=bearer(TOKEN), trust_env=False) as http:
                (await http.post("/api/v1/matches", json={**body, "sides": sides})).raise_for_status()
            early = await _taken_after(events // 10, page, session, station)
            late = await _taken_after(events, page, session, station)
    print(f"grown: after {events // 10} and after {events} events")
    for name in early:
        print(f"  {name:24}{early[name]:12.0f} {late[name]:12.0f}  {late[name] / early[name]:.2f} times")


async def _taken_after(events: int, page: Page, session: CDPSession, station: Station) -> dict[str, float]:
    while station.pipeline.last_seq < events:
        happening: list[JournalledEvent] = []
        for visit in range(station.pipeline.last_seq, station.pipeline.last_seq + _AT_ONCE):
            happening += [hit(f"g{visit}-{k}", k, *_PLACES_MM[k - 1], visit=f"g{visit}") for k in (1, 2, 3)]
            happening.append(TakeoutFinished(visit_id=VisitId(f"g{visit}")))
        await asyncio.gather(*(station.happen(each) for each in happening))  # in this order, and few commits
    await station.happen(hit(f"last-{events}", visit=f"last-{events}"))
    await page.locator(f"[data-dart=last-{events}]").wait_for()
    await asyncio.sleep(5)  # flashes and messages go
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    found = {each["name"]: each["value"] for each in (await session.send("Performance.getMetrics"))["metrics"]}
    return {"DOM nodes": found["Nodes"], "listeners": found["JSEventListeners"], "JavaScript heap, kB": found["JSHeapUsedSize"] / 1000}


def streams(seconds: float) -> None:
    """Print the processor time of a daemon and its cameras, in cores, without and with viewers."""
    with tempfile.TemporaryDirectory(prefix="dartd-streams-") as folder:
        port = free_port()
        config = write_simulation(Path(folder), port, first_s=10_000)
        with RunningDaemon(config, port, environ={"DARTD_AUTH_TOKEN": TOKEN}) as daemon:
            daemon.waiting.until(lambda: _are_ready(daemon), "three calibrations")
            time.sleep(2)
            print("streams: cores of the daemon, and of its three cameras (which paint their pictures)")
            unwatched = _cores(daemon, seconds)
            ending = threading.Event()
            counts = [0, 0, 0]
            viewers = [threading.Thread(target=_view, args=(port, k, counts, ending)) for k in range(3)]
            for each in viewers:
                each.start()
            time.sleep(2)
            begun = sum(counts)
            watched = _cores(daemon, seconds)
            shown = (sum(counts) - begun) / seconds
            ending.set()
            for each in viewers:
                each.join()
            time.sleep(2)
            after = _cores(daemon, seconds)
            daemon.end()
    for name, (own, cameras) in (("nothing is watched", unwatched), ("three streams", watched), ("nothing again", after)):
        print(f"  {name:24}{own:6.3f} {cameras:6.3f}")
    cost = sum(watched) - (sum(unwatched) + sum(after)) / 2
    print(f"  {shown:.0f} pictures a second cost {cost:.3f} of a core (wanted: 0.3 or less)")


def _are_ready(daemon: RunningDaemon) -> bool:
    board = daemon.get("/api/v1/board")
    return board is not None and all(camera["state"] == "ready" for camera in board["cameras"])


def _cores(daemon: RunningDaemon, seconds: float) -> tuple[float, float]:
    """Measure the processor time of the daemon and of its cameras, in cores."""
    processes = (daemon.process.pid, *daemon.cameras())
    began, began_s = [_spent_s(pid) for pid in processes], time.monotonic()
    time.sleep(seconds)
    shares = [(_spent_s(pid) - before) / (time.monotonic() - began_s) for pid, before in zip(processes, began, strict=True)]
    return shares[0], sum(shares[1:])


def _spent_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_S


def _view(port: int, camera: int, counts: list[int], ending: threading.Event) -> None:
    """Read a camera's stream and count its pictures."""
    url = f"http://127.0.0.1:{port}/api/v1/cameras/cam{camera}/stream?overlay=wires,darts"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the scheme stands above
        while not ending.is_set():
            counts[camera] += answer.readline().startswith(b"Content-Length")


def main() -> None:
    """Measure what was asked for, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=("painted", "grown", "streams"), default=("painted", "grown", "streams"))
    parser.add_argument("--darts", type=int, default=60)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    if "painted" in given.only:
        asyncio.run(painted(given.darts))
    if "grown" in given.only:
        asyncio.run(grown(given.events))
    if "streams" in given.only:
        streams(given.seconds)
    print(f"load {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
